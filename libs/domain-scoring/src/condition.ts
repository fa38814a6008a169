import type { Touch } from "@leadstream/schemas";
import { folded } from "./folded.ts";
import type { LeadProfile } from "./profile.ts";

export type Operand = string | number | boolean;

/** One test of one field. `any` holds alternatives, each a list of conditions of which all must hold. */
export type Condition =
  | { readonly field: string; readonly test: "equals"; readonly value: Operand }
  | { readonly field: string; readonly test: "in"; readonly values: readonly Operand[] }
  | { readonly field: string; readonly test: "not"; readonly values: readonly Operand[] }
  | { readonly field: string; readonly test: "contains"; readonly value: string }
  | { readonly field: string; readonly test: "range"; readonly atLeast: number | null; readonly below: number | null }
  | { readonly field: string; readonly test: "present"; readonly value: boolean }
  | { readonly field: "any"; readonly test: "any"; readonly alternatives: readonly (readonly Condition[])[] };

export type FieldValue = string | number | boolean | readonly string[] | null;

export type Predicate<S> = (subject: S) => boolean;

type Getter<S> = (subject: S) => FieldValue;

/** All conditions must hold; a field that is not known fails every test but `present: false`. */
export function compileConditions<S>(conditions: readonly Condition[], getterOf: (field: string) => Getter<S>): Predicate<S> {
  const tests = conditions.map((condition) => compileOne(condition, getterOf));
  if (tests.length === 0) return () => true;
  const [first, second] = tests;
  if (tests.length === 1) return first!;
  if (tests.length === 2) return (subject) => first!(subject) && second!(subject);
  return (subject) => {
    for (const test of tests) if (!test(subject)) return false;
    return true;
  };
}

function compileOne<S>(condition: Condition, getterOf: (field: string) => Getter<S>): Predicate<S> {
  if (condition.test === "any") {
    const alternatives = condition.alternatives.map((all) => compileConditions(all, getterOf));
    return (subject) => {
      for (const alternative of alternatives) if (alternative(subject)) return true;
      return false;
    };
  }
  const get = getterOf(condition.field);
  switch (condition.test) {
    case "equals": {
      const { value } = condition;
      return (subject) => equals(get(subject), value);
    }
    case "in": {
      const { values } = condition;
      return (subject) => isOneOf(get(subject), values);
    }
    case "not": {
      const { values } = condition;
      return (subject) => {
        const value = get(subject);
        return value !== null && !isOneOf(value, values);
      };
    }
    case "contains": {
      const part = folded(condition.value);
      return (subject) => contains(get(subject), part);
    }
    case "range": {
      const { atLeast, below } = condition;
      return (subject) => {
        const number = numberOf(get(subject));
        return number !== null && (atLeast === null || number >= atLeast) && (below === null || number < below);
      };
    }
    case "present": {
      const { value } = condition;
      return (subject) => isPresent(get(subject)) === value;
    }
  }
}

function isPresent(value: FieldValue): boolean {
  if (value === null || value === false || value === "") return false;
  return typeof value !== "object" || value.length > 0;
}

function equals(value: FieldValue, wanted: Operand): boolean {
  if (typeof value === "object" && value !== null) return typeof wanted === "string" && value.includes(wanted);
  if (typeof wanted === "number") return numberOf(value) === wanted;
  // Custom fields and properties are text: a document's true means the text "true".
  if (typeof wanted === "boolean" && typeof value === "string") return value === String(wanted);
  return value === wanted;
}

function isOneOf(value: FieldValue, wanted: readonly Operand[]): boolean {
  for (const one of wanted) if (equals(value, one)) return true;
  return false;
}

/** `part` is folded; the value is here. */
function contains(value: FieldValue, part: string): boolean {
  if (typeof value === "string") return folded(value).includes(part);
  if (typeof value !== "object" || value === null) return false;
  for (const one of value) if (folded(one).includes(part)) return true;
  return false;
}

export function numberOf(value: FieldValue): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^-?\d{1,15}(\.\d{1,9})?$/.test(value)) return null;
  return Number(value);
}

export type FieldType = "text" | "number" | "boolean" | "list";

/** Fields that profile conditions may name, besides `custom.<name>`. */
export const profileFields: Readonly<Record<string, FieldType>> = {
  titleClass: "text",
  industry: "text",
  country: "text",
  region: "text",
  language: "text",
  companySize: "number",
  annualRevenue: "number",
  emailKind: "text",
  productLine: "text",
  need: "text",
  budget: "number",
  budgetClear: "boolean",
  decisionChain: "text",
  painPoint: "text",
  hasContact: "boolean",
  hasNeed: "boolean",
  tags: "list",
  channel: "text",
  campaign: "text",
  account: "text",
};

/** Fields that touch conditions may name, besides `property.<name>`. */
export const touchFields: Readonly<Record<string, FieldType>> = { dwell: "number", channel: "text", campaign: "text", content: "text" };

/** Values that normalised fields can have; a rule on another value could never hold. */
export const vocabularies: Readonly<Record<string, readonly string[]>> = {
  titleClass: ["founder", "executive", "vp", "director", "manager", "staff", "intern", "student", "other"],
  emailKind: ["corporate", "free", "disposable"],
  need: ["none", "potential", "stated"],
  decisionChain: ["unknown", "unclear", "clear"],
};

/** Of a field of profiles or touches; `custom.<name>` and `property.<name>` are texts. */
export function typeOfField(field: string): FieldType {
  if (Object.hasOwn(profileFields, field)) return profileFields[field]!;
  return Object.hasOwn(touchFields, field) ? touchFields[field]! : "text";
}

/** One function per field: a function that took the field's name would look it up by name for every lead. */
const profileGetters: Readonly<Record<string, Getter<LeadProfile>>> = {
  titleClass: (profile) => profile.titleClass,
  industry: (profile) => profile.industry,
  country: (profile) => profile.country,
  region: (profile) => profile.region,
  language: (profile) => profile.language,
  companySize: (profile) => profile.companySize,
  annualRevenue: (profile) => profile.annualRevenue,
  emailKind: (profile) => profile.emailKind,
  productLine: (profile) => profile.productLine,
  need: (profile) => profile.need,
  budget: (profile) => profile.budget,
  budgetClear: (profile) => profile.budgetClear,
  decisionChain: (profile) => profile.decisionChain,
  painPoint: (profile) => profile.painPoint,
  hasContact: (profile) => profile.hasContact,
  hasNeed: (profile) => profile.hasNeed,
  tags: (profile) => profile.tags,
  channel: (profile) => profile.channel,
  campaign: (profile) => profile.campaign,
  account: (profile) => profile.account,
};

export function profileGetter(field: string): Getter<LeadProfile> {
  const known = Object.hasOwn(profileGetters, field) ? profileGetters[field] : undefined;
  if (known !== undefined) return known;
  const name = field.slice("custom.".length);
  return (profile) => {
    const index = profile.customNames.indexOf(name);
    return index < 0 ? null : profile.customValues[index]!;
  };
}

export function touchGetter(field: string): Getter<Touch> {
  if (field.startsWith("property.")) {
    const name = field.slice("property.".length);
    return ({ properties }) => (Object.hasOwn(properties, name) ? properties[name]! : null);
  }
  if (field === "dwell") return (touch) => touch.dwellMs;
  return (touch) => touch[field as "channel" | "campaign" | "content"];
}
