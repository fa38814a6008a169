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

/** Text of a field as rules of a model see it; null = not known. */
export function textOf(profile: Profile, field: string): string | null {
  let value: unknown;
  if (field.startsWith(CUSTOM)) {
    const index = profile.customNames.indexOf(field.slice(CUSTOM.length));
    value = index < 0 ? null : profile.customValues[index];
  } else value = profile[field as "industry"];
  return typeof value === "string" && value !== "" ? value : null;
}

/** Numbers that rules of a model accept: plain decimals. */
const PLAIN_NUMBER = /^-?\d{1,15}(\.\d{1,9})?$/;

export function numberOfText(text: string): number | null {
  return PLAIN_NUMBER.test(text) ? Number(text) : null;
}

/** `unreadable` = a text where numbers are wanted: no rule holds for it. */
export function numberOf(profile: Profile, field: string): number | null | "unreadable" {
  if (!field.startsWith(CUSTOM)) return profile[field as "budget"];
  const text = textOf(profile, field);
  return text === null ? null : (numberOfText(text) ?? "unreadable");
}

export function flagOf(profile: Profile, field: string): boolean {
  return profile[field as "hasNeed"] === true;
}
