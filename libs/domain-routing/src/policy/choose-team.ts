import type { Grade, LeadAttributes } from "@leadstream/schemas";
import {
  type Conditions,
  type LeadView,
  type NumberCondition,
  type NumberField,
  type Policy,
  pointThousandths,
  type Rule,
  type Target,
  type TextCondition,
  type TextField,
} from "./policy.ts";

/** Name under which decisions of the policy's fallback are recorded. */
export const fallbackRule = "fallback";

/** The first rule whose every condition holds (A1–A10); null: only the fallback is left. */
export function matchRule(policy: Policy, lead: LeadView, attributes: LeadAttributes | null): Rule | null {
  for (const rule of policy.rules) {
    if (matches(rule, lead, attributes)) return rule;
  }
  return null;
}

const maximumTried = 10;

/** Rules that were tried before `matched` (null: all of them) and what of the lead did not fit; at most ten and a count of the others. */
export function triedBefore({ rules }: Policy, matched: Rule | null, lead: LeadView, attributes: LeadAttributes | null): string[] {
  const tried: string[] = [];
  const end = matched === null ? rules.length : rules.indexOf(matched);
  for (let index = 0; index < end && index < maximumTried; index++) {
    const { id, texts, numbers } = rules[index]!;
    const misfit =
      texts.find((condition) => !textHolds(condition, lead, attributes)) ??
      numbers.find((condition) => !numberHolds(condition, lead, attributes));
    if (misfit !== undefined) tried.push(`${id}: ${misfit.field} is ${textOf(misfit.field, lead, attributes)}`);
  }
  if (end > maximumTried) tried.push(`and ${end - maximumTried} more rules`);
  return tried;
}

function textOf(field: TextField | NumberField, lead: LeadView, attributes: LeadAttributes | null): string {
  if (field === "score") return String(lead.score / pointThousandths);
  if (field === "grade" || field === "temperature" || field === "band") return lead[field] ?? "unknown";
  const value = attributes?.[field] ?? null;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(" ");
  return value === null ? "unknown" : String(value);
}

/** Whether every condition holds for the lead. */
export function matches(rule: Conditions, lead: LeadView, attributes: LeadAttributes | null): boolean {
  for (const condition of rule.texts) {
    if (!textHolds(condition, lead, attributes)) return false;
  }
  for (const condition of rule.numbers) {
    if (!numberHolds(condition, lead, attributes)) return false;
  }
  return true;
}

function textHolds({ field, values }: TextCondition, lead: LeadView, attributes: LeadAttributes | null): boolean {
  if (field === "grade") return values.has(lead.grade);
  if (field === "temperature") return lead.temperature !== null && values.has(lead.temperature);
  if (field === "band") return lead.band !== null && values.has(lead.band);
  if (attributes === null) return false;
  if (field === "tags") return attributes.tags.some((tag) => values.has(tag));
  const value = attributes[field];
  return value !== null && values.has(value);
}

function numberHolds({ field, minimum, below }: NumberCondition, lead: LeadView, attributes: LeadAttributes | null): boolean {
  const value = field === "score" ? lead.score : (attributes?.companySize ?? null);
  return value !== null && value >= minimum && value < below;
}

/** Target number `attempt` of a rule, then the fallback; null when all have been tried. */
export function targetOf(policy: Policy, rule: Rule | null, attempt: number): Target | null {
  const own = rule?.targets ?? [];
  if (attempt < own.length) return own[attempt]!;
  return attempt === own.length ? policy.fallback : null;
}

/** 0: below MQL, 1: MQL, 2: SQL. */
export function levelOf(policy: Policy, band: string | null): 0 | 1 | 2 {
  if (band === null) return 0;
  if (policy.bands.sql.has(band)) return 2;
  return policy.bands.mql.has(band) ? 1 : 0;
}

/** Whether a lead of this band goes to sales (decision 4). */
export function qualifies(policy: Policy, band: string | null): boolean {
  return levelOf(policy, band) >= (policy.assignOn === "sql" ? 2 : 1);
}

/** The tier asked of the team (A8). */
export function tierFor(policy: Policy, target: Target, grade: Grade): Target["tier"] {
  if (target.anyTier) return null;
  return target.tier ?? policy.tierByGrade[grade];
}
