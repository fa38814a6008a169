import type { AwardSheet } from "./award-sheet.ts";
import type { BandTrack } from "./band-track.ts";
import type { CompiledModel } from "./compile-model.ts";
import { type Crossing, crossingDifference } from "./crossing-difference.ts";
import type { Facts, RewrittenPast } from "./decision.ts";
import { replace } from "./facts.ts";
import { nextCrossing } from "./next-timers.ts";
import { UNKNOWN_PROFILE } from "./profile.ts";
import { bandIndex, clampScore, fitOf } from "./standing.ts";
import { type LeadState, LIVE, NEVER } from "./state.ts";

/** So many instants are looked at for one late event; a past that needs more is left as it was told. */
const MAX_INSTANTS = 4096;
const NONE: readonly number[] = [];

/**
 * What a late event changes in the past (decision 12). The lead's score between the event's own time and now is computed once more, from
 * its awards at their own times and from the rest (fit and silence) as it was known then; the crossings that come out are compared with
 * those that were told. Nothing here is touched by events that arrive in time.
 */
export class PastCrossings {
  private readonly model: CompiledModel;
  /** Fit of a lead of whom nothing is known. */
  private readonly blankFit: number;
  private looked = 0;
  private found: Crossing[] = [];

  constructor(model: CompiledModel) {
    this.model = model;
    this.blankFit = fitOf(model, UNKNOWN_PROFILE, []);
  }

  /** The sheet holds all awards, also the late ones, before and after. Null if the past stays as it is; otherwise `track` stands at its end. */
  rewrite(sheet: AwardSheet, track: BandTrack, before: LeadState, facts: Facts): RewrittenPast | null {
    const { late } = this.model.model;
    if (late.touches === 0) return null;
    const from = facts.awardsAt;
    if (from >= facts.at - late.afterMs || from < facts.at - late.horizonMs) return null;
    if (facts.rescored || (facts.flags & LIVE) === 0 || (before.at !== 0 && (before.flags & LIVE) === 0)) return null;
    const begin = from - 1 - this.model.longestDwellMs;
    if (begin < before.pastFrom || this.isPlain(sheet, before, facts)) return null;
    this.looked = 0;
    this.found = [];
    track.start(bandAt(before, this.present(before), begin), false, NONE);
    this.walk(sheet, track, before, facts, begin);
    if (this.looked > MAX_INSTANTS) return null;
    return this.compare(before, facts, track.told);
  }

  /** The lead is in the lowest band since `from`, and all its points together would not have lifted it. */
  private isPlain(sheet: AwardSheet, before: LeadState, facts: Facts): boolean {
    const bound = this.model.bandFrom[1] ?? Number.POSITIVE_INFINITY;
    if (this.present(before) !== 0 || (before.crossTimes.at(-1) ?? NEVER) >= facts.awardsAt) return false;
    let rest = Math.max(this.restBefore(before), facts.fit + facts.silence);
    for (const points of before.restPoints) rest = Math.max(rest, points);
    return rest + sheet.sums.gainsAt(facts.awardsAt) + gainsAfter(sheet, facts.awardsAt) < bound;
  }

  private present(before: LeadState): number {
    return bandIndex(this.model, before.band);
  }

  /** Fit and silence as the state has them; before the first event, those of an unknown lead. */
  private restBefore(before: LeadState): number {
    return before.at === 0 ? this.blankFit : before.fit + before.silence;
  }

  private walk(sheet: AwardSheet, track: BandTrack, before: LeadState, facts: Facts, begin: number): void {
    const { restTimes, restPoints } = before;
    sheet.rewind(facts.at);
    let step = 0;
    while (step < restTimes.length && restTimes[step]! <= begin) step++;
    const untouched = facts.awardsAt - 1;
    let at = begin;
    while (at < facts.at && this.looked <= MAX_INSTANTS) {
      if (at === untouched) this.align(track, bandAt(before, this.present(before), facts.awardsAt));
      while (step < restTimes.length && restTimes[step]! <= at) step++;
      const rest = restPoints[step] ?? this.restBefore(before);
      const nextAward = sheet.replayUntil(at);
      this.judge(sheet, track, rest, at, facts);
      let end = facts.at;
      for (const next of [nextAward, restTimes[step] ?? NEVER, untouched]) if (next > at && next < end) end = next;
      this.passTime(sheet, track, rest, at, end, facts);
      at = end;
    }
    sheet.replayUntil(facts.at);
    this.judge(sheet, track, facts.fit + facts.silence, facts.at, facts);
  }

  /** What decay and dwell do after `at` until `until`, where timers come before events. */
  private passTime(sheet: AwardSheet, track: BandTrack, rest: number, at: number, until: number, facts: Facts): void {
    let inside = at;
    while (inside < until && this.looked <= MAX_INSTANTS) {
      const crossing = nextCrossing(this.model, sheet.sums, track, rest, inside, until);
      const telling = track.nextTelling();
      const isTold = telling !== NEVER && telling <= until && (crossing === NEVER || telling < crossing);
      const next = isTold ? telling : crossing;
      if (next === NEVER) return;
      this.judge(sheet, track, rest, next, facts);
      inside = next;
    }
  }

  private judge(sheet: AwardSheet, track: BandTrack, rest: number, at: number, facts: Facts): void {
    this.looked++;
    const from = track.told;
    track.judge(clampScore(this.model, rest + sheet.sums.pointsAt(at)), at);
    if (track.told === from || at < facts.awardsAt) return;
    const last = this.found.at(-1);
    const first = last?.at === at ? this.found.pop()!.from : from;
    if (first !== track.told) this.found.push({ at, from: first, to: track.told });
  }

  /** The walk began a dwell earlier, to know what is pending; the band itself is the one that was told. */
  private align(track: BandTrack, told: number): void {
    if (track.told !== told) track.start(told, false, NONE);
  }

  private compare(before: LeadState, facts: Facts, end: number): RewrittenPast {
    const { crossTimes, crossBands } = before;
    const kept = crossTimes.filter((at) => at < facts.awardsAt).length;
    const times = crossTimes.slice(kept);
    const bands = [...crossBands.slice(kept), this.present(before)];
    if (times.at(-1) === facts.at) bands.pop();
    else times.push(facts.at);
    bands.push(end);
    const steps = times.map((at, index): Crossing => ({ at, from: bands[index]!, to: bands[index + 1]! }));
    const told = steps.filter(({ from, to }) => from !== to);
    const { changes, believed } = crossingDifference(told, this.found, this.model.model.late.afterMs);
    return {
      changes,
      times: [...crossTimes.slice(0, kept), ...believed.map(({ at }) => at)],
      bands: [...crossBands.slice(0, kept), ...believed.map(({ from }) => from)],
    };
  }

  /** Keeps what a later rewriting needs: when the band or the rest changed. Call with the state before the facts are applied. */
  remember(state: LeadState, facts: Facts): void {
    if (this.model.model.late.touches === 0) return;
    const isNew = state.at === 0;
    if (facts.rescored || (facts.flags & LIVE) === 0 || (!isNew && (state.flags & LIVE) === 0)) {
      forgetPast(state, facts.at);
      return;
    }
    const rest = this.restBefore(state);
    if (rest !== facts.fit + facts.silence) this.append(state, state.restTimes, state.restPoints, facts.at, rest);
    if (facts.past !== null) {
      replace(state.crossTimes, facts.past.times);
      replace(state.crossBands, facts.past.bands);
    } else if (facts.band !== state.band && !(isNew && facts.band === this.model.bandNames[0]))
      this.append(state, state.crossTimes, state.crossBands, facts.at, this.present(state));
  }

  /** Steps of one instant are one step. */
  private append(state: LeadState, times: number[], values: number[], at: number, value: number): void {
    const { horizonMs, touches } = this.model.model.late;
    const oldest = at - horizonMs - this.model.longestDwellMs;
    let gone = 0;
    while (gone < times.length && times[gone]! < oldest) gone++;
    if (times.length - gone >= touches) {
      gone = times.length - touches + 1;
      state.pastFrom = Math.max(state.pastFrom, times[gone - 1]!);
    }
    if (gone > 0) {
      times.splice(0, gone);
      values.splice(0, gone);
    }
    if (times.at(-1) === at) return;
    times.push(at);
    values.push(value);
  }
}

/** Points that awards after `at` gave, before any decay. */
function gainsAfter({ count, times, rules, given }: AwardSheet, at: number): number {
  let total = 0;
  for (let index = count - 1; index >= 0 && times[index]! > at; index--) if (rules[index]!.decay.sign > 0) total += given[index]!;
  return total;
}

/** Nothing before `from` can be rewritten any more. */
export function forgetPast(state: LeadState, from: number): void {
  state.restTimes.length = state.restPoints.length = state.crossTimes.length = state.crossBands.length = 0;
  state.pastFrom = from;
}

/** Band that was told just before `at`. */
function bandAt({ crossTimes, crossBands }: LeadState, present: number, at: number): number {
  for (let index = 0; index < crossTimes.length; index++) if (crossTimes[index]! >= at) return crossBands[index]!;
  return present;
}
