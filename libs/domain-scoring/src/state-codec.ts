import type { AvroReader, AvroWriter, Grade, Temperature } from "@leadstream/schemas";
import { cut } from "./cut.ts";
import { readPast, writePast } from "./past-codec.ts";
import { readProfile, writeProfile } from "./profile-codec.ts";
import { ID_BYTES } from "./recent-ids.ts";
import { initialState, type LeadState } from "./state.ts";

/** First byte of a stored state; another layout takes another number. */
const LAYOUT = 5;
const grades: readonly Grade[] = ["A", "B", "C"];
const temperatures: readonly Temperature[] = ["cold", "warm", "hot"];

/**
 * Where the numbers of a state lie, from its first byte on, little endian. Points and counts are 32-bit integers, as they are in records; times
 * are doubles. Loads and stores: a state is read and written with every event, digits of varints cost a fifth of the fold.
 */
const place = {
  layout: 0,
  judged: 1,
  flags: 4,
  modelVersion: 8,
  score: 12,
  fit: 16,
  engagement: 20,
  silence: 24,
  entries: 28,
  sums: 32,
  counters: 36,
  ids: 40,
  at: 44,
  lastActiveAt: 52,
  lastActiveSignalAt: 60,
  crossingDue: 68,
  silenceDue: 76,
} as const;
const HEAD_BYTES = 84;
/** Rule and time. */
const ENTRY_BYTES = 12;
/** Class, slot and points. */
const SUM_BYTES = 24;
/** Key and two numbers. */
const COUNTER_BYTES = 20;

/** A state that this version cannot read. */
export class StateLayoutError extends Error {
  override readonly name = "StateLayoutError";
  readonly code = "STATE_LAYOUT";
}

/** Fixed numbers, then lists of fixed items (entries, sums, counters, ids), then what differs in length: band, past, profile. */
export function writeState(w: AvroWriter, state: LeadState): void {
  const { entryRules, sumClasses, counterKeys, ids } = state;
  const bytes =
    HEAD_BYTES +
    entryRules.length * ENTRY_BYTES +
    sumClasses.length * SUM_BYTES +
    counterKeys.length * COUNTER_BYTES +
    ids.count * ID_BYTES;
  w.ensure(bytes);
  const start = w.position;
  const view = w.numbers();
  writeHead(view, start, state);
  let at = writeEntries(view, start + HEAD_BYTES, state);
  at = writeSums(view, at, state);
  at = writeCounters(view, at, state);
  w.position = ids.writeTo(view, at);
  w.string(state.band);
  writePast(w, state);
  writeProfile(w, state.profile, state.at);
}

/** Fills `spare` where it is given. The lead's id is not among the bytes: it is their key. */
export function readState(r: AvroReader, leadId: string, spare?: LeadState): LeadState {
  const layout = r.position < r.end ? r.buffer[r.position]! : 0;
  if (layout !== LAYOUT)
    throw new StateLayoutError(`lead state has layout ${layout}, this version reads ${LAYOUT}: rebuild the store from the log`);
  const state = spare ?? initialState(leadId);
  state.leadId = leadId;
  const start = r.take(HEAD_BYTES);
  const view = r.numbers();
  readHead(view, start, state);
  readEntries(view, r.take(view.getInt32(start + place.entries, true) * ENTRY_BYTES), r.position, state);
  readSums(view, r.take(view.getInt32(start + place.sums, true) * SUM_BYTES), r.position, state);
  readCounters(view, r.take(view.getInt32(start + place.counters, true) * COUNTER_BYTES), r.position, state);
  const ids = view.getInt32(start + place.ids, true);
  state.ids.readFrom(view, r.take(ids * ID_BYTES), ids);
  state.band = r.token();
  readPast(r, state);
  state.profile = readProfile(r, state.at);
  return state;
}

function writeHead(view: DataView, start: number, state: LeadState): void {
  const judged = grades.indexOf(state.grade) * 4 + temperatures.indexOf(state.temperature);
  view.setInt32(start, LAYOUT + judged * 256, true);
  view.setInt32(start + place.flags, state.flags, true);
  view.setInt32(start + place.modelVersion, state.modelVersion, true);
  view.setInt32(start + place.score, state.score, true);
  view.setInt32(start + place.fit, state.fit, true);
  view.setInt32(start + place.engagement, state.engagement, true);
  view.setInt32(start + place.silence, state.silence, true);
  view.setInt32(start + place.entries, state.entryRules.length, true);
  view.setInt32(start + place.sums, state.sumClasses.length, true);
  view.setInt32(start + place.counters, state.counterKeys.length, true);
  view.setInt32(start + place.ids, state.ids.count, true);
  view.setFloat64(start + place.at, state.at, true);
  view.setFloat64(start + place.lastActiveAt, state.lastActiveAt, true);
  view.setFloat64(start + place.lastActiveSignalAt, state.lastActiveSignalAt, true);
  view.setFloat64(start + place.crossingDue, state.crossingDue, true);
  view.setFloat64(start + place.silenceDue, state.silenceDue, true);
}

function readHead(view: DataView, start: number, state: LeadState): void {
  const judged = view.getUint8(start + place.judged);
  state.grade = grades[judged >> 2]!;
  state.temperature = temperatures[judged & 3]!;
  state.flags = view.getInt32(start + place.flags, true);
  state.modelVersion = view.getInt32(start + place.modelVersion, true);
  state.score = view.getInt32(start + place.score, true);
  state.fit = view.getInt32(start + place.fit, true);
  state.engagement = view.getInt32(start + place.engagement, true);
  state.silence = view.getInt32(start + place.silence, true);
  state.at = view.getFloat64(start + place.at, true);
  state.lastActiveAt = view.getFloat64(start + place.lastActiveAt, true);
  state.lastActiveSignalAt = view.getFloat64(start + place.lastActiveSignalAt, true);
  state.crossingDue = view.getFloat64(start + place.crossingDue, true);
  state.silenceDue = view.getFloat64(start + place.silenceDue, true);
}

function writeEntries(view: DataView, start: number, { entryRules, entryTimes }: LeadState): number {
  let at = start;
  for (let index = 0; index < entryRules.length; index++, at += ENTRY_BYTES) {
    view.setInt32(at, entryRules[index]!, true);
    view.setFloat64(at + 4, entryTimes[index]!, true);
  }
  return at;
}

function readEntries(view: DataView, start: number, end: number, { entryRules, entryTimes }: LeadState): void {
  let count = 0;
  for (let at = start; at < end; at += ENTRY_BYTES, count++) {
    entryRules[count] = view.getInt32(at, true);
    entryTimes[count] = view.getFloat64(at + 4, true);
  }
  cut(entryRules, count);
  cut(entryTimes, count);
}

function writeSums(view: DataView, start: number, { sumClasses, sumSlots, sumPoints }: LeadState): number {
  let at = start;
  for (let index = 0; index < sumClasses.length; index++, at += SUM_BYTES) {
    view.setFloat64(at, sumClasses[index]!, true);
    view.setFloat64(at + 8, sumSlots[index]!, true);
    view.setFloat64(at + 16, sumPoints[index]!, true);
  }
  return at;
}

function readSums(view: DataView, start: number, end: number, { sumClasses, sumSlots, sumPoints }: LeadState): void {
  let count = 0;
  for (let at = start; at < end; at += SUM_BYTES, count++) {
    sumClasses[count] = view.getFloat64(at, true);
    sumSlots[count] = view.getFloat64(at + 8, true);
    sumPoints[count] = view.getFloat64(at + 16, true);
  }
  cut(sumClasses, count);
  cut(sumSlots, count);
  cut(sumPoints, count);
}

function writeCounters(view: DataView, start: number, { counterKeys, counterFirst, counterSecond }: LeadState): number {
  let at = start;
  for (let index = 0; index < counterKeys.length; index++, at += COUNTER_BYTES) {
    view.setInt32(at, counterKeys[index]!, true);
    view.setFloat64(at + 4, counterFirst[index]!, true);
    view.setFloat64(at + 12, counterSecond[index]!, true);
  }
  return at;
}

function readCounters(view: DataView, start: number, end: number, { counterKeys, counterFirst, counterSecond }: LeadState): void {
  let count = 0;
  for (let at = start; at < end; at += COUNTER_BYTES, count++) {
    counterKeys[count] = view.getInt32(at, true);
    counterFirst[count] = view.getFloat64(at + 4, true);
    counterSecond[count] = view.getFloat64(at + 12, true);
  }
  cut(counterKeys, count);
  cut(counterFirst, count);
  cut(counterSecond, count);
}
