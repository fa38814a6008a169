import { type ScoredLead, stepsOf } from "./scored-lead.ts";

/** How well a score puts the won before the lost. */
export interface Ranking {
  readonly leads: number;
  readonly won: number;
  /** Chance that a won lead scores higher than a lost one, ties half; null without both kinds. */
  readonly auc: number | null;
  /** Standard error of the AUC (Hanley and McNeil 1982). */
  readonly aucError: number | null;
  /** Points of the ROC curve, from (0, 0) to (1, 1). */
  readonly curve: readonly { readonly falsePositives: number; readonly truePositives: number }[];
}

export function rankingOf(leads: readonly ScoredLead[]): Ranking {
  const steps = stepsOf(leads);
  const won = leads.reduce((sum, lead) => sum + (lead.won ? 1 : 0), 0);
  const lost = leads.length - won;
  const curve = [{ falsePositives: 0, truePositives: 0 }];
  let wonAbove = 0;
  let lostAbove = 0;
  let ordered = 0;
  for (const step of steps) {
    const stepLost = step.leads - step.won;
    ordered += stepLost * (wonAbove + step.won / 2);
    wonAbove += step.won;
    lostAbove += stepLost;
    if (won > 0 && lost > 0) curve.push({ falsePositives: lostAbove / lost, truePositives: wonAbove / won });
  }
  if (won === 0 || lost === 0) return { leads: leads.length, won, auc: null, aucError: null, curve };
  const auc = ordered / (won * lost);
  return { leads: leads.length, won, auc, aucError: errorOf(auc, won, lost), curve };
}

export const aucOf = (leads: readonly ScoredLead[]): number | null => rankingOf(leads).auc;

function errorOf(auc: number, won: number, lost: number): number {
  const bothAbove = auc / (2 - auc);
  const bothBelow = (2 * auc * auc) / (1 + auc);
  const variance = (auc * (1 - auc) + (won - 1) * (bothAbove - auc * auc) + (lost - 1) * (bothBelow - auc * auc)) / (won * lost);
  return Math.sqrt(Math.max(0, variance));
}

export interface Decile {
  /** 1 = the best tenth. */
  readonly decile: number;
  readonly leads: number;
  readonly won: number;
  readonly winRate: number;
  /** Win rate over that of all leads. */
  readonly lift: number;
  /** Lowest score in it. */
  readonly from: number;
}

const TENTHS = 10;

/** Ten equal parts by score. A step of equal scores that lies across a border is split, its wins in proportion. */
export function decilesOf(leads: readonly ScoredLead[]): readonly Decile[] {
  if (leads.length === 0) return [];
  const won = leads.reduce((sum, lead) => sum + (lead.won ? 1 : 0), 0);
  const size = leads.length / TENTHS;
  const parts = Array.from({ length: TENTHS }, () => ({ leads: 0, won: 0, from: 0 }));
  let place = 0;
  for (const step of stepsOf(leads)) {
    let rest = step.leads;
    while (rest > 1e-9) {
      const index = Math.min(TENTHS - 1, Math.floor(place / size + 1e-9));
      const room = index === TENTHS - 1 ? rest : Math.min(rest, (index + 1) * size - place);
      const part = parts[index]!;
      part.leads += room;
      part.won += (step.won * room) / step.leads;
      part.from = step.score;
      place += room;
      rest -= room;
    }
  }
  const base = won / leads.length;
  return parts.map((part, index) => {
    const winRate = part.leads === 0 ? 0 : part.won / part.leads;
    return { decile: index + 1, ...part, winRate, lift: base === 0 ? 0 : winRate / base };
  });
}
