import { type Capture, type Command, emptyProfile, type Profile, type Status, type Touch } from "@leadstream/schemas";
import {
  type Decision,
  type LeadEvent,
  type LeadState,
  NEVER,
  type ScoreOutput,
  type Scorer,
  type SignalOutput,
  timerOf,
} from "../src/index.ts";

/** Noon of a day, so that a few hours do not change it. */
export const START = Date.UTC(2026, 2, 2, 12);

let serial = 0;
const nextId = (): string => `event-${serial++}`;

export const noProfile: Profile = emptyProfile;

const common = (occurredAt: number): { eventId: string; leadId: string; occurredAt: number; producer: string; imported: boolean } => ({
  eventId: nextId(),
  leadId: "lead-1",
  occurredAt,
  producer: "test",
  imported: false,
});

export function capture(occurredAt: number, profile: Partial<Profile> = {}, more: Partial<Capture> = {}): LeadEvent {
  const value: Capture = {
    ...common(occurredAt),
    channel: "search",
    campaign: null,
    keyword: null,
    capturePoint: null,
    contentOfInterest: null,
    account: null,
    profile: { ...noProfile, ...profile },
    matchKeys: [],
    personal: null,
    ...more,
  };
  return { type: "Capture", value };
}

export function touch(kind: string, occurredAt: number, more: Partial<Touch> = {}): LeadEvent {
  const value: Touch = {
    ...common(occurredAt),
    kind,
    channel: null,
    campaign: null,
    content: null,
    dwellMs: null,
    properties: {},
    profile: null,
    ...more,
  };
  return { type: "Touch", value };
}

export function status(kind: Status["status"], occurredAt: number, more: Partial<Status> = {}): LeadEvent {
  const value: Status = {
    ...common(occurredAt),
    status: kind,
    rep: null,
    reason: null,
    amount: null,
    grossProfit: null,
    currency: null,
    product: null,
    quality: null,
    profile: null,
    personal: null,
    ...more,
  };
  return { type: "Status", value };
}

export function command(kind: Command["command"], occurredAt: number, more: Partial<Command> = {}): LeadEvent {
  const value: Command = {
    ...common(occurredAt),
    command: kind,
    rep: null,
    toRep: null,
    toTeam: null,
    reason: null,
    epoch: null,
    ...more,
  };
  return { type: "Command", value };
}

/** One lead under one scorer; time moves by events and `until`, timers fire as the runtime fires them. */
export class Journey {
  scorer: Scorer;
  state: LeadState | null = null;
  readonly scores: ScoreOutput[] = [];
  readonly signals: SignalOutput[] = [];
  timersFired = 0;

  constructor(scorer: Scorer) {
    this.scorer = scorer;
  }

  /** Feeds `event` at log time `now` (its own time, if not given). */
  event(event: LeadEvent, now = event.value.occurredAt): Decision {
    this.until(now);
    return this.apply(this.scorer.decide(this.state, event, now));
  }

  /** Fires what is due at or before `now`. */
  until(now: number): this {
    for (;;) {
      if (this.state === null) return this;
      const [first, second] = [timerOf(this.state, 0), timerOf(this.state, 1)];
      const kind = first !== NEVER && (second === NEVER || first <= second) ? 0 : 1;
      const due = kind === 0 ? first : second;
      if (due === NEVER || due > now) return this;
      this.timersFired++;
      this.apply(this.scorer.decideTimer(this.state, kind, due, now));
    }
  }

  protected apply(decision: Decision): Decision {
    this.state = this.scorer.evolve(this.state, decision);
    if (decision.output !== null) this.scores.push(structuredClone(decision.output));
    this.signals.push(...structuredClone(decision.signals));
    return decision;
  }

  get score(): number {
    return this.state?.score ?? 0;
  }

  /** Kinds of the signals so far, crossings with their direction and bands. */
  get told(): string[] {
    return this.signals.map((one) => (one.kind === "crossed" ? `${one.direction} ${one.previousBand}→${one.band}` : one.kind));
  }

  sum(): number {
    let sum = 0;
    for (const score of this.scores) for (const row of score.rows) sum += row.points;
    return sum;
  }
}
