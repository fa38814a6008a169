import type { SimulatedEvent } from "./history.ts";
import { type SimulatedLead, simulateLead, simulateTouch } from "./lead.ts";
import type { Draws } from "./random.ts";

/** Shares of what goes wrong on purpose. */
export interface Disturbance {
  /** Sent again with the same event id. */
  readonly duplicates: number;
  /** Sent with an occurredAt in the past minutes. */
  readonly disorder: number;
  /** Invalid: the collector must answer 400. */
  readonly invalid: number;
}

export interface TrafficWish {
  readonly runId: string;
  readonly captureShare: number;
  /** Leads that still act; the oldest falls silent when the list is full. */
  readonly activeLeads: number;
  readonly disturbance: Disturbance;
}

/** What to send next. `valid` says what answer is expected. */
export interface TrafficItem {
  readonly event: SimulatedEvent;
  readonly valid: boolean;
}

/** Live traffic: endless, seeded, one item at a time. Knows the leads that it made, so that sellers can act on them. */
export class Traffic {
  readonly leads = new Map<string, SimulatedLead>();
  private readonly active: SimulatedLead[] = [];
  private readonly recent: SimulatedEvent[] = [];
  private readonly draw: Draws;
  private readonly wish: TrafficWish;
  private events = 0;

  constructor(draw: Draws, wish: TrafficWish) {
    this.draw = draw;
    this.wish = wish;
  }

  nextId(): string {
    return `${this.wish.runId}-e${++this.events}`;
  }

  next(nowMs: number): TrafficItem {
    const { draw, wish } = this;
    const { duplicates, disorder, invalid } = wish.disturbance;
    if (this.recent.length > 0 && draw.chance(duplicates)) return { event: draw.pick(this.recent), valid: true };
    if (draw.chance(invalid))
      return { event: { type: "touch", input: { leadId: "not an id!", kind: "", occurredAt: nowMs } }, valid: false };
    const occurredAt = draw.chance(disorder) ? nowMs - Math.round(draw.wait(90_000)) : nowMs;
    const event = this.active.length === 0 || draw.chance(wish.captureShare) ? this.capture(occurredAt) : this.touch(occurredAt);
    this.recent.push(event);
    if (this.recent.length > 50) this.recent.shift();
    return { event, valid: true };
  }

  private capture(occurredAt: number): SimulatedEvent {
    const lead = simulateLead(this.draw, `${this.wish.runId}-${String(this.leads.size + 1).padStart(6, "0")}`, occurredAt);
    this.leads.set(lead.id, lead);
    this.active.push(lead);
    if (this.active.length > this.wish.activeLeads) this.active.shift();
    return { type: "capture", input: { ...lead.capture, eventId: this.nextId() } };
  }

  private touch(occurredAt: number): SimulatedEvent {
    return { type: "touch", input: { ...simulateTouch(this.draw, this.draw.pick(this.active), occurredAt), eventId: this.nextId() } };
  }
}
