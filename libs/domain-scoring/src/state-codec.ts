import type { AvroReader, AvroWriter, DecisionChain, Grade, Need, Temperature } from "@leadstream/schemas";
import { emptyProfile, type LeadProfile, type SingleField, singleFields, UNKNOWN_PROFILE } from "./profile.ts";
import { ID_BYTES } from "./recent-ids.ts";
import { initialState, type LeadState, NEVER } from "./state.ts";

/** First byte of a stored state; another layout takes another number. */
const LAYOUT = 4;
const grades: readonly Grade[] = ["A", "B", "C"];
const temperatures: readonly Temperature[] = ["cold", "warm", "hot"];
const numberFields: ReadonlySet<SingleField> = new Set(["companySize", "annualRevenue", "budget"]);

/** A state that this version cannot read. */
export class StateLayoutError extends Error {
  override readonly name = "StateLayoutError";
  readonly code = "STATE_LAYOUT";
}

/** Compact binary: times as distances from the lead's instant, hashes as four bytes. */
export function writeState(w: AvroWriter, state: LeadState): void {
  w.byte(LAYOUT);
  w.long(state.flags);
  w.long(state.modelVersion);
  w.long(state.at);
  w.long(state.score);
  w.long(state.fit);
  w.long(state.engagement);
  w.long(state.silence);
  w.string(state.band);
  w.byte(grades.indexOf(state.grade) * 4 + temperatures.indexOf(state.temperature));
  writeTime(w, state.at, state.lastActiveAt);
  writeTime(w, state.at, state.lastActiveSignalAt);
  writeTime(w, state.at, state.crossingDue);
  writeTime(w, state.at, state.silenceDue);
  writePast(w, state);
  writeProfile(w, state.profile, state.at);
  writeTimed(w, state.entryRules, state.entryTimes, state.at);
  writeSums(w, state);
  writeHashed(w, state.counterKeys, state.counterFirst);
  for (const second of state.counterSecond) w.long(second);
  w.long(state.ids.count);
  w.ensure(state.ids.count * ID_BYTES);
  w.position = state.ids.writeTo(w.buffer, w.position);
}

/** Fills `spare` where it is given. The lead's id is not among the bytes: it is their key. */
export function readState(r: AvroReader, leadId: string, spare?: LeadState): LeadState {
  const layout = r.byte();
  if (layout !== LAYOUT)
    throw new StateLayoutError(`lead state has layout ${layout}, this version reads ${LAYOUT}: rebuild the store from the log`);
  const state = spare ?? initialState(leadId);
  state.leadId = leadId;
  state.flags = r.long();
  state.modelVersion = r.long();
  state.at = r.long();
  state.score = r.long();
  state.fit = r.long();
  state.engagement = r.long();
  state.silence = r.long();
  state.band = r.token();
  const packed = r.byte();
  state.grade = grades[packed >> 2]!;
  state.temperature = temperatures[packed & 3]!;
  state.lastActiveAt = readTime(r, state.at);
  state.lastActiveSignalAt = readTime(r, state.at);
  state.crossingDue = readTime(r, state.at);
  state.silenceDue = readTime(r, state.at);
  readPast(r, state);
  state.profile = readProfile(r, state.at);
  readTimed(r, state.entryRules, state.entryTimes, state.at);
  readSums(r, state);
  readHashed(r, state.counterKeys, state.counterFirst);
  for (let index = 0; index < state.counterKeys.length; index++) state.counterSecond[index] = r.long();
  state.counterSecond.length = state.counterKeys.length;
  const ids = r.long();
  state.ids.readFrom(r.buffer, r.take(ids * ID_BYTES), ids);
  return state;
}

function writeHash(w: AvroWriter, hash: number): void {
  w.ensure(4);
  w.buffer.writeInt32LE(hash, w.position);
  w.position += 4;
}

function readHash(r: AvroReader): number {
  return r.buffer.readInt32LE(r.take(4));
}

/** Distance from `base`, moved by one so that 0 can mean never. */
function writeTime(w: AvroWriter, base: number, time: number): void {
  if (time < 0) w.byte(0);
  else {
    const distance = base - time;
    w.long(distance >= 0 ? distance + 1 : distance);
  }
}

function readTime(r: AvroReader, base: number): number {
  const distance = r.long();
  if (distance === 0) return -1;
  return distance > 0 ? base - distance + 1 : base - distance;
}

/** Most leads have nothing of it: one byte. */
function writePast(w: AvroWriter, { at, pending, pastFrom, crossTimes, crossBands, restTimes, restPoints }: LeadState): void {
  const some = pending.length + crossTimes.length + restTimes.length > 0 || pastFrom !== NEVER;
  w.boolean(some);
  if (!some) return;
  writeTimes(w, pending, at);
  writeTime(w, at, pastFrom);
  writeSteps(w, crossTimes, crossBands, at);
  writeSteps(w, restTimes, restPoints, at);
}

function readPast(r: AvroReader, state: LeadState): void {
  const { at, pending, crossTimes, crossBands, restTimes, restPoints } = state;
  if (!r.boolean()) {
    pending.length = crossTimes.length = crossBands.length = restTimes.length = restPoints.length = 0;
    state.pastFrom = NEVER;
    return;
  }
  readTimes(r, pending, at);
  state.pastFrom = readTime(r, at);
  readSteps(r, crossTimes, crossBands, at);
  readSteps(r, restTimes, restPoints, at);
}

/** Not more than a few: each as its distance from the lead's instant. */
function writeTimes(w: AvroWriter, times: readonly number[], base: number): void {
  w.long(times.length);
  for (let index = 0; index < times.length; index++) writeTime(w, base, times[index]!);
}

function readTimes(r: AvroReader, times: number[], base: number): void {
  const count = r.long();
  for (let index = 0; index < count; index++) times[index] = readTime(r, base);
  times.length = count;
}

function writeSteps(w: AvroWriter, times: readonly number[], values: readonly number[], base: number): void {
  writeTimes(w, times, base);
  for (let index = 0; index < values.length; index++) w.long(values[index]!);
}

function readSteps(r: AvroReader, times: number[], values: number[], base: number): void {
  readTimes(r, times, base);
  for (let index = 0; index < times.length; index++) values[index] = r.long();
  values.length = times.length;
}

function writeTimed(w: AvroWriter, hashes: readonly number[], times: readonly number[], base: number): void {
  w.long(hashes.length);
  let previous = base;
  for (let index = 0; index < hashes.length; index++) {
    writeHash(w, hashes[index]!);
    writeTime(w, previous, times[index]!);
    if (times[index]! >= 0) previous = times[index]!;
  }
}

function readTimed(r: AvroReader, hashes: number[], times: number[], base: number): void {
  const count = r.long();
  let previous = base;
  for (let index = 0; index < count; index++) {
    hashes[index] = readHash(r);
    const time = readTime(r, previous);
    times[index] = time;
    if (time >= 0) previous = time;
  }
  hashes.length = times.length = count;
}

function writeHashed(w: AvroWriter, hashes: readonly number[], values: readonly number[]): void {
  w.long(hashes.length);
  for (let index = 0; index < hashes.length; index++) {
    writeHash(w, hashes[index]!);
    w.long(values[index]!);
  }
}

function readHashed(r: AvroReader, hashes: number[], values: number[]): void {
  const count = r.long();
  for (let index = 0; index < count; index++) {
    hashes[index] = readHash(r);
    values[index] = r.long();
  }
  hashes.length = values.length = count;
}

function writeSums(w: AvroWriter, state: LeadState): void {
  w.long(state.sumClasses.length);
  for (let index = 0; index < state.sumClasses.length; index++) {
    w.long(state.sumClasses[index]!);
    w.long(state.sumSlots[index]!);
    w.long(state.sumPoints[index]!);
  }
}

function readSums(r: AvroReader, state: LeadState): void {
  const count = r.long();
  for (let index = 0; index < count; index++) {
    state.sumClasses[index] = r.long();
    state.sumSlots[index] = r.long();
    state.sumPoints[index] = r.long();
  }
  state.sumClasses.length = state.sumSlots.length = state.sumPoints.length = count;
}

/** Nothing known, no tags, no custom fields, never captured: what the general way writes too, byte by byte. */
const UNKNOWN_BYTES = 4;

function writeProfile(w: AvroWriter, profile: LeadProfile, base: number): void {
  if (profile === UNKNOWN_PROFILE) {
    w.ensure(UNKNOWN_BYTES);
    w.buffer.fill(0, w.position, w.position + UNKNOWN_BYTES);
    w.position += UNKNOWN_BYTES;
    return;
  }
  let known = 0;
  for (let index = 0; index < singleFields.length; index++) if (profile.times[index]! >= 0) known |= 1 << index;
  known = known * 4 + (profile.hasContact ? 1 : 0) + (profile.hasNeed ? 2 : 0);
  w.long(known);
  let previous = base;
  for (let index = 0; index < singleFields.length; index++) {
    const time = profile.times[index]!;
    if (time < 0) continue;
    w.long(previous - time);
    previous = time;
    const value = profile[singleFields[index]!];
    if (typeof value === "number") w.long(value);
    else if (typeof value === "boolean") w.boolean(value);
    else w.string(value ?? "");
  }
  writeTexts(w, profile.tags);
  writeTexts(w, profile.customNames);
  for (let index = 0; index < profile.customNames.length; index++) {
    w.string(profile.customValues[index]!);
    w.long(base - profile.customTimes[index]!);
  }
  writeTime(w, base, profile.capturedAt);
  if (profile.capturedAt < 0) return;
  w.string(profile.channel ?? "");
  writeOptional(w, profile.campaign);
  writeOptional(w, profile.account);
}

function isUnknown({ buffer, position, end }: AvroReader): boolean {
  if (position + UNKNOWN_BYTES > end) return false;
  return (buffer[position]! | buffer[position + 1]! | buffer[position + 2]! | buffer[position + 3]!) === 0;
}

function readProfile(r: AvroReader, base: number): LeadProfile {
  if (isUnknown(r)) {
    r.take(UNKNOWN_BYTES);
    return UNKNOWN_PROFILE;
  }
  const profile = emptyProfile();
  const packed = r.long();
  profile.hasContact = (packed & 1) !== 0;
  profile.hasNeed = (packed & 2) !== 0;
  const known = packed >> 2;
  let previous = base;
  for (let index = 0; index < singleFields.length; index++) {
    if ((known & (1 << index)) === 0) continue;
    previous -= r.long();
    profile.times[index] = previous;
    readField(r, profile, singleFields[index]!);
  }
  profile.tags = readTexts(r);
  profile.customNames = readTexts(r);
  for (let index = 0; index < profile.customNames.length; index++) {
    profile.customValues.push(r.string());
    profile.customTimes.push(base - r.long());
  }
  profile.capturedAt = readTime(r, base);
  if (profile.capturedAt < 0) return profile;
  profile.channel = r.string();
  profile.campaign = r.present() ? r.string() : null;
  profile.account = r.present() ? r.string() : null;
  return profile;
}

function readField(r: AvroReader, profile: LeadProfile, field: SingleField): void {
  if (field === "budgetClear") profile.budgetClear = r.boolean();
  else if (numberFields.has(field)) profile[field as "budget"] = r.long();
  else if (field === "need") profile.need = r.string() as Need;
  else if (field === "decisionChain") profile.decisionChain = r.string() as DecisionChain;
  else profile[field as "industry"] = r.string();
}

function writeOptional(w: AvroWriter, text: string | null): void {
  if (text === null) w.byte(0);
  else {
    w.byte(2);
    w.string(text);
  }
}

function writeTexts(w: AvroWriter, texts: readonly string[]): void {
  w.long(texts.length);
  for (const text of texts) w.string(text);
}

function readTexts(r: AvroReader): string[] {
  const texts: string[] = [];
  for (let count = r.long(); count > 0; count--) texts.push(r.string());
  return texts;
}
