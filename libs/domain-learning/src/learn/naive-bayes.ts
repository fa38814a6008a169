import type { Design } from "./design.ts";
import type { AdditiveFit } from "./logistic-regression.ts";

/** One imaginary lead of each outcome in each bucket. */
const SMOOTHING = 1;

/** Naive Bayes over the same buckets: the yardstick of what a regression is worth. Also additive, hence the same shape. */
export function fitNaiveBayes(design: Design, rows: readonly number[]): AdditiveFit {
  const { starts, active, won, columns } = design;
  const counts = [new Float64Array(columns), new Float64Array(columns)];
  const totals = [0, 0];
  for (const row of rows) {
    const outcome = won[row]!;
    totals[outcome]!++;
    for (let index = starts[row]!; index < starts[row + 1]!; index++) counts[outcome]![active[index]!]!++;
  }
  const weights = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const inWon = (counts[1]![column]! + SMOOTHING) / (totals[1]! + 2 * SMOOTHING);
    const inLost = (counts[0]![column]! + SMOOTHING) / (totals[0]! + 2 * SMOOTHING);
    weights[column] = Math.log(inWon / inLost);
  }
  return { intercept: Math.log((totals[1]! + SMOOTHING) / (totals[0]! + SMOOTHING)), weights, steps: 1 };
}
