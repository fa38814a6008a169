import type { Assignment, MessageRequested } from "@leadstream/schemas";
import type { SimulatedEvent } from "./history.ts";
import type { Journal } from "./journal.ts";
import { type Draws, draws } from "./random.ts";
import { readerSteps } from "./reader.ts";
import { sellerSteps } from "./seller.ts";
import { type Disturbance, Traffic } from "./traffic.ts";

export interface PostResult {
  readonly eventId: string | null;
  readonly status: number;
}

/** Sends a batch to the collector; one result per event, in order. Rejects when nobody answers. */
export interface EventPoster {
  post(events: readonly SimulatedEvent[]): Promise<readonly PostResult[]>;
}

export interface LiveWish {
  readonly seed: number;
  /** Prefix of lead and event ids; another for each run. */
  readonly runId: string;
  readonly eventsPerSecond: number;
  readonly disturbance: Disturbance;
  /** Mean time of a seller's step, ms. */
  readonly sellerPaceMs: number;
}

export interface LiveCounts {
  sent: number;
  accepted: number;
  rejected: number;
  unanswered: number;
  /** Answers that were not the expected ones: valid events refused or invalid ones accepted. */
  surprises: number;
}

const SLICE_MS = 100;
const RETRY_LIMIT = 10_000;

/** Live traffic over HTTP: open loop at a fixed rate, sellers who react to assignments, leads who react to messages, retries with the same id after 5xx or silence. */
export class LiveSimulation {
  readonly counts: LiveCounts = { sent: 0, accepted: 0, rejected: 0, unanswered: 0, surprises: 0 };
  private readonly traffic: Traffic;
  private readonly draw: Draws;
  private readonly retries: { event: SimulatedEvent; valid: boolean }[] = [];
  private readonly steps: { atMs: number; event: SimulatedEvent }[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private readonly wish: LiveWish;
  private readonly poster: EventPoster;
  private readonly journal: Journal;

  constructor(wish: LiveWish, poster: EventPoster, journal: Journal) {
    this.wish = wish;
    this.poster = poster;
    this.journal = journal;
    this.draw = draws(wish.seed);
    this.traffic = new Traffic(this.draw, { runId: wish.runId, captureShare: 0.12, activeLeads: 400, disturbance: wish.disturbance });
  }

  /** A lead was given to a seller: plan what he does with it. Leads of other runs are ignored. */
  assigned(assignment: Assignment, nowMs: number): void {
    const lead = this.traffic.leads.get(assignment.leadId);
    if (lead === undefined || assignment.rep === null) return;
    if (assignment.change !== "assigned" && assignment.change !== "reassigned" && assignment.change !== "claimed") return;
    for (const { delayMs, input } of sellerSteps(this.draw, lead, assignment.rep, this.wish.sellerPaceMs)) {
      this.steps.push({ atMs: nowMs + delayMs, event: { type: "status", input: { ...input, eventId: this.traffic.nextId() } } });
    }
  }

  /** A journey asked for a message: plan what the lead does with it. */
  messaged({ leadId, template }: MessageRequested, nowMs: number): void {
    const lead = this.traffic.leads.get(leadId);
    if (lead === undefined) return;
    for (const { delayMs, input } of readerSteps(this.draw, lead, template, this.wish.sellerPaceMs)) {
      this.steps.push({ atMs: nowMs + delayMs, event: { type: "touch", input: { ...input, eventId: this.traffic.nextId() } } });
    }
  }

  /** Runs until the signal aborts or `events` were sent; then waits for the answers that are still out. */
  async run(stop: AbortSignal, events = Number.POSITIVE_INFINITY): Promise<void> {
    const startedMs = Date.now();
    let due = 0;
    while (!stop.aborted && this.counts.sent < events) {
      const elapsed = Date.now() - startedMs;
      const wanted = Math.min(events, Math.floor((elapsed / 1000) * this.wish.eventsPerSecond));
      const batch = this.retries.splice(0, 200);
      for (; due < wanted; due++) batch.push(this.traffic.next(Date.now()));
      batch.push(...this.dueSteps(Date.now()));
      if (batch.length > 0) this.send(batch);
      await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
    }
    await Promise.allSettled([...this.inFlight]);
    for (let attempt = 0; this.retries.length > 0 && attempt < 100 && !stop.aborted; attempt++) {
      this.send(this.retries.splice(0, 200));
      await Promise.allSettled([...this.inFlight]);
      await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
    }
  }

  private dueSteps(nowMs: number): { event: SimulatedEvent; valid: boolean }[] {
    const due = this.steps.filter((step) => step.atMs <= nowMs);
    if (due.length === 0) return [];
    const rest = this.steps.filter((step) => step.atMs > nowMs);
    this.steps.splice(0, this.steps.length, ...rest);
    return due.map(({ atMs, event }) => ({
      event: { ...event, input: { ...event.input, occurredAt: atMs } } as SimulatedEvent,
      valid: true,
    }));
  }

  private send(batch: readonly { event: SimulatedEvent; valid: boolean }[]): void {
    this.counts.sent += batch.length;
    const sending = this.poster
      .post(batch.map((item) => item.event))
      .then((results) => {
        for (const [index, result] of results.entries()) this.answered(batch[index]!, result);
      })
      .catch(() => {
        this.counts.unanswered += batch.length;
        for (const item of batch) this.retry(item);
      })
      .finally(() => this.inFlight.delete(sending));
    this.inFlight.add(sending);
  }

  private answered(item: { event: SimulatedEvent; valid: boolean }, { eventId, status }: PostResult): void {
    if (status >= 200 && status < 300) {
      this.counts.accepted++;
      if (!item.valid) this.counts.surprises++;
      if (eventId !== null) this.journal.accepted(eventId, item.event.type);
    } else if (status >= 500 || status === 429) {
      this.counts.unanswered++;
      this.retry(item);
    } else {
      this.counts.rejected++;
      if (item.valid) this.counts.surprises++;
    }
  }

  private retry(item: { event: SimulatedEvent; valid: boolean }): void {
    if (this.retries.length < RETRY_LIMIT) this.retries.push(item);
  }
}
