import type { AwardSheet } from "./award-sheet.ts";
import { BandTrack } from "./band-track.ts";
import type { CompiledModel } from "./compile-model.ts";
import type { Facts } from "./decision.ts";
import { nextCrossing } from "./next-timers.ts";
import { PastCrossings } from "./past-crossings.ts";
import { bandAt, bandIndex } from "./standing.ts";
import { type LeadState, LIVE, NEVER, PENDING_DOWN } from "./state.ts";

const NOTHING_PENDING: readonly number[] = [];

/** Says in which band a lead is, what is pending, when that changes by itself, and what a late event changes in the past. */
export class BandJudge {
  private readonly model: CompiledModel;
  private readonly sheet: AwardSheet;
  private readonly track: BandTrack;
  private readonly past: PastCrossings;

  /** `sheet` holds the lead's awards whenever a method is called. */
  constructor(model: CompiledModel, sheet: AwardSheet) {
    this.model = model;
    this.sheet = sheet;
    this.track = new BandTrack(model);
    this.past = new PastCrossings(model);
  }

  /** Sets the band that is told from now on (its index is returned), and what is pending; a lead whose clock does not run waits for no dwell. */
  judge(before: LeadState, facts: Facts): number {
    const { model, track } = this;
    if (facts.awards.length > 0) facts.past = this.past.rewrite(this.sheet, track, before, facts);
    if (facts.past === null) this.judgePresent(facts);
    if (model.longestDwellMs > 0 || facts.pending.length > 0) {
      facts.pending = track.since.length === 0 ? NOTHING_PENDING : [...track.since];
      facts.flags = track.down ? facts.flags | PENDING_DOWN : facts.flags & ~PENDING_DOWN;
    }
    facts.band = model.bandNames[track.told]!;
    return track.told;
  }

  private judgePresent(facts: Facts): void {
    const { model, track } = this;
    const told = bandIndex(model, facts.band);
    if (model.longestDwellMs === 0 || told < 0 || (facts.flags & LIVE) === 0) {
      track.start(bandAt(model, facts.score, told), false, NOTHING_PENDING);
      return;
    }
    track.start(told, (facts.flags & PENDING_DOWN) !== 0, facts.rescored ? NOTHING_PENDING : facts.pending);
    track.judge(facts.score, facts.at);
  }

  /** Call after `judge`: when decay takes the score out of its band, or a pending band is to be told; NEVER if silence comes before. */
  nextDue({ fit, silence, at, silenceDue }: Facts): number {
    const { model, sheet, track } = this;
    const until = silenceDue === NEVER ? Number.MAX_SAFE_INTEGER : silenceDue - 1;
    const crossing = nextCrossing(model, sheet.sums, track, fit + silence, at, until);
    const telling = track.nextTelling();
    return telling !== NEVER && (crossing === NEVER || telling < crossing) ? telling : crossing;
  }

  /** Keeps what a later late event needs. Call with the state before the facts are applied. */
  remember(state: LeadState, facts: Facts): void {
    this.past.remember(state, facts);
  }
}
