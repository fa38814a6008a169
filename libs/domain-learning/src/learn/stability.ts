import { ColumnSet } from "./columns.ts";
import { designOf } from "./design.ts";
import type { Feature } from "./feature-plan.ts";
import type { Sample } from "./sample.ts";

/** How far a feature's values move with time: population stability index between the earlier and the later half; above 0.25 is a shift. */
export interface FeatureShift {
  readonly feature: Feature;
  readonly index: number;
}

export const SHIFTED = 0.25;
/** Share that an empty bucket is taken for. */
const EMPTY = 1e-4;

/** `samples` in the order of time. A feature that tells the time (an interest rate, a season) says little of leads to come. */
export function shiftsOf(features: readonly Feature[], samples: readonly Sample[]): readonly FeatureShift[] {
  const set = new ColumnSet(features);
  const { starts, active, rows, columns } = designOf(set, samples);
  const half = Math.floor(rows / 2);
  const counts = [new Float64Array(columns), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    const side = counts[row < half ? 0 : 1]!;
    for (let index = starts[row]!; index < starts[row + 1]!; index++) side[active[index]!]!++;
  }
  const indexes = features.map(() => 0);
  set.columns.forEach(({ feature }, column) => {
    const before = Math.max(EMPTY, counts[0]![column]! / Math.max(1, half));
    const after = Math.max(EMPTY, counts[1]![column]! / Math.max(1, rows - half));
    indexes[feature]! += (after - before) * Math.log(after / before);
  });
  return features.map((feature, index) => ({ feature, index: indexes[index]! }));
}

/** Features whose values move no more than that. */
export function stableOf(shifts: readonly FeatureShift[], most: number): readonly Feature[] {
  return shifts.filter(({ index }) => index <= most).map(({ feature }) => feature);
}

export const nameOf = (feature: Feature): string => {
  if ("field" in feature) return feature.field;
  return feature.kind === "touch" ? feature.touch : feature.kind === "tag" ? `tag ${feature.tag}` : "feedback";
};
