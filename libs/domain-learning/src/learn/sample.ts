import type { LeadSnapshot, Replay } from "../replay/replay-lead.ts";

/** A lead with an outcome, as it was known at its decision instant. */
export interface Sample extends LeadSnapshot {
  readonly leadId: string;
  /** Decision instant, ms since epoch. */
  readonly decidedAt: number;
  readonly capturedAt: number;
  readonly won: boolean;
  /** When the outcome was known. */
  readonly outcomeAt: number;
  /** Revenue in hundredths of the currency, of a won lead. */
  readonly amount: number | null;
  /** Score of the hand-set model, thousandths. */
  readonly handSet: number;
}

/** Oldest decision first; equal instants keep the order of the log. */
export const inOrder = (samples: readonly Sample[]): readonly Sample[] => samples.toSorted((a, b) => a.decidedAt - b.decidedAt);

/** null = the lead has no outcome yet. */
export function sampleOf({ lead, snapshot }: Replay): Sample | null {
  const { leadId, decidedAt, capturedAt, outcome, score } = lead;
  if (outcome === null) return null;
  return { ...snapshot, leadId, decidedAt, capturedAt, won: outcome.won, outcomeAt: outcome.at, amount: outcome.amount, handSet: score };
}
