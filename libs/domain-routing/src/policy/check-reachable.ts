import type { DocumentReader } from "../document/document-reader.ts";
import { type LeadSet, leadsOf, without } from "./lead-set.ts";
import type { Rule } from "./policy.ts";

/** A rule that is cut into more pieces than this counts as reachable. */
const maximumPieces = 1_000;

/** Rules are tried in order: one whose every lead is taken by earlier rules never decides anything. Also finds ids used twice. */
export function checkReachable(reader: DocumentReader, rules: readonly Rule[]): void {
  const seen = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const same = seen.get(rule.id);
    if (same !== undefined) reader.fault(`rules[${index}].id`, `is also the id of rules[${same}]`, "Give each rule its own id");
    if (rule.id === "fallback") reader.fault(`rules[${index}].id`, "is reserved for the policy's fallback", "Give the rule another id");
    seen.set(rule.id, index);
    const takers = takersOf(rule, rules.slice(0, index));
    if (takers.length === 0) continue;
    const names = takers.map((taker) => `rules[${taker}]`).join(", ");
    const problem = takers.length === 1 ? `${names} takes every lead that it matches` : `${names} together take every lead that it matches`;
    reader.fault(`rules[${index}]`, `is unreachable: ${problem}`, "Move it above, narrow the earlier rules, or remove it");
  }
}

/** Places of the earlier rules that leave nothing for this one: one alone where one suffices; none when something is left. */
function takersOf(rule: Rule, earlier: readonly Rule[]): readonly number[] {
  const all = leadsOf(rule);
  const alone = earlier.findIndex((other) => without(all, other).length === 0);
  if (alone >= 0) return [alone];
  const takers: number[] = [];
  let left: readonly LeadSet[] = [all];
  for (const [place, other] of earlier.entries()) {
    const next = left.flatMap((set) => without(set, other));
    if (next.length > maximumPieces) return [];
    if (next.length !== left.length || next.some((set, index) => set !== left[index])) takers.push(place);
    if (next.length === 0) return takers;
    left = next;
  }
  return [];
}
