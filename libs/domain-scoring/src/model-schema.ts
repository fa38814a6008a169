import { gradeSymbols, statusKindSymbols, temperatureSymbols } from "@leadstream/schemas";
import type { tests } from "./check-conditions.ts";
import { type FieldType, profileFields, touchFields, vocabularies } from "./condition.ts";

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` });
const listOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const object = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[] = [], more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
  ...more,
});
const explained = (description: string, schema: JsonSchema): JsonSchema => ({ description, ...schema });
const wholeNumber = (minimum: number, maximum: number): JsonSchema => ({ type: "integer", minimum, maximum });
const note = explained("for people; does nothing", {});

/**
 * The shape of a scoring model for editors (JSON Schema, draft 7). It is made from the lists that `checkModel` reads by, and is the weaker of
 * the two: what holds between parts of a document (bands without gaps, rules that are reached) only `checkModel` says.
 */
export function modelSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Leadstream scoring model",
    description: "How leads get their score: docs/scoring.md. Points have at most three decimals.",
    ...object(
      {
        name: ref("identifier"),
        version: explained("a higher one replaces the model", wholeNumber(1, 2_000_000_000)),
        note,
        scale: explained("0 to 100 where it is not said", object({ min: ref("points"), max: ref("points") })),
        bands: explained("from low to high, the first at the scale's minimum", { ...listOf(band), minItems: 1 }),
        groups: listOf(group),
        profile: explained("who the lead is: holds as long as the profile says so", listOf(profileRule)),
        behaviour: explained("what the lead does: points each time", listOf(eventRule("touch", ref("texts"), ref("whenTouch")))),
        status: explained("what sales reports", listOf(eventRule("status", statuses, null))),
        inactivity,
        grades,
        temperature,
        late,
        duplicates: object({ window: ref("duration"), events: wholeNumber(1, 1024) }),
        activity: object({ signalEvery: ref("duration") }),
      },
      ["name", "version", "bands"],
    ),
    definitions,
  };
}

const band = object(
  {
    name: ref("identifier"),
    from: explained("closed: this score belongs to the band", ref("points")),
    to: explained("the next band's `from`, if you like to say it", ref("points")),
    hysteresis: explained("the band is left only so many points below `from`", { type: "number", minimum: 0, maximum: 1000 }),
    dwell: explained("a crossing into the band is told after it was held so long, at most 7d", ref("duration")),
    note,
  },
  ["name", "from"],
);

const group = object(
  {
    id: ref("identifier"),
    exclusive: explained("only the most specific matching rule counts", { type: "boolean" }),
    cap: ref("cap"),
    decay: ref("decay"),
    note,
  },
  ["id"],
);

const common = { id: ref("identifier"), points: ref("points"), group: ref("identifier"), note };
const profileRule = object({ ...common, when: ref("whenProfile") }, ["id", "points", "when"]);
const statuses: JsonSchema = { anyOf: [{ enum: statusKindSymbols }, { ...listOf({ enum: statusKindSymbols }), minItems: 1 }] };

function eventRule(trigger: "touch" | "status", triggers: JsonSchema, when: JsonSchema | null): JsonSchema {
  const count = { anyOf: [{ enum: ["each", "first"] }, object({ every: wholeNumber(2, 1_000_000) }, ["every"])] };
  return object(
    {
      ...common,
      [trigger]: triggers,
      ...(when === null ? {} : { when }),
      decay: ref("decay"),
      cap: ref("cap"),
      count: explained("first time ever, or every n-th time", count),
    },
    ["id", "points", trigger],
  );
}

const inactivity = object({
  signalAfter: explained("the router is told after so long a silence", ref("duration")),
  penalties: listOf(object({ id: ref("identifier"), after: ref("duration"), points: ref("points"), note }, ["id", "after", "points"])),
});

const grade: JsonSchema = { enum: gradeSymbols };
const grades = object({
  rules: explained("the first that holds wins", listOf(object({ grade, when: ref("whenProfile"), note }, ["grade"]))),
  matrix: explained(
    "fit × engagement, where no rule holds",
    object({ fit: listOf(ref("points")), engagement: listOf(ref("points")), grades: listOf(listOf(grade)) }, [
      "fit",
      "engagement",
      "grades",
    ]),
  ),
});

const temperature = object({
  bands: { type: "object", additionalProperties: { enum: temperatureSymbols } },
  hotTouches: ref("texts"),
  hotWhen: ref("whenProfile"),
});

const late = object({
  after: explained("what is older at its arrival is late", ref("duration")),
  horizon: explained("awards of so long a time are kept one by one", ref("duration")),
  touches: wholeNumber(0, 1024),
  clampPast: ref("duration"),
  clampFuture: ref("duration"),
});

const definitions: JsonSchema = {
  identifier: { type: "string", pattern: "^[a-z0-9][a-z0-9._:-]{0,63}$" },
  points: { type: "number", minimum: -1000, maximum: 1000 },
  duration: explained("such as 30d, 12h, 10m, 5s or 250ms", { type: "string", pattern: "^\\d{1,12}(ms|s|m|h|d)$" }),
  text: { type: "string", minLength: 1, maxLength: 200 },
  texts: { anyOf: [ref("text"), { ...listOf(ref("text")), minItems: 1 }] },
  cap: object({
    perDay: explained("most points in a day (UTC)", { type: "number", exclusiveMinimum: 0, maximum: 1000 }),
    lifetime: explained("most points ever", { type: "number", exclusiveMinimum: 0, maximum: 1000 }),
  }),
  decay: {
    anyOf: [
      { const: "none" },
      object({ halfLife: ref("duration"), linear: ref("duration"), window: ref("duration") }, [], { minProperties: 1, maxProperties: 1 }),
    ],
  },
  whenProfile: conditions("whenProfile", profileFields, "^custom\\..+$"),
  whenTouch: conditions("whenTouch", touchFields, "^property\\..+$"),
};

function conditions(self: string, fields: Readonly<Record<string, FieldType>>, free: string): JsonSchema {
  const properties: Record<string, JsonSchema> = { any: explained("one of several", { ...listOf(ref(self)), minItems: 2 }) };
  for (const [field, type] of Object.entries(fields)) properties[field] = tested(field, type);
  return object(properties, [], { patternProperties: { [free]: testedAs({ type: ["string", "number", "boolean"] }, { type: "number" }) } });
}

function tested(field: string, type: FieldType): JsonSchema {
  const vocabulary = Object.hasOwn(vocabularies, field) ? vocabularies[field]! : null;
  const value = vocabulary === null ? { type: type === "list" || type === "text" ? "string" : type } : { enum: vocabulary };
  return testedAs(value, field === "dwell" ? { anyOf: [ref("duration"), { type: "number" }] } : { type: "number" });
}

/** A plain value means equals, a list means one of. */
function testedAs(value: JsonSchema, bound: JsonSchema): JsonSchema {
  const oneOrMore = { anyOf: [value, { ...listOf(value), minItems: 1 }] };
  const known: Record<(typeof tests)[number], JsonSchema> = {
    equals: value,
    in: oneOrMore,
    not: oneOrMore,
    contains: ref("text"),
    atLeast: bound,
    below: bound,
    present: { type: "boolean" },
  };
  return { anyOf: [value, { ...listOf(value), minItems: 1 }, object(known, [], { minProperties: 1 })] };
}
