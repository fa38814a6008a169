import type { WorkingHours } from "../calendar/working-hours.ts";
import type { Tier } from "../policy/policy.ts";

/** Revenue that a rep is to bring in during a span of time, in hundredths of the currency. */
export interface SalesTarget {
  readonly from: number;
  readonly until: number;
  readonly amount: number;
  /** null: the one of the policy. */
  readonly currency: string | null;
}

/** One seller. A rep is in one team. */
export interface Rep {
  readonly id: string;
  readonly tier: Tier;
  readonly skills: readonly string[];
  /** Regions and languages are for people and reports; rules choose the team, skills the rep. */
  readonly regions: readonly string[];
  /** Leads held at once, at most. */
  readonly capacity: number;
  /** Share in weighted round-robin, 1 to 16. */
  readonly weight: number;
  /** [from, until) in ms since epoch, ascending. */
  readonly absent: readonly (readonly [from: number, until: number])[];
  /** One after the other, ascending. */
  readonly targets: readonly SalesTarget[];
  /** null: round the clock. */
  readonly hours: WorkingHours | null;
}

/** A team as one version of the roster describes it. */
export interface Team {
  readonly id: string;
  /** Regions that it serves; policies may name these. */
  readonly regions: readonly string[];
  /** It is in the roster no more: it takes nothing and gives back what it holds. */
  readonly removed: boolean;
  /** Requests that may wait for a free rep; 0: deny at once, so that the rule's next team is asked. */
  readonly queueLimit: number;
  /** Whether another tier may help out when nobody of the wanted tier is free (A8). */
  readonly tierFallback: boolean;
  /** So many leads of reps who left are assigned again in an hour; null: all at once. */
  readonly reassignPerHour: number | null;
  readonly claims: {
    /** Claimed leads held at once, per rep. */
    readonly cap: number;
    /** Claims a day, per rep. */
    readonly perDay: number;
    /** When a new day of the quota begins, in ms after midnight UTC. */
    readonly dayStartMs: number;
  };
  readonly reps: readonly Rep[];
}
