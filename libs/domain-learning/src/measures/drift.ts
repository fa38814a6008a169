import { aucOf } from "./ranking.ts";
import type { ScoredLead } from "./scored-lead.ts";

export interface DatedLead extends ScoredLead {
  /** Decision instant, ms since epoch. */
  readonly decidedAt: number;
}

export interface MonthRow {
  /** `2026-03` */
  readonly month: string;
  readonly leads: number;
  readonly won: number;
  /** null when the month has too few of either outcome to say. */
  readonly auc: number | null;
}

export interface DriftLimits {
  /** Outcomes of the rarer kind that a month needs. */
  readonly leastOutcomes: number;
  /** AUC below the usual one by so much counts as worse. */
  readonly drop: number;
  /** AUC below this is hardly better than chance, whatever is usual. */
  readonly floor: number;
  /** Months in a row. */
  readonly months: number;
}

export const usualDriftLimits: DriftLimits = { leastOutcomes: 10, drop: 0.05, floor: 0.55, months: 2 };

export interface Drift {
  readonly months: readonly MonthRow[];
  /** AUC that later months are held against: median of the earlier half. */
  readonly usual: number | null;
  readonly retrain: boolean;
  /** One sentence for a person. */
  readonly advice: string;
}

export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

/** AUC by month of decision, and whether it is time to learn anew (R4). */
export function driftOf(leads: readonly DatedLead[], limits: DriftLimits = usualDriftLimits): Drift {
  const byMonth = new Map<string, DatedLead[]>();
  for (const lead of leads) {
    const month = monthOf(lead.decidedAt);
    const list = byMonth.get(month);
    if (list === undefined) byMonth.set(month, [lead]);
    else list.push(lead);
  }
  const months = [...byMonth]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, list]): MonthRow => {
      const won = list.filter((lead) => lead.won).length;
      const enough = Math.min(won, list.length - won) >= limits.leastOutcomes;
      return { month, leads: list.length, won, auc: enough ? aucOf(list) : null };
    });
  return driftOfMonths(months, limits);
}

/** The same of months that were counted elsewhere, in their order. */
export function driftOfMonths(months: readonly MonthRow[], limits: DriftLimits = usualDriftLimits): Drift {
  return { months, ...adviceOf(months, limits) };
}

function adviceOf(months: readonly MonthRow[], limits: DriftLimits): Omit<Drift, "months"> {
  const judged = months.flatMap(({ auc }) => (auc === null ? [] : [auc]));
  if (judged.length < limits.months + 2)
    return { usual: null, retrain: false, advice: `Too few months with ${limits.leastOutcomes} outcomes of each kind to see a drift.` };
  const earlier = judged.slice(0, Math.max(2, Math.ceil(judged.length / 2))).sort((a, b) => a - b);
  const usual = earlier[Math.floor(earlier.length / 2)]!;
  const recent = judged.slice(-limits.months);
  const worse = recent.every((auc) => auc < usual - limits.drop);
  const poor = recent.every((auc) => auc < limits.floor);
  const range = recent.map((auc) => auc.toFixed(3)).join(", ");
  const last = `the AUC of the last ${limits.months} months (${range})`;
  const advice = worse
    ? `Retrain: ${last} lies below the usual ${usual.toFixed(3)} by more than ${limits.drop}.`
    : poor
      ? `Retrain, or change the rules: ${last} is hardly better than chance.`
      : `No need to retrain: ${last} holds against the usual ${usual.toFixed(3)}.`;
  return { usual, retrain: worse || poor, advice };
}
