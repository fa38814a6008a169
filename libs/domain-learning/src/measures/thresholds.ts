import { type ScoredLead, stepsOf } from "./scored-lead.ts";

/** What happens when leads from this score on are taken. */
export interface ThresholdRow {
  /** Thousandths; the bound itself is taken. */
  readonly from: number;
  readonly leads: number;
  /** Share of those taken that are won. */
  readonly precision: number | null;
  /** Share of all won that are taken. */
  readonly recall: number | null;
  readonly share: number;
}

export function thresholdRows(leads: readonly ScoredLead[], bounds: readonly number[]): readonly ThresholdRow[] {
  const steps = stepsOf(leads);
  const won = steps.reduce((sum, step) => sum + step.won, 0);
  return bounds.map((from) => {
    let taken = 0;
    let takenWon = 0;
    for (const step of steps) {
      if (step.score < from) break;
      taken += step.leads;
      takenWon += step.won;
    }
    return {
      from,
      leads: taken,
      precision: taken === 0 ? null : takenWon / taken,
      recall: won === 0 ? null : takenWon / won,
      share: leads.length === 0 ? 0 : taken / leads.length,
    };
  });
}

/** The bound that takes as many leads as possible but not more than `most`; null when even the best step is too large. */
export function thresholdForVolume(leads: readonly ScoredLead[], most: number): ThresholdRow | null {
  let taken = 0;
  let bound: number | null = null;
  for (const step of stepsOf(leads)) {
    taken += step.leads;
    if (taken > most) break;
    bound = step.score;
  }
  return bound === null ? null : thresholdRows(leads, [bound])[0]!;
}

/** Fewer leads than this say nothing about a precision. */
const LEAST_LEADS = 20;

/** The lowest bound whose leads are won at least so often; null when none is. */
export function thresholdForPrecision(leads: readonly ScoredLead[], wanted: number): ThresholdRow | null {
  let taken = 0;
  let won = 0;
  let bound: number | null = null;
  for (const step of stepsOf(leads)) {
    taken += step.leads;
    won += step.won;
    if (taken >= LEAST_LEADS && won / taken >= wanted) bound = step.score;
  }
  return bound === null ? null : thresholdRows(leads, [bound])[0]!;
}
