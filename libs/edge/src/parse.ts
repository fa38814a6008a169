import type { z } from "zod";
import { FaultList } from "./fault.ts";

const SEPARATOR = "\u001f";
/** Deeper than any field of an event lies. */
const MAX_DEPTH = 8;
type Issue = z.core.$ZodIssue;

/** Message of a check of ours: both halves of the fault it becomes. */
export function because(reason: string, remedy: string): string {
  return reason + SEPARATOR + remedy;
}

/** What passed the shape: fields with a fault are left out, so that the rest can be judged in the same go. */
export interface Parsed<T> {
  readonly value: Partial<T>;
  readonly faults: FaultList;
}

/** Checks an input against its shape and gathers all faults. Never throws, whatever the input is. */
export function parseInput<T>(shape: z.ZodType<T>, input: unknown): Parsed<T> {
  const faults = new FaultList();
  const result = tryParse(shape, input);
  if (result === null) {
    faults.add(
      pathOf(pathOfOddLength(input, 0) ?? ["event"]),
      "is an object that cannot be read",
      "give text or a number, or leave it out",
    );
    return { value: {}, faults };
  }
  if (result.success) return { value: result.data, faults };
  for (const issue of result.error.issues) addIssue(faults, issue, input);
  return { value: withoutFaulty(input, result.error.issues) as Partial<T>, faults };
}

/** null: the check of a text's length met an object whose `length` is no number and cannot be made one. */
function tryParse<T>(shape: z.ZodType<T>, input: unknown): z.ZodSafeParseResult<T> | null {
  try {
    return shape.safeParse(input);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function pathOfOddLength(value: unknown, depth: number): PropertyKey[] | null {
  if (!isGroup(value) || depth > MAX_DEPTH) return null;
  if (depth > 0 && isGroup(value.length)) return [];
  for (const [step, inner] of Object.entries(value)) {
    const path = pathOfOddLength(inner, depth + 1);
    if (path !== null) return [step, ...path];
  }
  return null;
}

function addIssue(faults: FaultList, issue: Issue, input: unknown): void {
  const field = pathOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) {
      faults.add(pathOf([...issue.path, key]), "is not a known field", "leave it out, or put it under profile.custom or properties");
    }
    return;
  }
  if (issue.code === "invalid_key") {
    faults.add(field, "is not a usable name", "begin with a letter; use letters, digits, space, _ . - and at most 64 characters");
    return;
  }
  const [reason, remedy] = wordsOf(issue, valueAt(input, issue.path));
  faults.add(field, reason, remedy);
}

function wordsOf(issue: Issue, value: unknown): [reason: string, remedy: string] {
  if (issue.message.includes(SEPARATOR)) return issue.message.split(SEPARATOR, 2) as [string, string];
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined) return ["is missing", `give ${article(issue.expected)}`];
      return [`is ${describe(value)}`, `give ${article(issue.expected)}`];
    case "too_big":
      return [tooBig(issue.origin, value, issue.maximum), limitRemedy("at most", issue.origin, issue.maximum)];
    case "too_small":
      return [tooSmall(issue.origin), limitRemedy("at least", issue.origin, issue.minimum)];
    case "invalid_value":
      return [value === undefined ? "is missing" : "is not one of the known values", `give one of ${issue.values.map(String).join(", ")}`];
    case "invalid_union":
      return unionWords(issue, value);
    default:
      return ["is not valid", "see the description of the field in the API documentation"];
  }
}

/** Of the alternatives the one that fits the type of the value says what is wrong with it. */
function unionWords(issue: Extract<Issue, { code: "invalid_union" }>, value: unknown): [string, string] {
  if (value === undefined) return ["is missing", "give a value"];
  for (const alternative of issue.errors) {
    const first = alternative[0];
    if (first !== undefined && first.path.length === 0 && first.code !== "invalid_type") return wordsOf(first, value);
  }
  return [`is ${describe(value)}`, "give text or a finite number"];
}

function tooBig(origin: string, value: unknown, maximum: number | bigint): string {
  if (typeof value === "string") return `has ${value.length} characters`;
  if (Array.isArray(value)) return `has ${value.length} entries`;
  return origin === "string" ? `has more than ${maximum} characters` : "is too large";
}

function tooSmall(origin: string): string {
  return origin === "string" || origin === "array" ? "is empty" : "is too small";
}

function limitRemedy(word: string, origin: string, limit: number | bigint): string {
  const unit = origin === "string" ? " characters" : origin === "array" ? " entries" : "";
  return `give ${word} ${limit}${unit}`;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "not a number (NaN)";
    return Number.isFinite(value) ? "a number with decimals or out of range" : "an infinite number";
  }
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function article(expected: string): string {
  if (expected === "int") return "a whole number";
  if (expected === "number") return "a finite number";
  if (expected === "string") return "text";
  if (expected === "boolean") return "true or false";
  return expected === "array" ? "a list" : "an object";
}

function pathOf(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${String(step)}`;
  return text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

/** A copy without the fields that have a fault; one inside a list takes the list with it. */
function withoutFaulty(input: unknown, issues: readonly Issue[]): unknown {
  if (!isGroup(input)) return {};
  const copy: Group = { ...input };
  const copied = new Set<Group>([copy]);
  for (const issue of issues) {
    let group = copy;
    for (const [depth, step] of issue.path.entries()) {
      const inner = Object.hasOwn(group, step) ? group[step] : undefined;
      if (depth === issue.path.length - 1 || !isGroup(inner)) {
        if (issue.code !== "unrecognized_keys" || !isGroup(inner)) delete group[step];
        break;
      }
      const next = copied.has(inner) ? inner : { ...inner };
      copied.add(next);
      group[step] = next;
      group = next;
    }
  }
  return copy;
}

type Group = Record<PropertyKey, unknown>;
function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
