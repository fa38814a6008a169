import type { CaseState } from "@leadstream/schemas";
import type { OpenIntervals } from "../calendar/add-working-time.ts";
import type { Conditions } from "../policy/policy.ts";

/** States in which a lead may go through a journey: nobody in sales works on it. */
export const journeyStates = ["new", "nurture", "pool"] as const satisfies readonly CaseState[];

/** `next` of a branch after which nothing comes. */
export const journeyEnd = "end";

/** What the lead did, or did not do, since a step was passed; kinds of touch, any one is enough. */
export interface BranchCondition {
  readonly did: readonly string[];
  readonly didNot: readonly string[];
  /** null: since it entered, also when that step was left out. */
  readonly since: string | null;
}

export interface Branch {
  /** null: always. */
  readonly when: BranchCondition | null;
  readonly send: { readonly template: string; readonly channel: string } | null;
  /** What somebody in sales is told. */
  readonly alert: string | null;
  /** Id of a later step, `journeyEnd`, or null for the step below. */
  readonly next: string | null;
}

export interface Step {
  readonly id: string;
  /** Since the lead entered; never less than that of the step above. */
  readonly afterMs: number;
  /** The first whose condition holds; when none does, nothing happens and the step below comes next. */
  readonly branches: readonly Branch[];
}

/** A nurture journey (L4), ready to be followed. Made by `readJourney` only. */
export interface Journey {
  readonly name: string;
  /** A lead that fits several journeys enters the one with the highest; of equal ones the first by name. */
  readonly priority: number;
  /** Whoever is in it leaves, and nobody enters. */
  readonly ended: boolean;
  /** Kinds of touch for which the journey is there: who does one of them leaves it. */
  readonly goal: ReadonlySet<string>;
  /** true: only leads that have given their consent; false: all that have not withdrawn it. */
  readonly consentRequired: boolean;
  readonly enter: Conditions & { readonly states: ReadonlySet<CaseState> };
  /** Since the lead left; null: once and never again. */
  readonly reenterAfterMs: number | null;
  /** So many messages to one lead in any seven days. */
  readonly perWeek: number | null;
  /** When messages may go out; null: always. */
  readonly calendar: OpenIntervals | null;
  readonly steps: readonly Step[];
  /** Kinds of touch that a condition or the goal looks at. */
  readonly touches: ReadonlySet<string>;
}

export const stepOf = (journey: Journey, id: string): Step | null => journey.steps.find((step) => step.id === id) ?? null;

/** Id of the step that follows in the document; null after the last. */
export const stepBelow = (journey: Journey, id: string): string | null =>
  journey.steps[journey.steps.findIndex((step) => step.id === id) + 1]?.id ?? null;
