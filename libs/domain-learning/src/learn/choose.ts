import { aucOf } from "../measures/ranking.ts";
import { ColumnSet } from "./columns.ts";
import { type Design, designOf } from "./design.ts";
import { type Feature, type PlanOptions, planFeatures } from "./feature-plan.ts";
import { type AdditiveFit, fitLogistic } from "./logistic-regression.ts";
import type { Sample } from "./sample.ts";
import { shiftsOf, stableOf } from "./stability.ts";
import { rowsBetween, scoreRows } from "./validation.ts";

/** How a model is fitted. */
export interface Recipe {
  readonly ridge: number;
  /** A lead weighs half as much when this share of all leads came after it; null = all weigh the same. */
  readonly halfLifeShare: number | null;
  /** Features whose values move more with time (stability index) are left out; null = none. */
  readonly mostShift: number | null;
}

const RIDGES = [3, 30] as const;
const HALF_LIFE_SHARES = [null, 0.1] as const;
const SHIFTS = [null, 5, 0.25] as const;

export const recipes: readonly Recipe[] = SHIFTS.flatMap((mostShift) =>
  HALF_LIFE_SHARES.flatMap((halfLifeShare) => RIDGES.map((ridge): Recipe => ({ ridge, halfLifeShare, mostShift }))),
);

export interface Fitted {
  readonly set: ColumnSet;
  readonly design: Design;
  readonly fit: AdditiveFit;
}

/** Buckets and weights from the first `until` samples only; the design holds all samples, so that later ones can be scored. */
export function fitFirst(samples: readonly Sample[], until: number, recipe: Recipe, plan: PlanOptions): Fitted {
  const earlier = samples.slice(0, until);
  const features = planFeatures(earlier, plan);
  const set = new ColumnSet(featuresFor(features, shiftsFor(features, earlier, recipe), recipe));
  const design = designOf(set, samples);
  return { set, design, fit: fitRows(design, until, recipe) };
}

function shiftsFor(features: readonly Feature[], samples: readonly Sample[], { mostShift }: Recipe): ReturnType<typeof shiftsOf> {
  return mostShift === null ? [] : shiftsOf(features, samples);
}

function featuresFor(features: readonly Feature[], shifts: ReturnType<typeof shiftsOf>, { mostShift }: Recipe): readonly Feature[] {
  if (mostShift === null) return features;
  const stable = stableOf(shifts, mostShift);
  return stable.length === 0 ? features : stable;
}

function fitRows(design: Design, until: number, { ridge, halfLifeShare }: Recipe): AdditiveFit {
  const halfLife = halfLifeShare === null ? null : halfLifeShare * until;
  const importance = (place: number): number => (halfLife === null ? 1 : 2 ** ((place + 1 - until) / halfLife));
  return fitLogistic(design, { ridge, rows: rowsBetween(0, until), importance });
}

/** Shares of the samples at which recipes are tried: fit on what is before, judge on the next part. Later parts look more like the leads to come. */
const TRIALS = [
  { origin: 0.4, counts: 1 },
  { origin: 0.6, counts: 2 },
  { origin: 0.8, counts: 3 },
] as const;
const PART = 0.2;
const CHANCE = 0.5;

/** The recipe whose fits rank later leads best, by the mean AUC over trials. `samples` in the order of time. */
export function chooseRecipe(samples: readonly Sample[], plan: PlanOptions, candidates: readonly Recipe[] = recipes): Recipe {
  const sums = candidates.map(() => 0);
  for (const { origin, counts } of TRIALS) {
    const until = Math.floor(samples.length * origin);
    const end = Math.floor(samples.length * (origin + PART));
    const earlier = samples.slice(0, until);
    const features = planFeatures(earlier, plan);
    const shifts = shiftsOf(features, earlier);
    const designs = new Map<string, Design>();
    candidates.forEach((recipe, index) => {
      const chosen = featuresFor(features, shifts, recipe);
      // Recipes that leave out the same features share a design.
      const key = chosen.map((feature) => features.indexOf(feature)).join();
      const design = designs.get(key) ?? designOf(new ColumnSet(chosen), samples.slice(0, end));
      designs.set(key, design);
      sums[index]! += counts * (aucOf(scoreRows(fitRows(design, until, recipe), design, rowsBetween(until, end))) ?? CHANCE);
    });
  }
  return candidates[sums.indexOf(Math.max(...sums))]!;
}
