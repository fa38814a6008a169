import { elapsedAtGrowth, growth } from "./half-life-table.ts";

/** How points fade with their age. Times in ms. */
export type Decay =
  | { readonly kind: "none" }
  | { readonly kind: "half-life"; readonly halfLifeMs: number }
  | { readonly kind: "linear"; readonly overMs: number }
  | { readonly kind: "window"; readonly lengthMs: number };

export const NO_DECAY: Decay = { kind: "none" };
/** After so many half-lives nothing is left. */
export const HALF_LIVES_KEPT = 24;
/** Linear decay takes this many equal steps. */
export const LINEAR_STEPS = 64;
/** A window is cut into so many slots: points go at the end of the slot in which the window has passed. */
export const WINDOW_SLOTS = 256;
/** Half-lives above this would leave the exact integers of a double. */
export const MAX_HALF_LIFE_MS = 365 * 86_400_000;

const MAX_SUM = 2 ** 52;
/** Most that one class can be worth, thousandths: with MAX_CLASSES of them a record's 32-bit fields cannot overflow. */
const MAX_LEFT = 100_000_000;
export const MAX_CLASSES = 20;
const powersOfTwo = Array.from({ length: HALF_LIVES_KEPT + 1 }, (_, exponent) => 2 ** exponent);

const NONE = 0;
const HALF_LIFE = 1;
const LINEAR = 2;
const WINDOW = 3;

/**
 * All points of one sign that fade in one way. They are kept as sums per slot of time, so that what is left at any instant is a function
 * of the set of touches alone: the order of arrival cannot matter (F16), and what is left never rises with time.
 *
 * A half-life H has slots of length H. A touch of p points at t adds p × 2^((t mod H)/H) to its slot, an exact integer; at a later instant u
 * the slot counts half per slot passed, and the sum of slots is divided by 2^((u mod H)/H). For u = t that is p again, to the thousandth.
 */
export interface DecayClass {
  readonly index: number;
  /** Names the class in states, and tells its shape even to a model that does not know it. */
  readonly key: number;
  readonly sign: 1 | -1;
  readonly kind: number;
  readonly slotMs: number;
  /** A slot this far back counts nothing any more. */
  readonly slotsKept: number;
  /** True for points that halve in a slot. */
  readonly halves: boolean;
  /** True for points that leave at once at an age: their rows are `expire`. */
  readonly expires: boolean;
  /** Ms after which nothing is left; 0 = stays for ever. */
  readonly lifeMs: number;
}

export function decayClass(index: number, decay: Decay, sign: 1 | -1): DecayClass {
  return classOf(index, shapeOf(decay), sign);
}

/** The class that a state's key names. */
export function decayClassOfKey(key: number): DecayClass {
  const kind = Math.floor(key / 2) % 4;
  const slotMs = Math.floor(key / 8);
  const shape = kind === NONE ? shapeOf(NO_DECAY) : slotted(kind, slotMs, slotsKeptOf(kind));
  return classOf(-1, shape, key % 2 === 1 ? -1 : 1);
}

type Shape = Pick<DecayClass, "kind" | "slotMs" | "slotsKept" | "lifeMs">;

function classOf(index: number, shape: Shape, sign: 1 | -1): DecayClass {
  const key = shape.slotMs * 8 + shape.kind * 2 + (sign < 0 ? 1 : 0);
  return { index, key, sign, halves: shape.kind === HALF_LIFE, expires: shape.kind === WINDOW, ...shape };
}

function shapeOf(decay: Decay): Shape {
  switch (decay.kind) {
    case "none":
      return { kind: NONE, slotMs: 0, slotsKept: 1, lifeMs: 0 };
    case "half-life":
      return slotted(HALF_LIFE, decay.halfLifeMs, slotsKeptOf(HALF_LIFE));
    case "linear":
      return slotted(LINEAR, Math.ceil(decay.overMs / LINEAR_STEPS), slotsKeptOf(LINEAR));
    case "window":
      return slotted(WINDOW, Math.ceil(decay.lengthMs / WINDOW_SLOTS), slotsKeptOf(WINDOW));
  }
}

function slotsKeptOf(kind: number): number {
  if (kind === HALF_LIFE) return HALF_LIVES_KEPT;
  return kind === LINEAR ? LINEAR_STEPS : WINDOW_SLOTS + 1;
}

function slotted(kind: number, slotMs: number, slotsKept: number): Shape {
  return { kind, slotMs, slotsKept, lifeMs: slotMs * (slotsKept + 1) };
}

export function slotAt(decay: DecayClass, at: number): number {
  return decay.kind === NONE ? 0 : Math.floor(at / decay.slotMs);
}

/** What `points` (thousandths, magnitude) at `at` add to the sum of their slot, which is `slotAt(decay, at)`. */
export function weighted(decay: DecayClass, points: number, at: number, slot: number): number {
  return decay.kind === HALF_LIFE ? points * growth(at - slot * decay.slotMs, decay.slotMs) : points;
}

/** Adds to a slot's sum; it stops at a bound far above every scale, whatever the order. */
export function addToSum(sum: number, amount: number): number {
  return Math.min(sum + amount, MAX_SUM);
}

/** What is left at `at` of `count` slots from `start` on, as a magnitude in thousandths. */
export function leftAt(
  decay: DecayClass,
  slots: ArrayLike<number>,
  sums: ArrayLike<number>,
  start: number,
  count: number,
  at: number,
): number {
  const slot = slotAt(decay, at);
  let total = totalIn(decay, slots, sums, start, count, slot);
  if (decay.kind === HALF_LIFE && total > 0) total = Math.floor(total / growth(at - slot * decay.slotMs, decay.slotMs));
  return Math.min(total, MAX_LEFT);
}

/** What `leftAt` divides by the growth inside `slot`; the same during the whole slot. */
function totalIn(
  { kind, slotsKept }: DecayClass,
  slots: ArrayLike<number>,
  sums: ArrayLike<number>,
  start: number,
  count: number,
  slot: number,
): number {
  let total = 0;
  for (let index = start; index < start + count; index++) {
    const age = slot - slots[index]!;
    if (age >= slotsKept) continue;
    const sum = sums[index]!;
    if (kind === HALF_LIFE) total += age <= 0 ? sum : Math.floor(sum / powersOfTwo[age]!);
    else if (kind === LINEAR) total += age <= 0 ? sum : Math.floor((sum * (LINEAR_STEPS - age)) / LINEAR_STEPS);
    else total += sum;
  }
  return total;
}

/**
 * First millisecond after `at` at which less than `points` (≥ 1) are left of a half-life's sums: what `leftAt` says, read backwards from the
 * table instead of searched. What is left at some later instant must be less.
 */
export function firstLeftBelow(
  decay: DecayClass,
  slots: ArrayLike<number>,
  sums: ArrayLike<number>,
  count: number,
  points: number,
  at: number,
): number {
  for (let slot = slotAt(decay, at); ; slot++) {
    const growthNeeded = Math.floor(totalIn(decay, slots, sums, 0, count, slot) / points) + 1;
    const elapsed = elapsedAtGrowth(growthNeeded, decay.slotMs);
    if (elapsed < decay.slotMs) return Math.max(slot * decay.slotMs + elapsed, at + 1);
  }
}
