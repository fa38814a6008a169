import type { CompiledCap, CompiledModel, CompiledRule } from "./compile-model.ts";
import { addToSum, type DecayClass, decayClassOfKey, leftAt, slotAt, weighted } from "./decay.ts";
import { addCounter, type LeadState, NEVER } from "./state.ts";
import { DAY_MS } from "./units.ts";

const NO_DAY = -1;
/** Slots that a class has room for at first. */
const SLOTS = 64;
/** Entries are moved into sums when the oldest is so far beyond the horizon, or by this part of their greatest number at a time. */
const ABSORB_AFTER_MS = DAY_MS;
const ABSORB_PART = 8;

/**
 * The awards of one lead laid out under one model: sums of old awards, then the recent ones applied in the order of their own time, so
 * that limits (caps, once, every n-th) cut the same awards whatever arrived first (F16). One sheet is reused for all leads of a fold.
 */
export class AwardSheet {
  private readonly model: CompiledModel;
  private readonly slots: Float64Array[];
  private readonly sums: Float64Array[];
  private readonly slotCounts: Int32Array;
  private readonly capDays: Float64Array;
  private readonly capDayUsed: Float64Array;
  private readonly capLifeUsed: Float64Array;
  private readonly ruleCounts: Float64Array;
  private baseLoaded: LeadState | null = null;
  private replayNeeded = false;
  private replayed = 0;
  /** Recent awards in order: rule, own time, what was given, which cap cut it, and whether the present event brought it. */
  readonly rules: CompiledRule[] = [];
  readonly times: number[] = [];
  readonly given: number[] = [];
  readonly cutBy: (CompiledCap | null)[] = [];
  readonly fresh: boolean[] = [];
  count = 0;
  private awarded = 0;
  private cutting: CompiledCap | null = null;

  constructor(model: CompiledModel) {
    this.model = model;
    this.slots = model.classes.map(() => new Float64Array(SLOTS));
    this.sums = model.classes.map(() => new Float64Array(SLOTS));
    this.slotCounts = new Int32Array(model.classes.length);
    this.capDays = new Float64Array(model.caps.length);
    this.capDayUsed = new Float64Array(model.caps.length);
    this.capLifeUsed = new Float64Array(model.caps.length);
    this.ruleCounts = new Float64Array(model.rules.length);
  }

  /** Lays out what the lead has. Sums of decays that the model does not know are converted at `at` (lazy rescoring). */
  load(state: LeadState, at: number): void {
    this.loadBase(state, at);
    this.count = 0;
    const { entryRules, entryTimes } = state;
    for (let index = 0; index < entryRules.length; index++) {
      const rule = this.model.ruleIndex.get(entryRules[index]!);
      if (rule < 0) continue;
      this.push(this.model.rules[rule]!, entryTimes[index]!, false);
      this.applyAt(this.count - 1);
    }
  }

  private loadBase(state: LeadState, at: number): void {
    const { model } = this;
    this.baseLoaded = state;
    this.replayNeeded = false;
    this.slotCounts.fill(0);
    const { classes } = model;
    let place = 0;
    for (let index = 0; index < state.sumClasses.length; index++) {
      const key = state.sumClasses[index]!;
      // Sums stand in the order of the model's classes: the search begins where the last one ended.
      let tried = 0;
      while (tried < classes.length && classes[place]!.key !== key) {
        place = place + 1 === classes.length ? 0 : place + 1;
        tried++;
      }
      if (tried < classes.length) this.addToSlot(classes[place]!, state.sumSlots[index]!, state.sumPoints[index]!);
      else this.convert(state, index, at);
    }
    this.loadCounters(state);
  }

  /** What is left of points whose way of fading is gone from the model goes on fading as the first rule of their sign does. */
  private convert(state: LeadState, index: number, at: number): void {
    const former = decayClassOfKey(state.sumClasses[index]!);
    const left = leftAt(former, state.sumSlots, state.sumPoints, index, 1, at);
    const heir = this.model.classes.find((one) => one.sign === former.sign && one.lifeMs > 0 === former.lifeMs > 0);
    if (heir !== undefined && left > 0) this.addToSlot(heir, slotAt(heir, at), weighted(heir, left, at));
  }

  private loadCounters(state: LeadState): void {
    const { model } = this;
    this.capDays.fill(NO_DAY);
    this.capDayUsed.fill(0);
    this.capLifeUsed.fill(0);
    this.ruleCounts.fill(0);
    const { counterKeys, counterFirst, counterSecond } = state;
    for (let index = 0; index < counterKeys.length; index++) {
      const counter = model.counterIndex.get(counterKeys[index]!);
      if (counter < 0) continue;
      const cap = counter - model.rules.length;
      if (cap < 0) this.ruleCounts[counter] = counterFirst[index]!;
      else if ((cap & 1) === 1) this.capLifeUsed[cap >> 1] = counterFirst[index]!;
      else {
        this.capDays[cap >> 1] = counterFirst[index]!;
        this.capDayUsed[cap >> 1] = counterSecond[index]!;
      }
    }
  }

  /** Enters an award of the present event at its own time. Call `settle` after the last one. */
  enter(rule: CompiledRule, time: number): void {
    this.push(rule, time, true);
    let place = this.count - 1;
    while (place > 0 && isAfter(this.times[place - 1]!, this.rules[place - 1]!, time, rule)) {
      this.swap(place - 1, place);
      place--;
    }
    if (place === this.count - 1 && !this.replayNeeded) this.applyAt(place);
    else this.replayNeeded = true;
  }

  /** A late award may change what limits gave to later ones: then all recent ones are applied again, in order. */
  settle(at: number): void {
    if (!this.replayNeeded || this.baseLoaded === null) return;
    this.loadBase(this.baseLoaded, at);
    for (let index = 0; index < this.count; index++) this.applyAt(index);
  }

  /** Takes all recent awards away again; `replayUntil` gives them back. */
  rewind(at: number): void {
    if (this.baseLoaded !== null) this.loadBase(this.baseLoaded, at);
    this.replayed = 0;
  }

  /** Applies the awards up to `at` and returns when the next one is, or NEVER. */
  replayUntil(at: number): number {
    while (this.replayed < this.count && this.times[this.replayed]! <= at) this.applyAt(this.replayed++);
    return this.replayed < this.count ? this.times[this.replayed]! : NEVER;
  }

  private push(rule: CompiledRule, time: number, fresh: boolean): void {
    const index = this.count++;
    this.rules[index] = rule;
    this.times[index] = time;
    this.fresh[index] = fresh;
    this.given[index] = 0;
    this.cutBy[index] = null;
  }

  private swap(a: number, b: number): void {
    const { rules, times, fresh } = this;
    const rule = rules[a]!;
    const time = times[a]!;
    const isFresh = fresh[a]!;
    rules[a] = rules[b]!;
    times[a] = times[b]!;
    fresh[a] = fresh[b]!;
    rules[b] = rule;
    times[b] = time;
    fresh[b] = isFresh;
  }

  private applyAt(index: number): void {
    const rule = this.rules[index]!;
    const time = this.times[index]!;
    this.awarded = rule.magnitude;
    this.cutting = null;
    if (rule.limited) this.limit(rule, time);
    this.given[index] = this.awarded;
    this.cutBy[index] = this.cutting;
    if (this.awarded === 0) return;
    this.addToSlot(rule.decay, slotAt(rule.decay, time), weighted(rule.decay, this.awarded, time));
  }

  private limit(rule: CompiledRule, time: number): void {
    const count = this.ruleCounts[rule.index]! + 1;
    this.ruleCounts[rule.index] = count;
    if ((rule.once && count > 1) || (rule.every > 1 && count % rule.every !== 0)) {
      this.awarded = 0;
      return;
    }
    const { caps } = rule;
    const day = Math.floor(time / DAY_MS);
    for (let index = 0; index < caps.length; index++) {
      const cap = caps[index]!;
      const usedToday = this.capDays[cap.index] === day ? this.capDayUsed[cap.index]! : 0;
      const room = Math.max(0, Math.min(cap.perDay - usedToday, cap.lifetime - this.capLifeUsed[cap.index]!));
      if (room < this.awarded) {
        this.awarded = room;
        this.cutting = cap;
      }
    }
    for (let index = 0; index < caps.length; index++) this.use(caps[index]!, day);
  }

  /** A day before the one that is counted keeps its own, unremembered count: only possible outside the horizon. */
  private use(cap: CompiledCap, day: number): void {
    const { index } = cap;
    const known = this.capDays[index]!;
    if (day > known) {
      this.capDays[index] = day;
      this.capDayUsed[index] = this.awarded;
    } else if (day === known) this.capDayUsed[index]! += this.awarded;
    this.capLifeUsed[index]! += this.awarded;
  }

  private addToSlot(decay: DecayClass, slot: number, amount: number): void {
    const slots = this.slots[decay.index]!;
    const sums = this.sums[decay.index]!;
    const count = this.slotCounts[decay.index]!;
    for (let index = count - 1; index >= 0; index--) {
      if (slots[index] === slot) {
        sums[index] = addToSum(sums[index]!, amount);
        return;
      }
    }
    this.slotCounts[decay.index] = count + 1;
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

  /** Points left at `at` of the classes of one sign, as a magnitude. */
  private left(sign: 1 | -1, at: number): number {
    const { classes } = this.model;
    let total = 0;
    for (let index = 0; index < classes.length; index++) {
      if (classes[index]!.sign === sign) total += this.leftOf(classes[index]!, at);
    }
    return total;
  }

  private leftOf(decay: DecayClass, at: number): number {
    const count = this.slotCounts[decay.index]!;
    return count === 0 ? 0 : leftAt(decay, this.slots[decay.index]!, this.sums[decay.index]!, 0, count, at);
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
    return this.left(1, at) - this.left(-1, at);
  }

  /** The part of `pointsAt` that leaves at once at an age. */
  expiringAt(at: number): number {
    let total = 0;
    for (const decay of this.model.classes) if (decay.expires) total += decay.sign * this.leftOf(decay, at);
    return total;
  }

  /** Something is left that will fade. */
  fades(): boolean {
    for (const decay of this.model.classes) if (decay.lifeMs > 0 && this.slotCounts[decay.index]! > 0) return true;
    return false;
  }

  /**
   * Moves the oldest entries of `state` into its sums: those before `horizon` and those beyond `most`. Changes no point of the score.
   * Waits until it is worth it, so that not every event pays for it.
   */
  absorb(state: LeadState, horizon: number, most: number): void {
    const { entryRules, entryTimes } = state;
    if (entryRules.length <= most && entryTimes[0]! >= horizon - ABSORB_AFTER_MS) return;
    let moved = Math.max(0, entryRules.length - most + Math.floor(most / ABSORB_PART));
    while (moved < entryRules.length && entryTimes[moved]! < horizon) moved++;
    if (moved === 0) return;
    this.loadBase(state, state.at);
    this.count = 0;
    for (let index = 0; index < moved; index++) {
      const rule = this.model.ruleIndex.get(entryRules[index]!);
      if (rule < 0) continue;
      this.push(this.model.rules[rule]!, entryTimes[index]!, false);
      this.applyAt(this.count - 1);
    }
    this.storeBase(state);
    if (most > 0) state.pastFrom = Math.max(state.pastFrom, entryTimes[moved - 1]!);
    entryRules.splice(0, moved);
    entryTimes.splice(0, moved);
  }

  /** After a change of model: sums and counters as the model has them. */
  rewriteBase(state: LeadState): void {
    this.loadBase(state, state.at);
    this.storeBase(state);
  }

  /** Sums and counters as they are laid out here. */
  storeBase(state: LeadState): void {
    const { model } = this;
    state.sumClasses.length = state.sumSlots.length = state.sumPoints.length = 0;
    // What has faded since may still count in a past that is rewritten.
    const { horizonMs, touches } = model.model.late;
    const rewritable = touches === 0 ? 0 : horizonMs + model.longestDwellMs;
    for (const decay of model.classes) {
      const now = slotAt(decay, state.at - rewritable);
      for (let index = 0; index < this.slotCounts[decay.index]!; index++) {
        const slot = this.slots[decay.index]![index]!;
        if (now - slot >= decay.slotsKept) continue;
        state.sumClasses.push(decay.key);
        state.sumSlots.push(slot);
        state.sumPoints.push(this.sums[decay.index]![index]!);
      }
    }
    state.counterKeys.length = state.counterFirst.length = state.counterSecond.length = 0;
    for (const rule of model.rules) {
      if ((rule.once || rule.every > 1) && this.ruleCounts[rule.index]! > 0) addCounter(state, rule.hash, this.ruleCounts[rule.index]!, 0);
    }
    for (const cap of model.caps) {
      if (this.capDays[cap.index]! !== NO_DAY && cap.perDay !== Number.MAX_SAFE_INTEGER)
        addCounter(state, cap.dayHash, this.capDays[cap.index]!, this.capDayUsed[cap.index]!);
      if (this.capLifeUsed[cap.index]! > 0 && cap.lifetime !== Number.MAX_SAFE_INTEGER)
        addCounter(state, cap.lifeHash, this.capLifeUsed[cap.index]!, 0);
    }
  }
}

/** The order of awards: own time, then rule, so that two of one instant have an order too. */
function isAfter(timeA: number, ruleA: CompiledRule, timeB: number, ruleB: CompiledRule): boolean {
  return timeA > timeB || (timeA === timeB && ruleA.hash > ruleB.hash);
}
