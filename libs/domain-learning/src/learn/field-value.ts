import type { LeadSnapshot } from "../replay/replay-lead.ts";

type Profile = LeadSnapshot["profile"];

/** Single-valued text fields of a profile that can say something of a lead. */
export const textFields = [
  "titleClass",
  "industry",
  "country",
  "region",
  "language",
  "emailKind",
  "productLine",
  "need",
  "decisionChain",
  "painPoint",
  "channel",
  "campaign",
  "account",
] as const;
export const numberFields = ["companySize", "annualRevenue", "budget"] as const;
export const flagFields = ["budgetClear", "hasContact", "hasNeed"] as const;

const CUSTOM = "custom.";

export const customField = (name: string): string => CUSTOM + name;

/** Reads a field as rules of a model see it; null = not known. Made once for a field, called for every lead. */
export function textReader(field: string): (profile: Profile) => string | null {
  if (!field.startsWith(CUSTOM)) return (profile) => filled(profile[field as "industry"]);
  const name = field.slice(CUSTOM.length);
  // Leads of one source have their fields in the same places.
  let usual = 0;
  return ({ customNames, customValues }) => {
    const index = customNames[usual] === name ? usual : customNames.indexOf(name);
    if (index >= 0) usual = index;
    return index < 0 ? null : filled(customValues[index]!);
  };
}

const filled = (text: string | null): string | null => (text === "" ? null : text);

/** Numbers that rules of a model accept: plain decimals. */
const PLAIN_NUMBER = /^-?\d{1,15}(\.\d{1,9})?$/;

export function numberOfText(text: string): number | null {
  return PLAIN_NUMBER.test(text) ? Number(text) : null;
}

/** `unreadable` = a text where numbers are wanted: no rule holds for it. */
export function numberReader(field: string): (profile: Profile) => number | null | "unreadable" {
  if (!field.startsWith(CUSTOM)) return (profile) => profile[field as "budget"];
  const read = textReader(field);
  return (profile) => {
    const text = read(profile);
    return text === null ? null : (numberOfText(text) ?? "unreadable");
  };
}

export function flagOf(profile: Profile, field: string): boolean {
  return profile[field as "hasNeed"] === true;
}
