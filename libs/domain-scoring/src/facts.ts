import type { Facts } from "./decision.ts";
import type { LeadState } from "./state.ts";

export const NO_AWARDS: readonly number[] = [];

/** Facts of a state that stays as it is. */
export function factsOf(state: LeadState): Facts {
  return {
    leadId: state.leadId,
    flags: state.flags,
    modelVersion: state.modelVersion,
    at: state.at,
    score: state.score,
    fit: state.fit,
    engagement: state.engagement,
    silence: state.silence,
    band: state.band,
    grade: state.grade,
    temperature: state.temperature,
    lastActiveAt: state.lastActiveAt,
    lastActiveSignalAt: state.lastActiveSignalAt,
    crossingDue: state.crossingDue,
    silenceDue: state.silenceDue,
    pending: state.pending,
    past: null,
    profile: null,
    awards: NO_AWARDS,
    awardsAt: 0,
    remembers: false,
    idHigh: 0,
    idLow: 0,
    idTime: 0,
    rescored: false,
    erased: false,
  };
}

/** The same in an object that is there already: with one per event the collector would have most of its work from facts. */
export function takeFacts(facts: Facts, state: LeadState): Facts {
  facts.leadId = state.leadId;
  facts.flags = state.flags;
  facts.modelVersion = state.modelVersion;
  facts.at = state.at;
  facts.score = state.score;
  facts.fit = state.fit;
  facts.engagement = state.engagement;
  facts.silence = state.silence;
  facts.band = state.band;
  facts.grade = state.grade;
  facts.temperature = state.temperature;
  facts.lastActiveAt = state.lastActiveAt;
  facts.lastActiveSignalAt = state.lastActiveSignalAt;
  facts.crossingDue = state.crossingDue;
  facts.silenceDue = state.silenceDue;
  facts.pending = state.pending;
  facts.past = null;
  facts.profile = null;
  facts.awards = NO_AWARDS;
  facts.awardsAt = 0;
  facts.remembers = false;
  facts.idHigh = 0;
  facts.idLow = 0;
  facts.idTime = 0;
  facts.rescored = false;
  facts.erased = false;
  return facts;
}

/** Writes the plain fields; awards, ids and erasure are up to `evolve`. */
export function applyFacts(state: LeadState, facts: Facts): void {
  state.flags = facts.flags;
  state.modelVersion = facts.modelVersion;
  state.at = facts.at;
  state.score = facts.score;
  state.fit = facts.fit;
  state.engagement = facts.engagement;
  state.silence = facts.silence;
  state.band = facts.band;
  state.grade = facts.grade;
  state.temperature = facts.temperature;
  state.lastActiveAt = facts.lastActiveAt;
  state.lastActiveSignalAt = facts.lastActiveSignalAt;
  state.crossingDue = facts.crossingDue;
  state.silenceDue = facts.silenceDue;
  if (facts.pending !== state.pending && facts.pending.length + state.pending.length > 0) replace(state.pending, facts.pending);
  if (facts.profile !== null) state.profile = facts.profile;
}

/** Lists of a state belong to it alone. */
export function replace(list: number[], values: readonly number[]): void {
  list.length = 0;
  for (const value of values) list.push(value);
}

/** Keeps entries in the order (time, rule), as the sheet has them. */
export function insertEntry(state: LeadState, rule: number, time: number): void {
  const { entryRules, entryTimes } = state;
  let place = entryTimes.length;
  entryRules.push(rule);
  entryTimes.push(time);
  while (place > 0 && (entryTimes[place - 1]! > time || (entryTimes[place - 1] === time && entryRules[place - 1]! > rule))) {
    entryRules[place] = entryRules[place - 1]!;
    entryTimes[place] = entryTimes[place - 1]!;
    place--;
  }
  entryRules[place] = rule;
  entryTimes[place] = time;
}
