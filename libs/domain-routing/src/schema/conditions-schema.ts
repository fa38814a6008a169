import { gradeSymbols, temperatureSymbols } from "@leadstream/schemas";
import { numberFields, textFields } from "../policy/policy.ts";
import { explained, type JsonSchema, listOf, object, oneOf, ref, wholeNumber } from "./json-schema.ts";

const oneOrMore = (value: JsonSchema): JsonSchema => ({ anyOf: [value, listOf(value, { minItems: 1 })] });
const vocabularies: Readonly<Record<string, readonly string[]>> = { grade: gradeSymbols, temperature: temperatureSymbols };
const number = wholeNumber(0, 1_000_000_000);
const range = object({ min: explained("inside", number), below: explained("outside", number) });

/** What rules of a policy and the entrance of a journey may look at. */
export const conditionsSchema: JsonSchema = explained(
  "all must hold; of a list any value is enough",
  object({
    ...Object.fromEntries(
      textFields.map((field) => {
        const vocabulary = vocabularies[field];
        return [field, oneOrMore(vocabulary === undefined ? ref("text") : oneOf(vocabulary))];
      }),
    ),
    source: explained("the same as channel", oneOrMore(ref("text"))),
    ...Object.fromEntries(numberFields.map((field) => [field, range])),
  }),
);
