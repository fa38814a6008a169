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

/** Places of the earlier rules that leave nothing for this one, none of them without need; empty when something is left. */
function takersOf(rule: Rule, earlier: readonly Rule[]): readonly number[] {
  const all = leadsOf(rule);
  const alone = earlier.findIndex((other) => without(all, other).length === 0);
  if (alone >= 0) return [alone];
  let takers = [...earlier.keys()];
  const leaveNothing = (places: readonly number[]): boolean =>
    takeAll(
      all,
      places.map((place) => earlier[place]!),
    );
  if (!leaveNothing(takers)) return [];
  for (const place of earlier.keys()) {
    const others = takers.filter((taker) => taker !== place);
    if (leaveNothing(others)) takers = others;
  }
  return takers;
}

function takeAll(all: LeadSet, rules: readonly Rule[]): boolean {
  let left: readonly LeadSet[] = [all];
  for (const rule of rules) {
    left = left.flatMap((set) => without(set, rule));
    if (left.length === 0 || left.length > maximumPieces) break;
  }
  return left.length === 0;
}
