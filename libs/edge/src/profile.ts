import type { Profile } from "@leadstream/schemas";
import { bounds } from "./bounds.ts";
import { type ContactPoints, normalised, optionalLine, readCountry } from "./event.ts";
import type { FaultList } from "./fault.ts";
import { normaliseIndustry } from "./industry.ts";
import { normaliseLanguage } from "./language.ts";
import { headCount } from "./money.ts";
import { normaliseRegion, regionOfCountry } from "./region.ts";
import type { ProfileInput } from "./shapes/profile.ts";
import { line, slug } from "./text.ts";
import { textMap } from "./text-map.ts";
import { classifyTitle } from "./title.ts";

/** What the profile takes from other parts of a capture. */
export interface ProfileEvidence {
  readonly country: string | null;
  readonly points: ContactPoints;
  readonly needDescribed: boolean;
}

/** The country that a profile names, judged once because phone numbers need it as well. */
export function profileCountry(input: Partial<ProfileInput> | null | undefined, faults: FaultList): string | null {
  return readCountry(input?.country, "profile.country", faults);
}

/** Normalises what is said of a lead (C4) and derives what scoring needs; null stays "not said". */
export function toProfile(input: Partial<ProfileInput>, evidence: ProfileEvidence, faults: FaultList): Profile {
  const { points } = evidence;
  const country = evidence.country ?? points.phone?.country ?? null;
  const budget = wholeUnits(input.budget);
  const need = input.need ?? null;
  return {
    titleClass: input.title ? classifyTitle(input.title) : null,
    industry: input.industry ? normaliseIndustry(input.industry) : null,
    country,
    region: (input.region ? normaliseRegion(input.region) : null) ?? (country === null ? null : regionOfCountry(country)),
    language: normalised(input.language, normaliseLanguage, "profile.language", faults, "is no language", "give a tag as zh or en-GB"),
    companySize: companySize(input.companySize, faults),
    annualRevenue: wholeUnits(input.annualRevenue),
    emailKind: points.email?.kind ?? null,
    productLine: input.productLine ? normaliseProductLine(input.productLine) : null,
    need,
    budget,
    budgetClear: input.budgetClear ?? (budget === null ? null : true),
    decisionChain: input.decisionChain ?? null,
    painPoint: optionalLine(input.painPoint),
    hasContact: points.email !== null || points.phone !== null,
    hasNeed: evidence.needDescribed || need === "potential" || need === "stated",
    tags: input.tags ? tagsOf(input.tags) : [],
    custom: input.custom ? textMap(input.custom, "profile.custom", faults) : {},
  };
}

/** The profile that a touch or a status reveals; null when it reveals nothing. */
export function revealedProfile(input: Partial<ProfileInput> | null | undefined, faults: FaultList): Profile | null {
  if (input === null || input === undefined) return null;
  const country = profileCountry(input, faults);
  return toProfile(input, { country, points: { email: null, phone: null }, needDescribed: false }, faults);
}

function companySize(size: number | string | null | undefined, faults: FaultList): number | null {
  if (size === null || size === undefined || (typeof size === "string" && size.trim() === "")) return null;
  const count = headCount(size);
  if (count === null || count > bounds.companySize) {
    faults.add("profile.companySize", "is no number of employees", "give a number, or a range as 51-200");
    return null;
  }
  return count;
}

function wholeUnits(amount: number | null | undefined): number | null {
  return amount === null || amount === undefined ? null : Math.floor(amount);
}

/** A product line in one spelling. Idempotent. */
export const normaliseProductLine = (text: string): string | null => slug(text);

/** A tag in one spelling. Idempotent. */
export const normaliseTag = (text: string): string | null => line(text)?.toLowerCase() ?? null;

function tagsOf(tags: readonly string[]): string[] {
  const unique = new Set<string>();
  for (const tag of tags) {
    const text = normaliseTag(tag);
    if (text !== null) unique.add(text);
  }
  return [...unique];
}
