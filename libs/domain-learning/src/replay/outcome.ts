import type { StatusKind } from "@leadstream/schemas";
import { byKnowledge, knownAt, type LoggedEvent } from "./logged-event.ts";

/** How a lead ended. */
export interface Outcome {
  readonly won: boolean;
  /** When we knew it, ms since epoch. */
  readonly at: number;
  /** Revenue in hundredths of the currency. */
  readonly amount: number | null;
  readonly reason: string | null;
  /** The status event itself: nothing from it on may be a feature. */
  readonly logged: LoggedEvent;
}

/** What of the log counts as an outcome. */
export interface OutcomeRules {
  /** Statuses that end a lead without a sale. */
  readonly lost: readonly StatusKind[];
  /** Leads without outcome, but with a seller's judgement: 4 and 5 count as won, 1 and 2 as lost (S0, S3). */
  readonly judgedByFeedback: boolean;
}

export const usualOutcomes: OutcomeRules = { lost: ["lost"], judgedByFeedback: false };

const GOOD_QUALITY = 4;
const BAD_QUALITY = 2;

/** The first sale; otherwise the last loss unless the lead was reopened after it; null = still open. */
export function outcomeOf(events: readonly LoggedEvent[], rules: OutcomeRules): Outcome | null {
  let last: LoggedEvent | null = null;
  let won = false;
  let judged: LoggedEvent | null = null;
  for (const logged of events) {
    const { event } = logged;
    if (event.type !== "Status") continue;
    const { status, quality } = event.value;
    if (quality !== null && (judged === null || byKnowledge(judged, logged) < 0)) judged = logged;
    if (status === "won") {
      if (!won || byKnowledge(logged, last!) < 0) last = logged;
      won = true;
    } else if (!won && (status === "reopened" || rules.lost.includes(status)) && (last === null || byKnowledge(last, logged) < 0))
      last = logged;
  }
  if (last !== null && (won || statusOf(last) !== "reopened")) return outcome(last, won);
  const quality = judged === null || judged.event.type !== "Status" ? null : judged.event.value.quality;
  if (!rules.judgedByFeedback || judged === null || quality === null) return null;
  return quality >= GOOD_QUALITY ? outcome(judged, true) : quality <= BAD_QUALITY ? outcome(judged, false) : null;
}

function statusOf({ event }: LoggedEvent): StatusKind | null {
  return event.type === "Status" ? event.value.status : null;
}

function outcome(logged: LoggedEvent, won: boolean): Outcome {
  const { event } = logged;
  const value = event.type === "Status" ? event.value : null;
  return { won, at: knownAt(logged), amount: won ? (value?.amount ?? null) : null, reason: value?.reason ?? null, logged };
}
