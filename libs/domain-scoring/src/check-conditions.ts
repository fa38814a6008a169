import { type Condition, type FieldType, type Operand, profileFields, touchFields, vocabularies } from "./condition.ts";
import { type DocumentReader, join, type PlainObject } from "./document-reader.ts";
import { durationMs } from "./units.ts";
import { canHold, type FieldTest } from "./witnesses.ts";

export const tests = ["equals", "in", "not", "contains", "atLeast", "below", "present"] as const;

export type Subject = "profile" | "touch";

/** A condition and where it stands. */
interface PlacedCondition {
  readonly condition: Condition;
  readonly path: string;
  /** Of `any`. */
  readonly alternatives?: readonly (readonly PlacedCondition[])[];
}

/**
 * `when`: field → what must hold. A plain value means equals, a list means one of; a mapping may use equals, in, not, contains,
 * atLeast, below, present. The key `any` holds a list of alternatives. All keys must hold; those that never hold together are refused.
 */
export function checkConditions(reader: DocumentReader, value: unknown, path: string, subject: Subject): readonly Condition[] {
  const faults = reader.faults.length;
  const placed = readConditions(reader, value, path, subject);
  if (reader.faults.length === faults) tellContradictions(reader, placed, []);
  return placed.map(({ condition }) => condition);
}

function readConditions(reader: DocumentReader, value: unknown, path: string, subject: Subject): readonly PlacedCondition[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    reader.fault(path, "is not a mapping of fields", "Write `field: value` lines");
    return [];
  }
  const placed: PlacedCondition[] = [];
  for (const [field, wanted] of Object.entries(value)) {
    const at = join(path, field);
    if (field === "any") {
      const alternatives = reader.list(wanted, at).map((one, index) => readConditions(reader, one, join(at, index), subject));
      if (alternatives.length < 2) reader.fault(at, "has fewer than two alternatives", "List at least two mappings of fields");
      const conditions = alternatives.map((all) => all.map(({ condition }) => condition));
      placed.push({ condition: { field: "any", test: "any", alternatives: conditions }, path: at, alternatives });
      continue;
    }
    const type = fieldType(field, subject);
    if (type === null) reader.fault(at, "is not a known field", `Use one of: ${fieldNames(subject)}`);
    else placed.push(...checkField(reader, field, type, wanted, at));
  }
  return placed;
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

function checkField(reader: DocumentReader, field: string, type: FieldType, wanted: unknown, path: string): readonly PlacedCondition[] {
  if (Array.isArray(wanted)) return [{ condition: { field, test: "in", values: operands(reader, field, type, wanted, path) }, path }];
  if (typeof wanted !== "object" || wanted === null) {
    const [value] = operands(reader, field, type, [wanted], path);
    return value === undefined ? [] : [{ condition: { field, test: "equals", value }, path }];
  }
  const given = reader.object(wanted, path, tests);
  if (given === null) return [];
  if (Object.keys(given).length === 0) reader.fault(path, "tests nothing", `Use one of: ${tests.join(", ")}`);
  return testsOf(reader, field, type, given, path);
}

function testsOf(reader: DocumentReader, field: string, type: FieldType, given: PlainObject, path: string): readonly PlacedCondition[] {
  const found: PlacedCondition[] = [];
  if ("equals" in given) {
    const at = join(path, "equals");
    const [value] = operands(reader, field, type, [given.equals], at);
    if (value !== undefined) found.push({ condition: { field, test: "equals", value }, path: at });
  }
  for (const test of ["in", "not"] as const) {
    if (!(test in given)) continue;
    const at = join(path, test);
    const raw = given[test];
    const values = operands(reader, field, type, Array.isArray(raw) ? raw : [raw], at);
    found.push({ condition: { field, test, values }, path: at });
  }
  if ("contains" in given) {
    const at = join(path, "contains");
    found.push({ condition: { field, test: "contains", value: reader.text(given.contains, at) }, path: at });
  }
  if ("atLeast" in given || "below" in given) found.push(range(reader, field, given, path));
  if ("present" in given) {
    const at = join(path, "present");
    found.push({ condition: { field, test: "present", value: reader.boolean(given.present, at, true) }, path: at });
  }
  return found;
}

function range(reader: DocumentReader, field: string, given: PlainObject, path: string): PlacedCondition {
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
    reader.fault(
      join(path, "below"),
      `is not above ${join(path, "atLeast")}: no number is at least the one and below the other`,
      "Make `atLeast` smaller than `below`",
    );
  const onlyBound = below === null ? "atLeast" : "below";
  const place = atLeast !== null && below !== null ? path : join(path, onlyBound);
  return { condition: { field, test: "range", atLeast, below }, path: place };
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

interface PlacedTest {
  readonly condition: FieldTest;
  readonly path: string;
}

/** Tests of one field that no value passes, alone, with another one or all together; an alternative counts with what stands around it. */
function tellContradictions(reader: DocumentReader, placed: readonly PlacedCondition[], around: readonly PlacedTest[]): void {
  const faults = reader.faults.length;
  const known = [...around];
  const contradicted = new Set<string>();
  for (const { condition, path } of placed) {
    if (condition.test === "any" || contradicted.has(condition.field)) continue;
    const told = reader.faults.length;
    const others = known.filter((other) => other.condition.field === condition.field);
    const other = others.find((one) => !canHold([one.condition, condition]));
    if (!canHold([condition])) reader.fault(path, `can never hold: ${condition.field} has no such value`, "Correct or remove it");
    else if (other !== undefined) reader.fault(path, `never holds together with ${other.path}`, ONE_OF_TWO);
    else if (!canHold([...others.map((one) => one.condition), condition]))
      reader.fault(path, `never holds together with ${others.map((one) => one.path).join(" and ")}`, ONE_OF_TWO);
    if (reader.faults.length > told) contradicted.add(condition.field);
    known.push({ condition, path });
  }
  if (reader.faults.length > faults) return;
  for (const alternative of placed.flatMap(({ alternatives }) => alternatives ?? [])) tellContradictions(reader, alternative, known);
}

const ONE_OF_TWO = "Remove one of them, or let either hold with `any`";
