import { addToSum, type DecayClass, firstLeftBelow, leftAt, slotAt } from "./decay.ts";
import { type LeadState, NEVER } from "./state.ts";

/** Slots that a class has room for at first. */
const SLOTS = 64;

/** Sums of points per way of fading and slot of time, and what is left of them at an instant. Filled anew for each lead. */
export class PointSums {
  private readonly classes: readonly DecayClass[];
  private readonly slots: Float64Array[];
  private readonly sums: Float64Array[];
  private readonly counts: Int32Array;
  private readonly anyExpires: boolean;

  constructor(classes: readonly DecayClass[]) {
    this.classes = classes;
    this.slots = classes.map(() => new Float64Array(SLOTS));
    this.sums = classes.map(() => new Float64Array(SLOTS));
    this.counts = new Int32Array(classes.length);
    this.anyExpires = classes.some(({ expires }) => expires);
  }

  clear(): void {
    const { counts } = this;
    for (let index = 0; index < counts.length; index++) counts[index] = 0;
  }

  /** `amount` as `weighted` gives it. */
  add(decay: DecayClass, slot: number, amount: number): void {
    const slots = this.slots[decay.index]!;
    const sums = this.sums[decay.index]!;
    const count = this.counts[decay.index]!;
    for (let index = count - 1; index >= 0; index--) {
      if (slots[index] === slot) {
        sums[index] = addToSum(sums[index]!, amount);
        return;
      }
    }
    this.counts[decay.index] = count + 1;
    if (count < slots.length) {
      slots[count] = slot;
      sums[count] = amount;
    } else this.grow(decay.index, slot, amount);
  }

  private grow(decay: number, slot: number, amount: number): void {
    const { slots, sums } = this;
    const count = slots[decay]!.length;
    for (const [list, value] of [
      [slots, slot],
      [sums, amount],
    ] as const) {
      const longer = new Float64Array(count * 2);
      longer.set(list[decay]!);
      longer[count] = value;
      list[decay] = longer;
    }
  }

  private leftOf(decay: DecayClass, at: number): number {
    const count = this.counts[decay.index]!;
    return count === 0 ? 0 : leftAt(decay, this.slots[decay.index]!, this.sums[decay.index]!, 0, count, at);
  }

  /** Points left at `at` of the classes of one sign, as a magnitude. */
  private left(sign: 1 | -1, at: number): number {
    const { classes } = this;
    let total = 0;
    for (let index = 0; index < classes.length; index++) {
      if (classes[index]!.sign === sign) total += this.leftOf(classes[index]!, at);
    }
    return total;
  }

  /** Never rises with `at`. */
  gainsAt(at: number): number {
    return this.left(1, at);
  }

  /** A magnitude; never rises with `at`. */
  lossesAt(at: number): number {
    return this.left(-1, at);
  }

  pointsAt(at: number): number {
    const { classes } = this;
    let total = 0;
    for (let index = 0; index < classes.length; index++) total += classes[index]!.sign * this.leftOf(classes[index]!, at);
    return total;
  }

  /** The part of `pointsAt` that leaves at once at an age. */
  expiringAt(at: number): number {
    let total = 0;
    if (!this.anyExpires) return total;
    for (const decay of this.classes) if (decay.expires) total += decay.sign * this.leftOf(decay, at);
    return total;
  }

  /** Something is left of `sign` that will fade. */
  fades(sign: 1 | -1): boolean {
    const { classes } = this;
    for (let index = 0; index < classes.length; index++) if (this.isFading(classes[index]!, sign)) return true;
    return false;
  }

  private isFading(decay: DecayClass, sign: 1 | -1): boolean {
    return decay.sign === sign && decay.lifeMs > 0 && this.counts[decay.index]! > 0;
  }

  /**
   * First millisecond after `at` at which `pointsAt` is below `points`, where losses do not fade and gains do in one half-life: read from the
   * table. NEVER where gains fade in several ways. At some later instant `pointsAt` must be below.
   */
  firstBelow(points: number, at: number): number {
    const { classes } = this;
    let fading: DecayClass | null = null;
    for (let index = 0; index < classes.length; index++) {
      if (!this.isFading(classes[index]!, 1)) continue;
      if (fading !== null || !classes[index]!.halves) return NEVER;
      fading = classes[index]!;
    }
    if (fading === null) return NEVER;
    const { index } = fading;
    const steady = this.pointsAt(at) - this.leftOf(fading, at);
    return firstLeftBelow(fading, this.slots[index]!, this.sums[index]!, this.counts[index]!, points - steady, at);
  }

  /** Writes the sums of which something is left after `since`. */
  writeTo({ sumClasses, sumSlots, sumPoints }: LeadState, since: number): void {
    let kept = 0;
    const { classes, counts } = this;
    for (let place = 0; place < classes.length; place++) {
      const decay = classes[place]!;
      const count = counts[place]!;
      if (count === 0) continue;
      const slots = this.slots[place]!;
      const sums = this.sums[place]!;
      const now = slotAt(decay, since);
      for (let index = 0; index < count; index++) {
        const slot = slots[index]!;
        if (now - slot >= decay.slotsKept) continue;
        sumClasses[kept] = decay.key;
        sumSlots[kept] = slot;
        sumPoints[kept++] = sums[index]!;
      }
    }
    // A list that keeps its length keeps its memory.
    if (sumClasses.length > kept) sumClasses.length = sumSlots.length = sumPoints.length = kept;
  }
}
