import { ERASED, type LeadState, type Scorer } from "@leadstream/domain-scoring";

/** Silence between two steps of a walk over all leads: each step looks through what the store does not hold yet. */
const STEP_MS = 100;
/** A partition that was silent for longer does not make up for it. */
const MOST_MS = 2_000;

/** Leads to visit `elapsedMs` of log time after the last step. */
export function leadsOfStep(perSecond: number, elapsedMs: number): number {
  return elapsedMs < STEP_MS ? 0 : Math.floor((Math.min(elapsedMs, MOST_MS) * perSecond) / 1_000);
}

/** A walk has something to do for this lead. An erased one is scored anew by its next event. */
export function isOutdated(scorer: Scorer, state: LeadState): boolean {
  return state.modelVersion !== scorer.model.version && (state.flags & ERASED) === 0;
}
