import type { Grade, Temperature } from "@leadstream/schemas";
import type { Condition } from "./condition.ts";
import type { Decay } from "./decay.ts";

/** A checked scoring model: made by `checkModel` from a parsed document, never by hand. Points in thousandths, times in ms. */
export interface Model {
  readonly name: string;
  readonly version: number;
  readonly scale: { readonly min: number; readonly max: number };
  /** Ascending, without gaps; a bound belongs to the band above it. */
  readonly bands: readonly Band[];
  readonly groups: readonly Group[];
  readonly rules: readonly Rule[];
  readonly inactivity: Inactivity;
  readonly grades: GradeRules;
  readonly temperature: TemperatureRules;
  readonly late: LateRules;
  readonly duplicates: { readonly windowMs: number; readonly events: number };
  readonly activitySignalEveryMs: number;
}

export interface Band {
  readonly name: string;
  /** Closed lower bound. */
  readonly from: number;
  /** The lead leaves the band downwards only below `from - hysteresis`. */
  readonly hysteresis: number;
  /** A crossing into the band is told after it was held so long; 0 = at once. */
  readonly dwellMs: number;
}

export interface Cap {
  /** Most points awarded in one day (UTC) of the touches' own time. */
  readonly perDay: number | null;
  /** Most points ever awarded. */
  readonly lifetime: number | null;
}

export interface Group {
  readonly id: string;
  /** Only the most specific matching rule counts. */
  readonly exclusive: boolean;
  readonly cap: Cap;
}

export type RuleKind = "profile" | "behaviour" | "status";

export interface Rule {
  readonly id: string;
  readonly kind: RuleKind;
  readonly points: number;
  readonly group: string | null;
  /** Kinds of touch or status; empty for profile rules. */
  readonly on: readonly string[];
  readonly when: readonly Condition[];
  readonly decay: Decay;
  readonly cap: Cap;
  /** 0 = every time; otherwise only the first time ever. */
  readonly once: boolean;
  /** Counts every n-th time; 1 = each time. */
  readonly every: number;
}

export interface Inactivity {
  /** Silence after which the router is told; null = never. */
  readonly signalAfterMs: number | null;
  /** Ascending; they add up while the lead stays silent and end when it acts. */
  readonly penalties: readonly { readonly id: string; readonly afterMs: number; readonly points: number }[];
}

export interface GradeRules {
  /** First match wins (S4). */
  readonly rules: readonly { readonly grade: Grade; readonly when: readonly Condition[] }[];
  /** Fallback: bounds are closed below; grades[fit step][engagement step]. */
  readonly matrix: {
    readonly fit: readonly number[];
    readonly engagement: readonly number[];
    readonly grades: readonly (readonly Grade[])[];
  } | null;
}

export interface TemperatureRules {
  /** Band name → temperature; empty = by interaction (G9). */
  readonly bands: Readonly<Record<string, Temperature>>;
  /** Touches that state intent; the lead is hot from then on. */
  readonly hotTouches: readonly string[];
  /** Profile that states intent. */
  readonly hotWhen: readonly Condition[];
}

export interface LateRules {
  /** A touch older than this at its arrival is late. */
  readonly afterMs: number;
  /** Touches of this span before the newest are kept one by one, so that their order of arrival cannot matter (decision 12). */
  readonly horizonMs: number;
  /** Most of them; 0: none are kept, limits apply in the order of arrival, and no past crossing is corrected. */
  readonly touches: number;
  /** occurred_at is clamped to [received - pastMs, received + futureMs] (F17). */
  readonly clampPastMs: number;
  readonly clampFutureMs: number;
}
