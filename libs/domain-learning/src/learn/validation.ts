import { aucOf } from "../measures/ranking.ts";
import type { ScoredLead } from "../measures/scored-lead.ts";
import type { Design } from "./design.ts";
import { type AdditiveFit, fitLogistic, logitOf } from "./logistic-regression.ts";

export type Fitter = (design: Design, rows: readonly number[]) => AdditiveFit;

export const logisticFitter =
  (ridge: number): Fitter =>
  (design, rows) =>
    fitLogistic(design, { ridge, rows });

/** Leads with the log-odds that a fit on other leads gave them. */
export function scoreRows(fit: AdditiveFit, design: Design, rows: readonly number[]): ScoredLead[] {
  return rows.map((row) => ({ score: logitOf(fit, design, row), won: design.won[row] === 1 }));
}

export const rowsBetween = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

/** Mean AUC of k folds. Rows are dealt by `shuffle`, which must be the same in every run. Leads of one time stand on both sides: too kind under drift. */
export function foldsAuc(design: Design, folds: number, shuffle: readonly number[], fitter: Fitter): number {
  let sum = 0;
  for (let fold = 0; fold < folds; fold++) {
    const inside = shuffle.filter((_, place) => place % folds !== fold);
    const outside = shuffle.filter((_, place) => place % folds === fold);
    sum += aucOf(scoreRows(fitter(design, inside), design, outside)) ?? 0.5;
  }
  return sum / folds;
}
