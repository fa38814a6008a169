/** A JSON Schema (draft 7), or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export const ref = (name: string): JsonSchema => ({ $ref: `#/definitions/${name}` });
export const listOf = (items: JsonSchema, more: JsonSchema = {}): JsonSchema => ({ type: "array", items, ...more });
export const oneOf = (choices: readonly unknown[]): JsonSchema => ({ enum: choices });
export const wholeNumber = (minimum: number, maximum: number): JsonSchema => ({ type: "integer", minimum, maximum });
export const explained = (description: string, schema: JsonSchema): JsonSchema => ({ description, ...schema });
/** May be written and left empty. */
export const orNothing = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: "null" }] });
export const forPeople: JsonSchema = explained("for people; does nothing", {});

/** ISO 4217. */
export const currency: JsonSchema = { type: "string", pattern: "^[A-Z]{3}$" };

/** An object with these fields and no other. */
export const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
  more: JsonSchema = {},
): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
  ...more,
});

/** The schema of a whole document, with the definitions that documents share. */
export const documentSchema = (title: string, description: string, schema: JsonSchema, definitions: JsonSchema): JsonSchema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title,
  description,
  ...schema,
  definitions: { ...common, ...definitions },
});

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const timeOfDay: JsonSchema = { type: "string", pattern: "^(?:[01]\\d|2[0-3]):[0-5]\\d$|^24:00$" };
const pair = (item: JsonSchema): JsonSchema => ({ type: "array", items: [item, item], minItems: 2, maxItems: 2 });

const common: JsonSchema = {
  text: { type: "string", minLength: 1, maxLength: 200 },
  texts: explained("one, or a list", { anyOf: [ref("text"), listOf(ref("text"))] }),
  duration: explained("such as 90s, 15m, 4h, 2d or 1d12h", { type: "string", pattern: "^(?:\\d{1,9}(?:ms|s|m|h|d))+$" }),
  calendarName: explained("one of `calendars`, or 24x7", orNothing(ref("text"))),
  calendars: explained("working hours by name", {
    type: "object",
    additionalProperties: object(
      {
        timeZone: explained("an IANA name such as Asia/Shanghai", ref("text")),
        hours: object(Object.fromEntries(days.map((day) => [day, listOf(pair(timeOfDay))]))),
        holidays: {
          anyOf: [{ $ref: "#/definitions/date" }, listOf(ref("date"))],
        },
        open: explained("spans in ms since epoch; publishing fills them in", listOf(pair({ type: "number" }), { minItems: 1 })),
      },
      [],
      { anyOf: [{ required: ["timeZone", "hours"] }, { required: ["open"] }] },
    ),
  }),
  date: explained("such as 2026-10-01", { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
};
