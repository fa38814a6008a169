import {
  type Assignment,
  type Capture,
  type Decoded,
  emptyProfile,
  type Score,
  type Spend,
  type Status,
  type Touch,
} from "@leadstream/schemas";

import { type JourneyHost, randomJourneys } from "./random-journeys.ts";

/** A decoded record with its place in the log. */
export interface LoggedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly time: number;
  readonly key: string;
  readonly record: Decoded;
}

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 5);
const channels = ["search", "partner", "webinar"];
const reps = ["ada", "bo", "cy"];

/** Mulberry32: a small generator, so that a seed names a stream. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const bandOf = (score: number): string => (score >= 80_000 ? "sql" : score >= 60_000 ? "mql" : "pool");

/**
 * A small stream of leads as the stages would have written it: captures, touches, statuses, their scores with verdicts, assignments, spend.
 * Some events are sent twice (the second is a duplicate by verdict, with other content), some leads are captured twice.
 */
export class RandomStream {
  readonly records: LoggedRecord[] = [];
  private readonly random: () => number;
  private readonly offsets = new Map<string, number>();
  private readonly standing = new Map<string, number>();
  private eventNumber = 0;
  private now = START_MS;

  constructor(seed: number, leads: number) {
    this.random = randomOf(seed);
    for (let number = 0; number < leads; number++) this.lead(`lead-${number}`, number % 4);
    for (const channel of channels) {
      for (let day = 0; day < 70; day += 7) this.spend(channel, START_MS + day * DAY_MS);
    }
  }

  private integer(below: number): number {
    return Math.floor(this.random() * below);
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  private log(topic: string, partition: number, key: string, record: Decoded): LoggedRecord {
    const place = `${topic}-${partition}`;
    const offset = this.offsets.get(place) ?? 0;
    this.offsets.set(place, offset + 1 + this.integer(2));
    this.now += this.integer(5_000);
    const logged = { topic, partition, offset, time: this.now, key, record };
    this.records.push(logged);
    return logged;
  }

  private lead(leadId: string, partition: number): void {
    let at = START_MS + this.integer(60) * DAY_MS + this.integer(DAY_MS);
    const imported = this.random() < 0.2;
    const edge = () => ({ eventId: `event-${this.eventNumber++}`, leadId, occurredAt: at, producer: "test", imported });
    let score = this.integer(30_000);
    const later = (limitMs: number): void => {
      at += 1 + this.integer(limitMs);
    };
    const event = (type: "Capture" | "Touch" | "Status", value: Capture | Touch | Status, cause: string, kind: string | null): void => {
      this.edgeEvent(partition, { type, value } as Decoded, value, cause, kind, score);
    };
    if (this.random() < 0.05) {
      // Touched, never captured: no lead.
      event("Touch", this.touch(edge()), "touch", "page-view");
      return;
    }
    event("Capture", this.capture(edge()), "capture", null);
    for (let touches = this.integer(4); touches > 0; touches--) {
      later(6 * 3_600_000);
      score = Math.min(100_000, score + this.integer(45_000));
      event("Touch", this.touch(edge()), "touch", "page-view");
    }
    if (this.random() < 0.5) this.journeys(leadId, partition, at, imported, score);
    if (this.random() < 0.15) event("Capture", this.capture(edge()), "capture", null);
    if (this.random() < 0.4) return;
    this.assign(leadId, partition, "assigned", 1, this.pick(reps));
    later(this.random() < 0.5 ? 5 * 60_000 : 60 * 3_600_000);
    const status = (kind: Status["status"], extra: Partial<Status> = {}): void =>
      event("Status", { ...this.status(edge(), kind), ...extra }, "status", kind);
    if (this.random() < 0.9) {
      status(this.random() < 0.7 ? "contacted" : "follow_up");
      this.assign(leadId, partition, "contacted", 1, this.pick(reps));
    }
    for (const kind of ["sql_accepted", "opportunity"] as const) {
      later(3 * DAY_MS);
      if (this.random() < 0.6) status(kind);
    }
    later(9 * DAY_MS);
    const end = this.random();
    if (end < 0.4) {
      this.sale(status);
      if (this.random() < 0.3) {
        later(20 * DAY_MS);
        this.sale(status);
      }
    } else if (end < 0.7) {
      status("lost", { reason: this.pick(["price", "no need", null]) });
      if (this.random() < 0.3) {
        later(DAY_MS);
        status("reopened");
      }
    }
  }

  private sale(status: (kind: "won", extra: Partial<Status>) => void): void {
    const amount = this.integer(900_000);
    const grossProfit = this.random() < 0.8 ? Math.floor(amount / 3) : null;
    status("won", { amount, grossProfit, currency: "EUR", rep: this.random() < 0.5 ? this.pick(reps) : null });
  }

  /** The event, its score, and now and then the producer's retry of it. */
  private edgeEvent(
    partition: number,
    record: Decoded,
    value: Capture | Touch | Status,
    cause: string,
    kind: string | null,
    score: number,
  ): void {
    const logged = this.log("lead.events", partition, value.leadId, record);
    this.score(logged, value, cause, kind, score, this.random() < 0.05 ? "late" : "counted");
    if (this.random() > 0.1) return;
    const channel = this.pick(channels);
    const changed = { ...value, occurredAt: value.occurredAt - 7_000, ...(record.type === "Capture" ? { channel } : {}) };
    const repeated = this.log("lead.events", partition, value.leadId, { type: record.type, value: changed } as Decoded);
    this.score(repeated, changed, cause, kind, score, "duplicate");
  }

  private score(
    logged: LoggedRecord,
    value: Capture | Touch | Status,
    cause: string,
    kind: string | null,
    score: number,
    verdict: Score["verdict"],
  ): void {
    const { partition, offset, time } = logged;
    const added = verdict === "duplicate" ? 0 : score - (this.standing.get(value.leadId) ?? 0);
    this.standing.set(value.leadId, score);
    const source = { topic: logged.topic, incarnation: "one", partition, offset, n: 0, seq: 0 };
    const value_: Score = {
      source,
      time,
      leadId: value.leadId,
      eventId: value.eventId,
      cause,
      kind,
      occurredAt: value.occurredAt,
      effectiveAt: value.occurredAt,
      imported: value.imported,
      verdict,
      model: "default",
      modelVersion: 1,
      score,
      fit: Math.floor(score / 2),
      engagement: score - Math.floor(score / 2),
      band: bandOf(score),
      grade: "C",
      temperature: "cold",
      rows: added === 0 ? [] : [{ rule: "any", kind: "award", dimension: "fit", points: added, at: value.occurredAt }],
    };
    this.log("lead.scores", partition, value.leadId, { type: "Score", value: value_ });
  }

  private assign(leadId: string, partition: number, change: Assignment["change"], epoch: number, rep: string): void {
    const logged = this.offsets.get(`lead.signals-${partition}`) ?? 0;
    this.offsets.set(`lead.signals-${partition}`, logged + 1);
    const value: Assignment = {
      source: { topic: "lead.signals", incarnation: "one", partition, offset: logged, n: 0, seq: logged },
      time: this.now,
      leadId,
      epoch,
      change,
      state: "leased",
      rep,
      previousRep: null,
      team: "emea",
      pool: null,
      rule: null,
      reason: null,
      why: [],
      collaborators: [],
      formerOwners: [],
      coolDowns: [],
      commandId: null,
      score: 0,
      grade: null,
      remindAt: null,
      escalateAt: null,
      recycleAt: null,
      leaseUntil: null,
      amount: null,
      policyVersion: 1,
      due: 0,
    };
    this.log("lead.assignments", partition, leadId, { type: "Assignment", value });
  }

  private journeys(leadId: string, partition: number, from: number, imported: boolean, score: number): void {
    const next = () => {
      const offset = this.offsets.get(`lead.signals-${partition}`) ?? 0;
      this.offsets.set(`lead.signals-${partition}`, offset + 1);
      return { topic: "lead.signals", incarnation: "one", partition, offset, n: 0, seq: offset };
    };
    const host: JourneyHost = {
      random: this.random,
      message: (value) =>
        void this.log("lead.messages", partition, leadId, { type: "MessageRequested", value: { ...value, source: next() } }),
      move: (value) => void this.log("lead.messages", partition, leadId, { type: "JourneyMoved", value: { ...value, source: next() } }),
      touch: (kind, occurredAt) => {
        const value = { ...this.touch({ eventId: `event-${this.eventNumber++}`, leadId, occurredAt, producer: "test", imported }), kind };
        this.edgeEvent(partition, { type: "Touch", value }, value, "touch", kind, score);
      },
    };
    randomJourneys(host, leadId, from);
  }

  private spend(channel: string, at: number): void {
    const value: Spend = {
      eventId: `spend-${channel}-${at}`,
      occurredAt: at,
      producer: "ads",
      imported: false,
      channel,
      campaign: null,
      keyword: null,
      amount: this.integer(500_000),
      currency: "EUR",
      impressions: 10,
      clicks: 1,
      kind: "media",
    };
    this.log("marketing.spend", 0, channel, { type: "Spend", value });
    if (this.random() < 0.2) this.log("marketing.spend", 0, channel, { type: "Spend", value: { ...value, amount: 1 } });
  }

  private capture(edge: Pick<Capture, "eventId" | "leadId" | "occurredAt" | "producer" | "imported">): Capture {
    return {
      ...edge,
      channel: this.pick(channels),
      campaign: this.pick(["spring", null]),
      keyword: null,
      capturePoint: "website-form",
      contentOfInterest: null,
      account: null,
      profile: { ...emptyProfile, industry: this.pick(["manufacturing", "retail", null]), hasContact: true },
      matchKeys: ["k"],
      personal: null,
    };
  }

  private touch(edge: Pick<Touch, "eventId" | "leadId" | "occurredAt" | "producer" | "imported">): Touch {
    return {
      ...edge,
      kind: "page-view",
      channel: null,
      campaign: null,
      content: null,
      dwellMs: null,
      properties: { page: "/" },
      profile: this.random() < 0.2 ? { ...emptyProfile, region: "emea" } : null,
    };
  }

  private status(edge: Pick<Status, "eventId" | "leadId" | "occurredAt" | "producer" | "imported">, status: Status["status"]): Status {
    return {
      ...edge,
      status,
      rep: null,
      reason: null,
      amount: null,
      grossProfit: null,
      currency: null,
      product: null,
      quality: null,
      profile: null,
      personal: null,
    };
  }
}
