import { z } from "zod";
import type { Cells, SlotOf } from "./template.ts";

const word = z.union([z.string(), z.number(), z.boolean()]);
const words = z.union([word, z.array(word).min(1)]);

/** `column: value`, `column: [one, of, these]`, `column: {not: …}` or `column: {empty: true}`; all of them must hold. */
export const conditionShape = z.record(
  z.string(),
  z.union([words, z.strictObject({ not: words }), z.strictObject({ empty: z.boolean() })], {
    error: "is no condition: give a value, a list of values, {not: value} or {empty: true}",
  }),
);
export type ConditionSpec = z.infer<typeof conditionShape>;

export type Condition = (cells: Cells) => boolean;

export function compileCondition(spec: ConditionSpec | undefined, slotOf: SlotOf): Condition {
  const parts = Object.entries(spec ?? {}).map(([name, wanted]): Condition => {
    const slot = slotOf(name);
    if (typeof wanted !== "object" || Array.isArray(wanted)) {
      const set = textsOf(wanted);
      return (cells) => set.has(cells[slot] ?? "");
    }
    if ("empty" in wanted) return (cells) => ((cells[slot] ?? "") === "") === wanted.empty;
    const set = textsOf(wanted.not);
    return (cells) => !set.has(cells[slot] ?? "");
  });
  return (cells) => parts.every((part) => part(cells));
}

function textsOf(values: z.infer<typeof words>): ReadonlySet<string> {
  return new Set((Array.isArray(values) ? values : [values]).map(String));
}
