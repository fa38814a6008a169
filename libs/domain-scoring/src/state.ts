import type { Grade, Temperature } from "@leadstream/schemas";
import { NEVER } from "./never.ts";
import { type LeadProfile, UNKNOWN_PROFILE } from "./profile.ts";
import { RecentIds } from "./recent-ids.ts";

export { NEVER } from "./never.ts";

export const CAPTURED = 1;
/** The lead acted live: clocks run. */
export const LIVE = 2;
export const TOUCHED = 4;
/** Intent was stated (G9). */
export const INTENT = 8;
export const SILENCE_TOLD = 16;
/** Routing attributes changed since the router was last told. */
export const ATTRIBUTES_NEW = 32;
export const ERASED = 64;
/** Direction of `pending`. */
export const PENDING_DOWN = 128;

/** Which recurring question a timer answers; both are derived from the state alone. */
export const TIMER_CROSSING = 0;
export const TIMER_SILENCE = 1;
export const TIMER_KINDS = 2;

/**
 * Everything that is remembered of a lead; changed in place by `evolve` only. Points in thousandths, times in ms since epoch.
 * Awards of the last days stay one by one (`entry…`), in the order of their own time; older ones are sums (`sum…`) and what limits need (`counter…`).
 */
export interface LeadState {
  leadId: string;
  flags: number;
  /** Version of the model that gave `score`; 0 = none. */
  modelVersion: number;
  /** The instant at which the score stands. */
  at: number;
  score: number;
  fit: number;
  engagement: number;
  /** Part of the engagement that silence took away (≤ 0). */
  silence: number;
  band: string;
  grade: Grade;
  temperature: Temperature;
  lastActiveAt: number;
  lastActiveSignalAt: number;
  crossingDue: number;
  silenceDue: number;
  profile: LeadProfile;
  entryRules: number[];
  entryTimes: number[];
  sumClasses: number[];
  sumSlots: number[];
  sumPoints: number[];
  counterKeys: number[];
  counterFirst: number[];
  counterSecond: number[];
  /** Since when the score has been beyond the first, second … bound away from the band, where a dwell keeps the crossing from being told. */
  pending: number[];
  /** The past cannot be rewritten before this instant; NEVER = from the first event on. */
  pastFrom: number;
  /** Inside the horizon: instants at which the band changed, as told and corrected, with the band (index in the model) before each. */
  crossTimes: number[];
  crossBands: number[];
  /** Inside the horizon: instants at which fit + silence changed, with the points before each. */
  restTimes: number[];
  restPoints: number[];
  ids: RecentIds;
}

export function initialState(leadId: string): LeadState {
  return {
    leadId,
    flags: 0,
    modelVersion: 0,
    at: 0,
    score: 0,
    fit: 0,
    engagement: 0,
    silence: 0,
    band: "",
    grade: "C",
    temperature: "cold",
    lastActiveAt: NEVER,
    lastActiveSignalAt: NEVER,
    crossingDue: NEVER,
    silenceDue: NEVER,
    profile: UNKNOWN_PROFILE,
    entryRules: [],
    entryTimes: [],
    sumClasses: [],
    sumSlots: [],
    sumPoints: [],
    counterKeys: [],
    counterFirst: [],
    counterSecond: [],
    pending: [],
    pastFrom: NEVER,
    crossTimes: [],
    crossBands: [],
    restTimes: [],
    restPoints: [],
    ids: new RecentIds(),
  };
}

/** When the timer of `kind` is due, or NEVER. */
export function timerOf(state: LeadState, kind: number): number {
  return kind === TIMER_CROSSING ? state.crossingDue : state.silenceDue;
}

/** What a limit has used so far. */
export function addCounter(state: LeadState, key: number, first: number, second: number): void {
  state.counterKeys.push(key);
  state.counterFirst.push(first);
  state.counterSecond.push(second);
}
