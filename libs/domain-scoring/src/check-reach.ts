import type { GroupDecay, PlacedRule } from "./check-rules.ts";
import { specificityOf } from "./compile-model.ts";
import type { Condition } from "./condition.ts";
import type { DocumentReader } from "./document-reader.ts";
import type { Rule } from "./model.ts";
import { canHoldWithout } from "./witnesses.ts";

/** Something with a test and a place that others may be in the way of. */
export interface PlacedTests {
  readonly when: readonly Condition[];
  readonly path: string;
}

/** Each rule is held against each: with so many it takes a quarter of a second, at every reader of a publication. */
const MAX_EXCLUSIVE_RULES = 300;
/** Of more rules it is not asked whether they leave nothing to another one together, only whether one of them does. */
const MAX_TOGETHER = 16;

/** Rules that never count because others always do, rules that contradict each other, and rules that are there twice. */
export function checkReach(reader: DocumentReader, placed: readonly PlacedRule[], groups: ReadonlyMap<string, GroupDecay>): void {
  for (const kind of ["profile", "behaviour", "status"] as const) {
    const rules = placed.filter(({ rule }) => rule.kind === kind);
    checkTwins(reader, rules, groups);
    for (const [id, { group }] of groups) {
      const members = rules.filter(({ rule }) => rule.group === id);
      if (group.exclusive && members.length <= MAX_EXCLUSIVE_RULES) checkExclusive(reader, members, id);
    }
  }
}

/** In an exclusive group, a rule that is outdone for each of its triggers never counts. */
function checkExclusive(reader: DocumentReader, members: readonly PlacedRule[], group: string): void {
  for (const member of members) {
    const { rule, path } = member;
    const inTheWay = new Set<string>();
    const outdone = (rule.kind === "profile" ? [""] : rule.on).every((trigger) => {
      const rivals = members.filter((other) => isStronger(other, member, members) && (trigger === "" || other.rule.on.includes(trigger)));
      const found = alwaysBefore(
        rule.when,
        rivals.map((rival) => ({ when: rival.rule.when, path: rival.path })),
      );
      for (const one of found) inTheWay.add(one);
      return found.length > 0;
    });
    if (outdone)
      reader.fault(
        path,
        `is never reached: in the exclusive group ${group}, ${placesText([...inTheWay])} always count${inTheWay.size === 1 ? "s" : ""} before it`,
        "Among rules with equally many conditions the first wins: put the narrower one first, or remove one",
      );
  }
}

function isStronger(other: PlacedRule, than: PlacedRule, members: readonly PlacedRule[]): boolean {
  if (other === than) return false;
  const difference = specificityOf(other.rule) - specificityOf(than.rule);
  return difference > 0 || (difference === 0 && members.indexOf(other) < members.indexOf(than));
}

/** Places of those of `earlier`, or of one of them, that take everything that `when` takes; none where something is left. */
export function alwaysBefore(when: readonly Condition[], earlier: readonly PlacedTests[]): readonly string[] {
  const one = earlier.find((other) => !canHoldWithout(when, [other.when]));
  if (one !== undefined) return [one.path];
  if (earlier.length < 2 || earlier.length > MAX_TOGETHER) return [];
  const all = earlier.map((other) => other.when);
  return canHoldWithout(when, all) ? [] : earlier.map(({ path }) => path);
}

/** `a`, `a and b`, `a, b and c`. */
export function placesText(paths: readonly string[]): string {
  return paths.length < 2 ? paths.join("") : `${paths.slice(0, -1).join(", ")} and ${paths.at(-1)}`;
}

/** Outside exclusive groups two rules with the same test both count: with opposite signs that is a contradiction, and told twice alike a slip. */
function checkTwins(reader: DocumentReader, rules: readonly PlacedRule[], groups: ReadonlyMap<string, GroupDecay>): void {
  const seen = new Map<string, PlacedRule>();
  for (const placed of rules) {
    const { rule, path } = placed;
    const exclusive = rule.group !== null && groups.get(rule.group)?.group.exclusive === true;
    for (const trigger of rule.kind === "profile" ? [""] : rule.on) {
      const test = JSON.stringify([trigger, rule.when.map(inOneForm).sort(), rule.once, rule.every]);
      const first = seen.get(test);
      seen.set(test, first ?? placed);
      if (first === undefined || first.rule.id === rule.id || (exclusive && first.rule.group === rule.group)) continue;
      if (Math.sign(first.rule.points) !== Math.sign(rule.points))
        reader.fault(path, `contradicts ${first.path}: the same test gives points there and takes them here`, "Keep one of the two");
      else if (workAlike(first.rule, rule))
        reader.fault(path, `repeats ${first.path}: the same test counts twice`, "Keep one of the two, with the points of both");
      else continue;
      break;
    }
  }
}

/** The same for tests that are the same but for the way they are written. */
function inOneForm(condition: Condition): string {
  if (condition.test === "equals") return inOneForm({ field: condition.field, test: "in", values: [condition.value] });
  if (condition.test === "in" || condition.test === "not") {
    const values = condition.values.map((value) => JSON.stringify(value));
    return JSON.stringify([condition.field, condition.test, [...new Set(values)].sort()]);
  }
  return JSON.stringify(condition);
}

/** Part of the points may fade while the rest stays, or only a part may be limited: such rules are no repetition. */
function workAlike(a: Rule, b: Rule): boolean {
  const rest = ({ group, decay, cap, on }: Rule): string => JSON.stringify([group, decay, cap, [...on].sort()]);
  return rest(a) === rest(b);
}
