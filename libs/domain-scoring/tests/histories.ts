import { AvroReader, AvroWriter, type Profile } from "@leadstream/schemas";
import {
  type Decision,
  type LeadEvent,
  type LeadState,
  type Model,
  NEVER,
  readState,
  type ScoreOutput,
  type Scorer,
  timerOf,
  writeState,
} from "../src/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../src/units.ts";
import { capture, command, noProfile, START, status, touch } from "./events.ts";
import { Oracle } from "./oracle.ts";
import type { Random } from "./random.ts";

/** What a history contained, so that a reader sees that the property was put to work. */
export type Tally = Map<string, number>;

export interface HistorySettings {
  readonly model: Model;
  /** The scorer under test, and the one that takes over after a change of model. */
  readonly scorer: Scorer;
  readonly successor: Scorer;
  readonly changesModel: boolean;
  /** Gets every score record with its event (null: a timer), and the state after it. */
  readonly recorded?: (output: ScoreOutput, event: LeadEvent | null, after: LeadState) => void;
}

const kinds = [
  "home-view",
  "blog-view",
  "page-view",
  "download",
  "white-paper",
  "webinar",
  "pricing-view",
  "demo-request",
  "unsubscribe",
  "rare-kind",
];
const gaps = [0, 0, 0, 1, 1_000, 20 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS, 9 * DAY_MS, 45 * DAY_MS, 200 * DAY_MS];

/** Runs one random history; returns what was violated, or null. */
export function runHistory(random: Random, settings: HistorySettings, tally: Tally): string | null {
  return new History(random, settings, tally).run();
}

class Violation extends Error {}

class History {
  private readonly random: Random;
  private readonly settings: HistorySettings;
  private readonly tally: Tally;
  private readonly oracle: Oracle;
  private scorer: Scorer;
  private oracleHolds = true;
  private state: LeadState | null = null;
  private now = START;
  private sum = 0;
  private band: string | null = null;
  private readonly sent: LeadEvent[] = [];
  /** Event id → when it last counted. */
  private readonly arrivals = new Map<string, number>();

  constructor(random: Random, settings: HistorySettings, tally: Tally) {
    this.random = random;
    this.settings = settings;
    this.tally = tally;
    this.oracle = new Oracle(settings.model);
    this.scorer = settings.scorer;
  }

  run(): string | null {
    const events = 5 + this.random.below(25);
    const changeAt = this.settings.changesModel ? this.random.below(events) : -1;
    try {
      for (let index = 0; index < events; index++) {
        if (index === changeAt) {
          this.scorer = this.settings.successor;
          this.oracleHolds = false;
          this.count("model change");
        }
        this.step();
      }
      return null;
    } catch (error) {
      if (error instanceof Violation) return error.message;
      throw error;
    }
  }

  private step(): void {
    this.now += this.random.pick(gaps);
    this.fireTimers();
    const event = this.makeEvent();
    const known = this.isKnown(event);
    const before = this.state;
    const decision = this.scorer.decide(before, event, this.now);
    if (!known) {
      this.tellOracle(event, before);
      this.sent.push(event);
      this.arrivals.set(event.value.eventId, event.value.imported ? Number.POSITIVE_INFINITY : this.now);
    }
    this.apply(decision, before, event);
    const { output } = decision;
    if (output === null) throw new Violation("an event without a score record");
    this.checkVerdict(output, known);
    if (event.type === "Command") {
      this.oracle.forget();
      this.sent.length = 0;
      this.require(output.score === 0, "an erased lead has no score");
      return;
    }
    if (this.oracleHolds) this.checkOracle(output);
  }

  private isKnown(event: LeadEvent): boolean {
    const arrivedAt = this.arrivals.get(event.value.eventId);
    return arrivedAt !== undefined && this.now - arrivedAt <= this.settings.model.duplicates.windowMs;
  }

  private fireTimers(): void {
    for (let fired = 0; fired < 200; fired++) {
      if (this.state === null) return;
      const [first, second] = [timerOf(this.state, 0), timerOf(this.state, 1)];
      const kind = first !== NEVER && (second === NEVER || first <= second) ? 0 : 1;
      const due = kind === 0 ? first : second;
      if (due === NEVER || due > this.now) return;
      const before = this.state;
      if (kind === 0) this.checkFirstInstant(before, due);
      const decision = this.scorer.decideTimer(before, kind, due, this.now);
      this.count(kind === 0 ? "timer crossing" : "timer silence");
      this.apply(decision, before, null);
      if (decision.output !== null && this.oracleHolds) this.checkOracle(decision.output);
    }
    throw new Violation("timers fire without end");
  }

  /** One millisecond before it is due the lead is still in its band; at the due time it is not. */
  private checkFirstInstant(state: LeadState, due: number): void {
    // Under another model than the one that set it, the timer is only a reason to look.
    if (state.modelVersion !== this.scorer.model.version) return;
    const probe = (at: number): string => this.scorer.decide(copy(state), status("contacted", at), at).facts.band;
    this.require(probe(due - 1) === state.band, "the lead left its band before the timer was due");
    const moved = this.scorer.decideTimer(copy(state), 0, due, due).output !== null;
    this.require(!moved || probe(due) !== state.band, "the crossing timer fired without a crossing");
  }

  private apply(decision: Decision, before: LeadState | null, event: LeadEvent | null): void {
    const previous = before?.band ?? "";
    this.state = this.scorer.evolve(before, decision);
    const { output, signals, corrections, facts } = decision;
    if (output !== null) {
      this.checkOutput(output);
      this.settings.recorded?.(structuredClone(output), event, copy(this.state));
    }
    for (const { kind } of corrections) this.count(`correction ${kind}`);
    if (facts.pending.length > 0) this.count("dwell pending");
    for (const signal of signals) {
      this.count(`signal ${signal.kind}${signal.kind === "crossed" ? ` ${signal.direction}` : ""}`);
      if (signal.kind !== "crossed") continue;
      this.require(this.band === null || signal.previousBand === this.band, "crossings do not join");
      this.band = signal.band;
    }
    if (facts.erased) this.band = null;
    else if (previous !== "" && output !== null && previous !== output.band)
      this.require(
        signals.some((one) => one.kind === "crossed"),
        "a crossing was not told",
      );
    this.checkState();
  }

  private checkOutput(output: ScoreOutput): void {
    for (const row of output.rows) {
      this.sum += row.points;
      this.count(`row ${row.kind}`);
      this.require(row.points !== 0, "a row without points");
    }
    this.require(this.sum === output.score, `rows sum to ${this.sum}, the score is ${output.score}`);
    const { min, max } = this.settings.model.scale;
    this.require(output.score >= min && output.score <= max, "the score is outside the scale");
  }

  private checkState(): void {
    const { state } = this;
    if (state === null) throw new Violation("no state");
    for (const due of [timerOf(state, 0), timerOf(state, 1)]) this.require(due === NEVER || due > state.at, "a timer that is due already");
    const read = copy(state);
    this.require(bytesOf(read).equals(bytesOf(state)), "the stored state reads back as another one");
    if (this.random.chance(0.3)) this.state = read;
  }

  private checkVerdict(output: ScoreOutput, known: boolean): void {
    this.count(`verdict ${output.verdict}`);
    this.require((output.verdict === "duplicate") === known, "the verdict on a duplicate is wrong");
    if (known) this.require(!output.rows.some((row) => row.kind === "award" || row.kind === "cap"), "a duplicate counted");
  }

  private checkOracle(output: ScoreOutput): void {
    const at = this.state?.at ?? 0;
    const expected = this.oracle.engagementAt(at);
    const difference = Math.abs(output.engagement - expected);
    this.require(difference <= this.oracle.tolerance(), `engagement is ${output.engagement}, by the book ${expected.toFixed(1)}`);
  }

  private tellOracle(event: LeadEvent, before: LeadState | null): void {
    const { value } = event;
    const earliest = value.imported ? 0 : this.now - this.settings.model.late.clampPastMs;
    const at = Math.min(Math.max(value.occurredAt, earliest), this.now);
    if (event.type === "Touch") this.oracle.touch(event.value.kind, event.value.dwellMs, at, !value.imported);
    else if (event.type === "Status") this.oracle.status(event.value.status, at);
    else if (event.type === "Capture" && !value.imported) this.oracle.active(at);
    if (before === null) this.count("lead");
    // Limits of days beyond the horizon are not remembered (decision 12): the textbook would cut what the fold gives.
    if (!value.imported && this.now - value.occurredAt > 6 * DAY_MS && before !== null) {
      this.oracleHolds = false;
      this.count("beyond the horizon");
    }
  }

  private makeEvent(): LeadEvent {
    const { random, now } = this;
    if (this.sent.length > 0 && random.chance(0.07)) return this.sent.at(-1 - random.below(Math.min(5, this.sent.length)))!;
    const imported = (this.state === null || (this.state.flags & 2) === 0) && this.sent.length < 5 && random.chance(0.3);
    const at = imported ? now - 300 * DAY_MS + this.sent.length * DAY_MS : this.ownTime();
    if (imported) this.count("imported");
    const drawn = random.next();
    if (drawn < 0.12) return this.tallied(capture(at, this.profile(), { imported }));
    if (drawn < 0.2) return this.tallied(status(random.pick(["sql_rejected", "opt_out", "contacted"] as const), at, { imported }));
    if (drawn < 0.21) return this.tallied(command("erase", now));
    const profile = random.chance(0.1) ? this.profile() : null;
    const dwellMs = random.chance(0.4) ? random.below(5) * MINUTE_MS : null;
    return this.tallied(touch(random.pick(kinds), at, { imported, dwellMs, profile }));
  }

  /** Mostly now; sometimes late inside the horizon, sometimes a wrong clock. */
  private ownTime(): number {
    const drawn = this.random.next();
    if (drawn < 0.65) return this.now;
    if (drawn < 0.92) return this.now - this.random.below(6 * DAY_MS);
    if (drawn < 0.96) return this.now + this.random.below(10 * MINUTE_MS);
    return this.now + 20 * 365 * DAY_MS;
  }

  private profile(): Profile {
    const { random } = this;
    return {
      ...noProfile,
      titleClass: random.pick(["founder", "director", "student", null]),
      industry: random.pick(["manufacturing", "retail", null]),
      need: random.pick(["stated", "potential", "none", null] as const),
      budget: random.pick([600_000, 1_000, null]),
      decisionChain: random.pick(["clear", null] as const),
      emailKind: random.pick(["corporate", "free", null]),
      tags: random.chance(0.2) ? ["vip"] : [],
      custom: random.chance(0.2) ? { segment: random.pick(["a", "b"]) } : {},
    };
  }

  private tallied(event: LeadEvent): LeadEvent {
    this.count(`event ${event.type}`);
    return event;
  }

  private count(name: string): void {
    this.tally.set(name, (this.tally.get(name) ?? 0) + 1);
  }

  private require(holds: boolean, violated: string): void {
    if (!holds) throw new Violation(violated);
  }
}

const writer = new AvroWriter(4096);

export function bytesOf(state: LeadState): Buffer {
  writer.reset();
  writeState(writer, state);
  return writer.slice();
}

export function copy(state: LeadState): LeadState {
  const reader = new AvroReader(bytesOf(state));
  const read = readState(reader, state.leadId);
  reader.finish();
  return read;
}
