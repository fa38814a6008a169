import { type Condition, compileConditions, type FieldValue, numberOf, type Operand, typeOfField, vocabularies } from "./condition.ts";
import { folded } from "./folded.ts";

/** A test of one field, without alternatives. */
export type FieldTest = Exclude<Condition, { readonly test: "any" }>;

/** More texts and elements than this to combine are not looked at: then nothing is said. */
const MAX_PARTS = 8;
const MAX_WITNESSES = 20_000;
/** Stands between the parts of a made-up text, and makes it another than every text that a document names. */
const SEPARATOR = "\u0001";

/** Fields of a profile that are never unknown. */
const alwaysKnown: readonly string[] = ["hasContact", "hasNeed"];

/**
 * Values of which each value that the field can have passes the same of `tests` as one of them: what no witness passes, nothing passes.
 * Null where that is not known.
 */
export function witnessesOf(field: string, tests: readonly FieldTest[]): readonly FieldValue[] | null {
  const operands = tests.flatMap(operandsOf);
  const parts = tests.flatMap((test) => (test.test === "contains" ? [test.value] : []));
  const bounds = tests.flatMap((test) => (test.test === "range" ? [test.atLeast, test.below].filter((bound) => bound !== null) : []));
  const type = typeOfField(field);
  if (type === "boolean") return alwaysKnown.includes(field) ? [false, true] : [null, false, true];
  if (type === "number") return [null, ...wholeNumbersAround([...bounds, ...operands.filter((value) => typeof value === "number")])];
  if (type === "list") return listsOf([...operands.map(String), ...parts.map((part) => part + SEPARATOR), SEPARATOR]);
  if (Object.hasOwn(vocabularies, field)) return [null, ...vocabularies[field]!];
  return textsOf(operands, parts, bounds);
}

function operandsOf(test: FieldTest): readonly Operand[] {
  if (test.test === "equals") return [test.value];
  return test.test === "in" || test.test === "not" ? test.values : [];
}

/** Numbers of the fields that hold numbers are whole and not negative: the edge lets in no others. */
function wholeNumbersAround(constants: readonly number[]): readonly number[] {
  const around = constants.flatMap((constant) => [Math.ceil(constant) - 1, Math.ceil(constant), Math.ceil(constant) + 1]);
  return [...new Set([0, ...around])].filter((number) => number >= 0);
}

function listsOf(elements: readonly string[]): readonly FieldValue[] | null {
  return subsetsOf([...new Set(elements)]);
}

/** Texts that may be read as numbers, where tests are about numbers. */
function textsOf(operands: readonly Operand[], parts: readonly string[], bounds: readonly number[]): readonly FieldValue[] | null {
  const numbers = [...bounds, ...operands.flatMap((value) => numberOf(value) ?? [])];
  if (parts.length > 0 && numbers.length > 0) return null;
  const written = numbersAround(numbers).flatMap((number) => [String(number), Number.isInteger(number) ? `${number}.0` : `${number}0`]);
  if (written.some((text) => numberOf(text) === null)) return null;
  const combined = subsetsOf([...new Set(parts.map(folded))]);
  if (combined === null) return null;
  return [null, "", ...operands.map(String), ...written, ...combined.map((some) => some.join(SEPARATOR) + SEPARATOR)];
}

function numbersAround(constants: readonly number[]): readonly number[] {
  const ordered = [...new Set(constants)].sort((a, b) => a - b);
  return ordered.flatMap((number, index) => [index === 0 ? number - 1 : (ordered[index - 1]! + number) / 2, number, number + 1]);
}

function subsetsOf(elements: readonly string[]): readonly string[][] | null {
  if (elements.length > MAX_PARTS) return null;
  let subsets: readonly string[][] = [[]];
  for (const element of elements) subsets = [...subsets, ...subsets.map((subset) => [...subset, element])];
  return subsets;
}

/** Whether some value of the field passes all tests; true where that is not known. */
export function canHold(tests: readonly FieldTest[]): boolean {
  const field = tests[0]?.field;
  if (field === undefined) return true;
  const passes = compileConditions<FieldValue>(tests, () => (value) => value);
  return witnessesOf(field, tests)?.some(passes) ?? true;
}

/** Whether something passes `when`, which can hold, and none of `others`; true where that is not known. */
export function canHoldWithout(when: readonly Condition[], others: readonly (readonly Condition[])[]): boolean {
  const [only] = others;
  if (others.length === 1 && when.every(isTest) && only!.every(isTest)) return only!.some((test) => canFail(test, when));
  const tests = [when, ...others].flatMap(testsIn);
  const fields = [...new Set(tests.map(({ field }) => field))];
  const choices = fields.map((field) =>
    witnessesOf(
      field,
      tests.filter((test) => test.field === field),
    ),
  );
  if (!choices.every((choice) => choice !== null)) return true;
  const witnesses = choices.reduce((product, choice) => product * choice.length, 1);
  if (witnesses > MAX_WITNESSES) return true;
  const getterOf = (field: string): ((values: readonly FieldValue[]) => FieldValue) => {
    const index = fields.indexOf(field);
    return (values) => values[index]!;
  };
  const holds = compileConditions(when, getterOf);
  const taken = others.map((other) => compileConditions(other, getterOf));
  const values: FieldValue[] = [];
  for (let number = 0; number < witnesses; number++) {
    let rest = number;
    for (let index = 0; index < choices.length; index++) {
      const choice = choices[index]!;
      values[index] = choice[rest % choice.length]!;
      rest = Math.floor(rest / choice.length);
    }
    if (holds(values) && !taken.some((takes) => takes(values))) return true;
  }
  return false;
}

const isTest = (condition: Condition): condition is FieldTest => condition.test !== "any";

/** Without alternatives fields do not depend on each other: something of `when` fails `test` if a value of its field does. */
function canFail(test: FieldTest, when: readonly FieldTest[]): boolean {
  const same = when.filter(({ field }) => field === test.field);
  const passes = compileConditions<FieldValue>(same, () => (value) => value);
  const held = compileConditions<FieldValue>([test], () => (value) => value);
  return witnessesOf(test.field, [...same, test])?.some((value) => passes(value) && !held(value)) ?? true;
}

function testsIn(when: readonly Condition[]): readonly FieldTest[] {
  return when.flatMap((condition) => (condition.test === "any" ? condition.alternatives.flatMap(testsIn) : [condition]));
}
