import type { Capture, DecisionChain, LeadAttributes, Need, Profile } from "@leadstream/schemas";

/** Fields of the schema's profile that hold one value, in a fixed order: the state keeps a time for each. */
export const singleFields = [
  "titleClass",
  "industry",
  "country",
  "region",
  "language",
  "companySize",
  "annualRevenue",
  "emailKind",
  "productLine",
  "need",
  "budget",
  "budgetClear",
  "decisionChain",
  "painPoint",
] as const;
export type SingleField = (typeof singleFields)[number];

/** More of these than any honest producer sends are left out, the greatest names first. */
export const MAX_CUSTOM_FIELDS = 64;
export const MAX_TAGS = 64;

/** What is known of a lead. Of two values of one field the one that was true later counts, whatever arrived first. */
export interface LeadProfile {
  titleClass: string | null;
  industry: string | null;
  country: string | null;
  region: string | null;
  language: string | null;
  companySize: number | null;
  annualRevenue: number | null;
  emailKind: string | null;
  productLine: string | null;
  need: Need | null;
  budget: number | null;
  budgetClear: boolean | null;
  decisionChain: DecisionChain | null;
  painPoint: string | null;
  hasContact: boolean;
  hasNeed: boolean;
  tags: string[];
  customNames: string[];
  customValues: string[];
  customTimes: number[];
  /** When each single field was said; -1 = never. */
  times: number[];
  /** Of the earliest capture. */
  channel: string | null;
  campaign: string | null;
  account: string | null;
  capturedAt: number;
}

export function emptyProfile(): LeadProfile {
  return {
    titleClass: null,
    industry: null,
    country: null,
    region: null,
    language: null,
    companySize: null,
    annualRevenue: null,
    emailKind: null,
    productLine: null,
    need: null,
    budget: null,
    budgetClear: null,
    decisionChain: null,
    painPoint: null,
    hasContact: false,
    hasNeed: false,
    tags: [],
    customNames: [],
    customValues: [],
    customTimes: [],
    times: singleFields.map(() => -1),
    channel: null,
    campaign: null,
    account: null,
    capturedAt: -1,
  };
}

/** The profile of every lead of whom nothing is known. Profiles are never changed in place, only copies of them. */
export const UNKNOWN_PROFILE: LeadProfile = emptyProfile();

/** Copies nothing that stays shared with `profile`. */
export function copyProfile(profile: LeadProfile): LeadProfile {
  return {
    ...profile,
    tags: profile.tags.slice(),
    customNames: profile.customNames.slice(),
    customValues: profile.customValues.slice(),
    customTimes: profile.customTimes.slice(),
    times: profile.times.slice(),
  };
}

/** Merges what was said at `at` into `profile`. */
export function mergeProfile(profile: LeadProfile, said: Profile, at: number): void {
  for (let index = 0; index < singleFields.length; index++) {
    const field = singleFields[index]!;
    const value = said[field];
    if (value === null) continue;
    const knownAt = profile.times[index]!;
    if (at < knownAt || (at === knownAt && !outranks(value, profile[field]))) continue;
    (profile as unknown as Record<SingleField, string | number | boolean>)[field] = value;
    profile.times[index] = at;
  }
  profile.hasContact ||= said.hasContact;
  profile.hasNeed ||= said.hasNeed;
  if (said.tags.length > 0) mergeTags(profile, said.tags);
  for (const name in said.custom) mergeCustom(profile, name, said.custom[name]!, at);
}

/** Two values of one instant: the greater one stays, so that the order of arrival does not matter (F16). */
function outranks(value: string | number | boolean, known: string | number | boolean | null): boolean {
  return known === null || value > known;
}

function mergeTags(profile: LeadProfile, tags: readonly string[]): void {
  for (const tag of tags) if (!profile.tags.includes(tag)) profile.tags.push(tag);
  profile.tags.sort();
  if (profile.tags.length > MAX_TAGS) profile.tags.length = MAX_TAGS;
}

function mergeCustom(profile: LeadProfile, name: string, value: string, at: number): void {
  const { customNames, customValues, customTimes } = profile;
  const known = customNames.indexOf(name);
  if (known >= 0) {
    const knownAt = customTimes[known]!;
    if (at < knownAt || (at === knownAt && value <= customValues[known]!)) return;
    customValues[known] = value;
    customTimes[known] = at;
    return;
  }
  let place = customNames.length;
  while (place > 0 && customNames[place - 1]! > name) place--;
  if (place >= MAX_CUSTOM_FIELDS) return;
  customNames.splice(place, 0, name);
  customValues.splice(place, 0, value);
  customTimes.splice(place, 0, at);
  if (customNames.length > MAX_CUSTOM_FIELDS) {
    customNames.length = MAX_CUSTOM_FIELDS;
    customValues.length = MAX_CUSTOM_FIELDS;
    customTimes.length = MAX_CUSTOM_FIELDS;
  }
}

/** The earliest capture gives channel, campaign and account. */
export function mergeCapture(profile: LeadProfile, capture: Capture, at: number): void {
  const earlier = profile.capturedAt < 0 || at < profile.capturedAt;
  const same = at === profile.capturedAt && capture.channel < (profile.channel ?? "");
  if (earlier || same) {
    profile.capturedAt = at;
    profile.channel = capture.channel;
    profile.campaign = capture.campaign;
    profile.account = capture.account;
  }
  mergeProfile(profile, capture.profile, at);
}

export function attributesOf(profile: LeadProfile): LeadAttributes {
  return {
    channel: profile.channel ?? "other",
    campaign: profile.campaign,
    region: profile.region,
    country: profile.country,
    productLine: profile.productLine,
    industry: profile.industry,
    titleClass: profile.titleClass,
    language: profile.language,
    companySize: profile.companySize,
    account: profile.account,
    tags: profile.tags.slice(),
  };
}

/** Same answer for routing rules. */
export function sameAttributes(a: LeadProfile, b: LeadProfile): boolean {
  return (
    a.channel === b.channel &&
    a.campaign === b.campaign &&
    a.region === b.region &&
    a.country === b.country &&
    a.productLine === b.productLine &&
    a.industry === b.industry &&
    a.titleClass === b.titleClass &&
    a.language === b.language &&
    a.companySize === b.companySize &&
    a.account === b.account &&
    a.tags.length === b.tags.length &&
    a.tags.every((tag, index) => tag === b.tags[index])
  );
}
