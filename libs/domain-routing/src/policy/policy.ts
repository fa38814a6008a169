import type { Grade, Temperature } from "@leadstream/schemas";
import type { OpenIntervals } from "../calendar/add-working-time.ts";

export const strategies = ["round-robin", "weighted-round-robin", "least-loaded", "performance-weighted", "target-left", "sticky"] as const;
export type Strategy = (typeof strategies)[number];

export const tiers = ["junior", "mid", "senior"] as const;
export type Tier = (typeof tiers)[number];

export const outOfHoursChoices = ["wait", "next"] as const;
export type OutOfHours = (typeof outOfHoursChoices)[number];

/** Where a rule sends a lead. */
export interface Target {
  readonly team: string;
  /** null: by grade (A8). */
  readonly tier: Tier | null;
  readonly anyTier: boolean;
  readonly skills: readonly string[];
  readonly strategy: Strategy;
  /** Wanted rep, such as the account's owner; others follow by round-robin. */
  readonly rep: string | null;
  /** When all who fit are out of hours: wait for the next working hours, or ask the next team. The last one asked always waits. */
  readonly outOfHours: OutOfHours;
}

/** Fields of a lead that a condition may look at; `source` is the capture's channel (A3). */
export const textFields = [
  "channel",
  "campaign",
  "region",
  "country",
  "productLine",
  "industry",
  "titleClass",
  "language",
  "account",
  "tags",
  "grade",
  "temperature",
  "band",
] as const;
export type TextField = (typeof textFields)[number];

export const numberFields = ["companySize", "score"] as const;
export type NumberField = (typeof numberFields)[number];

/** All conditions of a rule must hold; within one condition any value is enough. */
export interface TextCondition {
  readonly field: TextField;
  readonly values: ReadonlySet<string>;
}
/** Thousandths of a point, the unit of scores. */
export const pointThousandths = 1_000;

/** `below` of a range that names none; no number of a lead is as large. */
export const unlimited = 1_000_000_001;

/** Closed below, open above. `score` is in thousandths of a point. */
export interface NumberCondition {
  readonly field: NumberField;
  readonly minimum: number;
  readonly below: number;
}

/** All must hold. */
export interface Conditions {
  readonly texts: readonly TextCondition[];
  readonly numbers: readonly NumberCondition[];
}

export interface Rule extends Conditions {
  readonly id: string;
  /** First choice and what follows when a team denies; the policy's fallback is the last. */
  readonly targets: readonly Target[];
}

/** Durations from the anchor of a phase: the assignment, or the last contact. `null`: no such clock. */
export interface PhaseClocks {
  readonly targetMs: number | null;
  readonly remindMs: number;
  readonly escalateMs: number;
  readonly recycleMs: number;
}

export interface ClockRow {
  readonly grade: Grade;
  /** null: any tier. */
  readonly tier: Tier | null;
  /** Intervals that count, or null for round the clock. */
  readonly calendar: OpenIntervals | null;
  /** Until the first contact (SLA2–SLA7). */
  readonly first: PhaseClocks;
  /** From each contact to the next (L5). */
  readonly cadence: PhaseClocks;
}

export type PoolKind = "pool" | "nurture";

/** A routing policy, ready to decide. Made by `readPolicy` only. */
export interface Policy {
  readonly name: string;
  readonly assignOn: "mql" | "sql";
  readonly bands: { readonly mql: ReadonlySet<string>; readonly sql: ReadonlySet<string> };
  readonly tierByGrade: Readonly<Record<Grade, Tier | null>>;
  readonly rules: readonly Rule[];
  readonly fallback: Target;
  readonly clocks: readonly ClockRow[];
  readonly lease: { readonly durationMs: number; readonly to: PoolKind };
  readonly recycle: {
    readonly to: PoolKind;
    readonly coolDownMs: number;
    /** Unclaimed for so long: assigned again by rule; null: waits for a claim or for the lead to act. */
    readonly reassignAfterMs: number | null;
    /** So many recycles at most are followed by an automatic re-assignment. */
    readonly maximum: number;
  };
  readonly handBack: { readonly to: PoolKind; readonly coolDownMs: number };
  readonly request: { readonly waitLimitMs: number; readonly retryAfterMs: readonly number[] };
  readonly claim: { readonly from: readonly PoolKind[] };
  /** Thousandths of a point that a resting lead must gain to be assigned again (SLA8). */
  readonly reactivate: { readonly riseBy: number };
  readonly followUp: FollowUpModes;
  /** In which sales targets are counted; null: no rule goes by them. */
  readonly currency: Currencies | null;
  readonly inactivity: { readonly afterMs: number; readonly leased: "alert" | "nurture"; readonly pool: "keep" | "nurture" };
}

/** Deals are converted into `base` by the stated rates. */
export interface Currencies {
  readonly base: string;
  /** Millionths of the base currency for one unit, by currency; the base is among them. */
  readonly rates: ReadonlyMap<string, number>;
}

/** How to follow up by temperature, in the sales team's own words (S3). */
export type FollowUpModes = Readonly<Record<Temperature, string>>;

/** What rules look at besides the attributes. */
export interface LeadView {
  readonly score: number;
  readonly band: string | null;
  readonly grade: Grade;
  readonly temperature: Temperature | null;
}
