import type { Consent } from "@leadstream/schemas";
import type { Journey } from "../journey/journey.ts";

export interface PassedStep {
  readonly step: string;
  readonly at: number;
}

export interface SeenTouch {
  readonly kind: string;
  at: number;
}

/** A lead's way through a journey; kept after it left, for the limit of messages and the number of the next run. */
export interface JourneyRun {
  readonly journey: string;
  /** Version of the document by which the next step was chosen. */
  version: number;
  readonly entry: number;
  readonly enteredAt: number;
  /** Step that comes next; null: the lead has left. */
  next: string | null;
  /** When the last step was passed: the time to the next counts from here. After leaving: when it left. */
  anchorAt: number;
  /** `after` of that step, 0 before the first. */
  anchorAfterMs: number;
  readonly passed: PassedStep[];
  /** Last touch of each kind that the journey looks at. */
  readonly touches: SeenTouch[];
  /** When messages were asked for, the newest last. */
  sentAt: number[];
}

export interface LeftJourney {
  readonly journey: string;
  readonly at: number;
}

/** What journeys know of a case. */
export interface JourneyStanding {
  /** null: the lead said nothing of it. */
  consent: Consent | null;
  journey: JourneyRun | null;
  /** When the lead left each journey last, the newest last: the rule of entering again. */
  leftJourneys: LeftJourney[];
  /** When the journey looks at the lead next, whatever happens; or NO_TIME. */
  journeyAt: number;
}

/** `consent: required` waits for a word of the lead; without it a withdrawal is what counts. */
export const maySend = (journey: Journey, consent: Consent | null): boolean =>
  journey.consentRequired ? consent === "given" : consent !== "withdrawn";
