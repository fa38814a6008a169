import { type Condition, type FieldType, type Operand, profileFields, touchFields } from "./condition.ts";
import { type DocumentReader, join, type PlainObject } from "./document-reader.ts";
import { durationMs } from "./units.ts";

export const tests = ["equals", "in", "not", "contains", "atLeast", "below", "present"] as const;

/** Values that normalised fields can have; a rule on another value could never hold. */
export const vocabularies: Readonly<Record<string, readonly string[]>> = {
  titleClass: ["founder", "executive", "vp", "director", "manager", "staff", "intern", "student", "other"],
  emailKind: ["corporate", "free", "disposable"],
  need: ["none", "potential", "stated"],
  decisionChain: ["unknown", "unclear", "clear"],
};

export type Subject = "profile" | "touch";

/**
 * `when`: field → what must hold. A plain value means equals, a list means one of; a mapping may use equals, in, not, contains,
 * atLeast, below, present. The key `any` holds a list of alternatives. All keys must hold.
 */
export function checkConditions(reader: DocumentReader, value: unknown, path: string, subject: Subject): readonly Condition[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    reader.fault(path, "is not a mapping of fields", "Write `field: value` lines");
    return [];
  }
  const conditions: Condition[] = [];
  for (const [field, wanted] of Object.entries(value)) {
    const at = join(path, field);
    if (field === "any") {
      const alternatives = reader.list(wanted, at).map((one, index) => checkConditions(reader, one, join(at, index), subject));
      if (alternatives.length < 2) reader.fault(at, "has fewer than two alternatives", "List at least two mappings of fields");
      conditions.push({ field: "any", test: "any", alternatives });
      continue;
    }
    const type = fieldType(field, subject);
    if (type === null) reader.fault(at, "is not a known field", `Use one of: ${fieldNames(subject)}`);
    else conditions.push(...checkField(reader, field, type, wanted, at));
  }
  return conditions;
}

function fieldType(field: string, subject: Subject): FieldType | null {
  const prefix = subject === "profile" ? "custom." : "property.";
  if (field.startsWith(prefix) && field.length > prefix.length) return "text";
  const known = subject === "profile" ? profileFields : touchFields;
  return Object.hasOwn(known, field) ? known[field]! : null;
}

function fieldNames(subject: Subject): string {
  if (subject === "profile") return `${Object.keys(profileFields).join(", ")}, custom.<name>`;
  return `${Object.keys(touchFields).join(", ")}, property.<name>`;
}

function checkField(reader: DocumentReader, field: string, type: FieldType, wanted: unknown, path: string): readonly Condition[] {
  if (Array.isArray(wanted)) return [{ field, test: "in", values: operands(reader, field, type, wanted, path) }];
  if (typeof wanted !== "object" || wanted === null) {
    const [value] = operands(reader, field, type, [wanted], path);
    return value === undefined ? [] : [{ field, test: "equals", value }];
  }
  const given = reader.object(wanted, path, tests);
  if (given === null) return [];
  if (Object.keys(given).length === 0) reader.fault(path, "tests nothing", `Use one of: ${tests.join(", ")}`);
  return testsOf(reader, field, type, given, path);
}

function testsOf(reader: DocumentReader, field: string, type: FieldType, given: PlainObject, path: string): readonly Condition[] {
  const found: Condition[] = [];
  if ("equals" in given) {
    const [value] = operands(reader, field, type, [given.equals], join(path, "equals"));
    if (value !== undefined) found.push({ field, test: "equals", value });
  }
  for (const test of ["in", "not"] as const) {
    if (!(test in given)) continue;
    const at = join(path, test);
    const raw = given[test];
    const values = operands(reader, field, type, Array.isArray(raw) ? raw : [raw], at);
    found.push({ field, test, values });
  }
  if ("contains" in given) found.push({ field, test: "contains", value: reader.text(given.contains, join(path, "contains")) });
  if ("atLeast" in given || "below" in given) found.push(range(reader, field, given, path));
  if ("present" in given) {
    const value = reader.boolean(given.present, join(path, "present"), true);
    if (!value && Object.keys(given).length > 1)
      reader.fault(
        path,
        "contradicts itself: a field that is not present passes no other test",
        "Remove `present: false` or the other test",
      );
    found.push({ field, test: "present", value });
  }
  return found;
}

function range(reader: DocumentReader, field: string, given: PlainObject, path: string): Condition {
  const bound = (name: "atLeast" | "below"): number | null => {
    if (!(name in given)) return null;
    const value = given[name];
    const number = field === "dwell" && typeof value === "string" ? durationMs(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    reader.fault(join(path, name), "is not a number", field === "dwell" ? "Use a duration such as 3m" : "Use a number");
    return null;
  };
  const atLeast = bound("atLeast");
  const below = bound("below");
  if (atLeast !== null && below !== null && atLeast >= below)
    reader.fault(path, "contradicts itself: no number is at least the one and below the other", "Make `atLeast` smaller than `below`");
  return { field, test: "range", atLeast, below };
}

function operands(reader: DocumentReader, field: string, type: FieldType, values: readonly unknown[], path: string): readonly Operand[] {
  if (values.length === 0) reader.fault(path, "is an empty list and never holds", "Name at least one value");
  const found: Operand[] = [];
  for (const value of values) {
    const isNumber = typeof value === "number" && Number.isFinite(value);
    const fits =
      type === "boolean"
        ? typeof value === "boolean"
        : type === "number"
          ? isNumber
          : typeof value === "string" || (isFree(field) && (isNumber || typeof value === "boolean"));
    if (!fits) {
      reader.fault(
        path,
        `does not fit the field: ${field} holds ${type === "list" ? "texts" : `a ${type}`}`,
        `Use a ${type === "list" ? "text" : type}`,
      );
      continue;
    }
    const vocabulary = Object.hasOwn(vocabularies, field) ? vocabularies[field]! : null;
    if (vocabulary !== null && !vocabulary.includes(value as string))
      reader.fault(path, "can never hold: the field has no such value", `Use one of: ${vocabulary.join(", ")}`);
    found.push(value as Operand);
  }
  return found;
}

const isFree = (field: string): boolean => field.startsWith("custom.") || field.startsWith("property.");
