import { seededRandom } from "@leadstream/testing";

/** Draws of the simulator; the same seed gives the same draws. */
export interface Draws {
  /** Uniform, 0 ≤ x < 1. */
  unit(): number;
  between(low: number, high: number): number;
  /** Exponential with the given mean. */
  wait(mean: number): number;
  /** Around `mean`, cut to 0 … 1. */
  share(mean: number, spread: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T;
}

export function draws(seed: number): Draws {
  const random = seededRandom(seed);
  const unit = (): number => random.next();
  return {
    unit,
    between: (low, high) => low + unit() * (high - low),
    wait: (mean) => -Math.log(1 - unit()) * mean,
    share: (mean, spread) => Math.min(1, Math.max(0, mean + (unit() + unit() + unit() - 1.5) * spread)),
    chance: (probability) => random.chance(probability),
    pick: (items) => random.pick(items),
    weighted: (items) => {
      let rest = unit() * items.reduce((sum, item) => sum + item.weight, 0);
      for (const item of items) {
        rest -= item.weight;
        if (rest < 0) return item;
      }
      return items.at(-1)!;
    },
  };
}
