import type { CompiledCap, CompiledModel, CompiledRule } from "./compile-model.ts";
import { decayClassOfKey, leftAt, slotAt, weighted } from "./decay.ts";
import { PointSums } from "./point-sums.ts";
import { addCounter, type LeadState, NEVER } from "./state.ts";
import { DAY_MS } from "./units.ts";

const NO_DAY = -1;
/** Entries are moved into sums when the oldest is so far beyond the horizon, or by this part of their greatest number at a time. */
const ABSORB_AFTER_MS = DAY_MS;
const ABSORB_PART = 8;

/**
 * The awards of one lead laid out under one model: sums of old awards, then the recent ones applied in the order of their own time, so
 * that limits (caps, once, every n-th) cut the same awards whatever arrived first (F16). One sheet is reused for all leads of a fold.
 */
export class AwardSheet {
  private readonly model: CompiledModel;
  /** What the awards that were applied are worth. */
  readonly sums: PointSums;
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
    this.sums = new PointSums(model.classes);
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
    const { classes } = model;
    this.sums.clear();
    let place = 0;
    for (let index = 0; index < state.sumClasses.length; index++) {
      const key = state.sumClasses[index]!;
      // Sums stand in the order of the model's classes: the search begins where the last one ended.
      let tried = 0;
      while (tried < classes.length && classes[place]!.key !== key) {
        place = place + 1 === classes.length ? 0 : place + 1;
        tried++;
      }
      if (tried < classes.length) this.sums.add(classes[place]!, state.sumSlots[index]!, state.sumPoints[index]!);
      else this.convert(state, index, at);
    }
    this.loadCounters(state);
  }

  /** What is left of points whose way of fading is gone from the model goes on fading as the first rule of their sign does. */
  private convert(state: LeadState, index: number, at: number): void {
    const former = decayClassOfKey(state.sumClasses[index]!);
    const left = leftAt(former, state.sumSlots, state.sumPoints, index, 1, at);
    const heir = this.model.classes.find((one) => one.sign === former.sign && one.lifeMs > 0 === former.lifeMs > 0);
    if (heir === undefined || left === 0) return;
    const slot = slotAt(heir, at);
    this.sums.add(heir, slot, weighted(heir, left, at, slot));
  }

  private loadCounters(state: LeadState): void {
    const { model } = this;
    // Loops over the few that there are: `fill` costs more than all of them.
    for (let index = 0; index < model.caps.length; index++) {
      this.capDays[index] = NO_DAY;
      this.capDayUsed[index] = this.capLifeUsed[index] = 0;
    }
    for (let index = 0; index < model.countedRules.length; index++) this.ruleCounts[model.countedRules[index]!.index] = 0;
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
    const slot = slotAt(rule.decay, time);
    this.sums.add(rule.decay, slot, weighted(rule.decay, this.awarded, time, slot));
  }

  private limit(rule: CompiledRule, time: number): void {
    if (rule.counted) {
      const count = this.ruleCounts[rule.index]! + 1;
      this.ruleCounts[rule.index] = count;
      if ((rule.once && count > 1) || (rule.every > 1 && count % rule.every !== 0)) {
        this.awarded = 0;
        return;
      }
    }
    const { caps } = rule;
    if (caps.length === 0) return;
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
    // What has faded since may still count in a past that is rewritten.
    const { horizonMs, touches } = model.model.late;
    this.sums.writeTo(state, state.at - (touches === 0 ? 0 : horizonMs + model.longestDwellMs));
    if (state.counterKeys.length > 0) state.counterKeys.length = state.counterFirst.length = state.counterSecond.length = 0;
    const { countedRules, caps } = model;
    for (let index = 0; index < countedRules.length; index++) {
      const rule = countedRules[index]!;
      if (this.ruleCounts[rule.index]! > 0) addCounter(state, rule.hash, this.ruleCounts[rule.index]!, 0);
    }
    for (let index = 0; index < caps.length; index++) {
      const cap = caps[index]!;
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
