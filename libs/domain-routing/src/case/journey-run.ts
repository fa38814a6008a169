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

/** A lead's way through a journey; kept after it left, for the rule of entering again and the limit of messages. */
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

/** What journeys know of a case. */
export interface JourneyStanding {
  /** null: the lead said nothing of it. */
  consent: Consent | null;
  journey: JourneyRun | null;
  /** When the journey looks at the lead next, whatever happens; or NO_TIME. */
  journeyAt: number;
}

/** `consent: required` waits for a word of the lead; without it a withdrawal is what counts. */
export const maySend = (journey: Journey, consent: Consent | null): boolean =>
  journey.consentRequired ? consent === "given" : consent !== "withdrawn";
