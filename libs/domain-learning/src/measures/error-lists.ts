import type { ReplayedLead } from "../replay/replay-lead.ts";

/** A lead that the score judged wrongly, with what sellers said of it. */
export interface ErrorRow {
  readonly leadId: string;
  /** Thousandths. */
  readonly score: number;
  readonly decidedAt: number;
  readonly outcomeAt: number;
  /** Seller's judgement, 1 to 5 (S0, S3). */
  readonly quality: number | null;
  readonly reason: string | null;
  readonly amount: number | null;
  readonly rep: string | null;
}

/** R2. */
export interface ErrorLists {
  readonly highButLost: readonly ErrorRow[];
  readonly lowButWon: readonly ErrorRow[];
  /** How many there are in all; the lists hold the worst. */
  readonly highButLostCount: number;
  readonly lowButWonCount: number;
}

/** High = at or above `highFrom`, low = below `lowBelow` (thousandths). The worst first; at most `limit` of each. */
export function errorListsOf(leads: readonly ReplayedLead[], highFrom: number, lowBelow: number, limit: number): ErrorLists {
  const highButLost: ErrorRow[] = [];
  const lowButWon: ErrorRow[] = [];
  for (const lead of leads) {
    if (lead.outcome === null) continue;
    if (!lead.outcome.won && lead.score >= highFrom) highButLost.push(rowOf(lead, lead.outcome));
    else if (lead.outcome.won && lead.score < lowBelow) lowButWon.push(rowOf(lead, lead.outcome));
  }
  highButLost.sort((a, b) => b.score - a.score || (a.leadId < b.leadId ? -1 : 1));
  lowButWon.sort((a, b) => a.score - b.score || (b.amount ?? 0) - (a.amount ?? 0) || (a.leadId < b.leadId ? -1 : 1));
  return {
    highButLost: highButLost.slice(0, limit),
    lowButWon: lowButWon.slice(0, limit),
    highButLostCount: highButLost.length,
    lowButWonCount: lowButWon.length,
  };
}

function rowOf({ leadId, score, decidedAt, quality, rep }: ReplayedLead, outcome: NonNullable<ReplayedLead["outcome"]>): ErrorRow {
  return { leadId, score, decidedAt, outcomeAt: outcome.at, quality, reason: outcome.reason, amount: outcome.amount, rep };
}
