import { LearningError } from "../errors.ts";
import { byKnowledge, knownAt, type LoggedEvent } from "./logged-event.ts";
import type { Outcome } from "./outcome.ts";

/**
 * What was known of a lead at its decision instant. Whatever makes a score or a feature passes every event through `admit`, so that nothing written
 * after the instant, and neither the outcome nor anything behind it, can leak into a decision.
 */
export class AsOf {
  /** Decision instant, ms since epoch. */
  readonly instant: number;
  private readonly outcome: Outcome | null;

  constructor(instant: number, outcome: Outcome | null) {
    this.instant = outcome === null ? instant : Math.min(instant, outcome.at);
    this.outcome = outcome;
  }

  knows(logged: LoggedEvent): boolean {
    return knownAt(logged) <= this.instant && (this.outcome === null || byKnowledge(logged, this.outcome.logged) < 0);
  }

  /** The event itself; throws LEAK when it was not known at the instant. */
  admit(logged: LoggedEvent): LoggedEvent {
    if (this.knows(logged)) return logged;
    throw new LearningError(
      "LEAK",
      `a ${logged.event.type} at position ${logged.position} was written after the decision instant and would leak into it`,
      "Make features from what `knows` accepts only.",
    );
  }
}
