import type { Touch } from "@leadstream/schemas";
import { partitionOf } from "@leadstream/stream";

export interface TouchPlan {
  readonly leads: number;
  /** `inTurn`: every lead once, then all again. */
  readonly keys: "uniform" | "zipf" | "inTurn";
  readonly seed: number;
  /** Share of events that repeat the id of an event shortly before: what retries of producers look like. */
  readonly duplicates: number;
}

export interface MadeTouch {
  readonly partition: number;
  readonly touch: Touch;
}

/** Park and Miller's generator: the same seed gives the same touches everywhere. */
export class Lehmer {
  private state: number;

  constructor(seed: number) {
    this.state = (seed % 0x7ffffffe) + 1;
  }

  /** 1 … 2^31 - 2. */
  nextInteger(): number {
    this.state = (this.state * 48_271) % 0x7fffffff;
    return this.state;
  }

  /** In (0, 1). */
  next(): number {
    return this.nextInteger() / 0x7fffffff;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

/** Shares of kinds; the last is none that the model knows. */
const kinds: readonly (readonly [kind: string, share: number])[] = [
  ["page-view", 0.55],
  ["email-open", 0.2],
  ["email-click", 0.08],
  ["download", 0.08],
  ["webinar", 0.03],
  ["pricing-view", 0.03],
  ["demo-request", 0.02],
  ["podcast", 0.01],
];
const channels = ["seo", "sem", "wechat", "newsletter", "partner", "webinar"] as const;
const ZIPF_EXPONENT = 0.99;
const RECENT = 64;

export const leadIdOf = (lead: number): string => `01926f3a-${lead.toString(16).padStart(8, "0")}-lead`;

/** Makes touches of about 200 bytes without end. Times are given by the caller, everything else by the seed. */
export class TouchSource {
  private readonly plan: TouchPlan;
  private readonly random: Lehmer;
  private readonly partitions: Int32Array;
  private readonly recent: { lead: number; eventId: string; kind: string }[] = [];
  private readonly zipf: ZipfRanks | null;
  private made = 0;

  constructor(plan: TouchPlan, partitionCount: number) {
    this.plan = plan;
    this.random = new Lehmer(plan.seed);
    this.partitions = Int32Array.from({ length: plan.leads }, (_, lead) => partitionOf(leadIdOf(lead), partitionCount));
    this.zipf = plan.keys === "zipf" ? new ZipfRanks(plan.leads, ZIPF_EXPONENT) : null;
  }

  next(occurredAt: number): MadeTouch {
    const repeated = this.recent.length > 0 && this.random.next() < this.plan.duplicates;
    const { lead, eventId, kind } = repeated ? this.recent[this.random.below(this.recent.length)]! : this.fresh();
    const { random } = this;
    const touch: Touch = {
      eventId,
      leadId: leadIdOf(lead),
      occurredAt,
      producer: "website-collector",
      imported: false,
      kind,
      channel: channels[random.below(channels.length)]!,
      campaign: `campaign-2026-${String(random.below(400)).padStart(4, "0")}`,
      content: `/resources/${kind}/article-${String(random.below(10_000)).padStart(5, "0")}`,
      dwellMs: random.below(90_000),
      properties: { device: random.below(2) === 0 ? "mobile" : "desktop" },
      profile: null,
    };
    return { partition: this.partitions[lead]!, touch };
  }

  private fresh(): { lead: number; eventId: string; kind: string } {
    const { random } = this;
    const number = this.made++;
    const lead = this.nextLead(number);
    const eventId = `01926f3b-${hex(number >>> 16, 4)}-7${hex(number & 0xfff, 3)}-8${hex(random.nextInteger() & 0xfff, 3)}-${hex(random.nextInteger(), 8)}${hex(number & 0xffff, 4)}`;
    const made = { lead, eventId, kind: this.kind() };
    this.recent[number % RECENT] = made;
    return made;
  }

  private nextLead(number: number): number {
    const { random, plan } = this;
    if (plan.keys === "inTurn") return number % plan.leads;
    return this.zipf === null ? random.below(plan.leads) : scrambled(this.zipf.rank(random.next()), plan.leads);
  }

  private kind(): string {
    let point = this.random.next();
    for (const [kind, share] of kinds) {
      point -= share;
      if (point < 0) return kind;
    }
    return kinds[0]![0];
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0").slice(-digits);

/** Spreads ranks over the leads, so that hot leads do not lie side by side. */
function scrambled(rank: number, leads: number): number {
  return (Math.imul(rank, 0x9e3779b1) >>> 0) % leads;
}

/** Ranks by Gray and others, "Quickly generating billion-record synthetic databases" (the generator of YCSB): one power per rank. */
class ZipfRanks {
  private readonly items: number;
  private readonly zetan: number;
  private readonly alpha: number;
  private readonly eta: number;
  private readonly half: number;

  constructor(items: number, theta: number) {
    this.items = items;
    let zetan = 0;
    for (let index = 1; index <= items; index++) zetan += index ** -theta;
    this.zetan = zetan;
    this.alpha = 1 / (1 - theta);
    this.half = 0.5 ** theta;
    this.eta = (1 - (2 / items) ** (1 - theta)) / (1 - (1 + this.half) / zetan);
  }

  rank(uniform: number): number {
    const point = uniform * this.zetan;
    if (point < 1) return 0;
    if (point < 1 + this.half) return 1;
    return Math.min(this.items - 1, Math.floor(this.items * (this.eta * uniform - this.eta + 1) ** this.alpha));
  }
}
