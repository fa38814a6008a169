/** Random numbers that one seed repeats exactly. */
export interface SeededRandom {
  readonly seed: number;
  /** From 0 up to, not with, 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** One element; throws for an empty list. */
  pick<T>(items: readonly T[]): T;
  /** True with probability `probability`. */
  chance(probability: number): boolean;
  /** A new array in random order. */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent sequence, so that one consumer's draws do not shift another's. */
  fork(): SeededRandom;
}

const GOLDEN = 0x9e3779b9;
const RANGE = 2 ** 32;

/** A 32-bit counter stepped by the golden ratio and mixed twice: good enough to shuffle tests, not for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let counter = seed >>> 0;
  const bits = (): number => {
    counter = (counter + GOLDEN) >>> 0;
    let mixed = counter;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const next = (): number => bits() / RANGE;
  const integer = (low: number, high: number): number => {
    if (!Number.isInteger(low) || !Number.isInteger(high) || low > high) throw new RangeError(`no whole number from ${low} to ${high}`);
    return low + Math.floor(next() * (high - low + 1));
  };
  return {
    seed,
    next,
    integer,
    pick(items) {
      if (items.length === 0) throw new RangeError("nothing to pick from");
      return items[integer(0, items.length - 1)]!;
    },
    chance: (probability) => next() < probability,
    shuffle(items) {
      const shuffled = [...items];
      for (let index = shuffled.length - 1; index > 0; index--) {
        const other = integer(0, index);
        [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
      }
      return shuffled;
    },
    fork: () => seededRandom(bits()),
  };
}
