import type { DocumentReader } from "../document/document-reader.ts";
import type { Rule } from "./policy.ts";

/** Rules are tried in order: one whose every lead is taken by an earlier rule never decides anything. Also finds ids used twice. */
export function checkReachable(reader: DocumentReader, rules: readonly Rule[]): void {
  const seen = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const same = seen.get(rule.id);
    if (same !== undefined) reader.fault(`rules[${index}].id`, `is also the id of rules[${same}]`, "Give each rule its own id");
    if (rule.id === "fallback") reader.fault(`rules[${index}].id`, "is reserved for the policy's fallback", "Give the rule another id");
    seen.set(rule.id, index);
    const earlier = rules.slice(0, index).findIndex((other) => covers(other, rule));
    if (earlier >= 0) {
      reader.fault(
        `rules[${index}]`,
        `is unreachable: rules[${earlier}] takes every lead that it matches`,
        "Move it above, narrow the earlier rule, or remove it",
      );
    }
  }
}

/** Every lead that `rule` matches is matched by `other`. */
function covers(other: Rule, rule: Rule): boolean {
  const texts = other.texts.every(({ field, values }) => {
    const own = rule.texts.find((condition) => condition.field === field);
    return own !== undefined && [...own.values].every((value) => values.has(value));
  });
  return (
    texts &&
    other.numbers.every(({ field, minimum, below }) => {
      const own = rule.numbers.find((condition) => condition.field === field);
      return own !== undefined && own.minimum >= minimum && own.below <= below;
    })
  );
}
