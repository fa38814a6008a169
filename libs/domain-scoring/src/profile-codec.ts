import type { AvroReader, AvroWriter, DecisionChain, Need } from "@leadstream/schemas";
import { emptyProfile, type LeadProfile, type SingleField, singleFields, UNKNOWN_PROFILE } from "./profile.ts";
import { readTime, writeTime } from "./time-codec.ts";

const numberFields: ReadonlySet<SingleField> = new Set(["companySize", "annualRevenue", "budget"]);

/** Nothing known, no tags, no custom fields, never captured: what the general way writes too, byte by byte. */
const UNKNOWN_BYTES = 4;

export function writeProfile(w: AvroWriter, profile: LeadProfile, base: number): void {
  if (profile === UNKNOWN_PROFILE) {
    w.ensure(UNKNOWN_BYTES);
    for (let byte = 0; byte < UNKNOWN_BYTES; byte++) w.buffer[w.position++] = 0;
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

export function readProfile(r: AvroReader, base: number): LeadProfile {
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
