import { statusKindSymbols } from "@leadstream/schemas";
import { checkConditions } from "./check-conditions.ts";
import { checkLimits } from "./check-limits.ts";
import { checkReach } from "./check-reach.ts";
import { type Decay, decayClass, MAX_CLASSES, MAX_HALF_LIFE_MS, NO_DECAY } from "./decay.ts";
import { type DocumentReader, join, type PlainObject } from "./document-reader.ts";
import { hash32 } from "./hash.ts";
import type { Cap, Group, Rule } from "./model.ts";

const MAX_RULES = 1_000;
const NO_CAP: Cap = { perDay: null, lifetime: null };
const ruleKeys = ["id", "points", "group", "when", "note"] as const;
const eventRuleKeys = [...ruleKeys, "decay", "cap", "count"] as const;

export interface GroupDecay {
  readonly group: Group;
  readonly decay: Decay;
}

export function checkDecay(reader: DocumentReader, value: unknown, path: string): Decay {
  if (value === "none") return NO_DECAY;
  const given = reader.object(value, path, ["halfLife", "linear", "window"]);
  if (given === null) return NO_DECAY;
  const keys = Object.keys(given);
  if (keys.length !== 1) {
    reader.fault(path, "does not name exactly one way of fading", "Use none, {halfLife: 30d}, {linear: 60d} or {window: 90d}");
    return NO_DECAY;
  }
  const duration = (key: string): number => reader.duration(given[key], join(path, key), MAX_HALF_LIFE_MS * (key === "halfLife" ? 1 : 10));
  if (keys[0] === "halfLife") return { kind: "half-life", halfLifeMs: duration("halfLife") };
  if (keys[0] === "linear") return { kind: "linear", overMs: duration("linear") };
  return keys[0] === "window" ? { kind: "window", lengthMs: duration("window") } : NO_DECAY;
}

function checkCap(reader: DocumentReader, value: unknown, path: string): Cap {
  if (value === undefined) return NO_CAP;
  const given = reader.object(value, path, ["perDay", "lifetime"]);
  if (given === null) return NO_CAP;
  const bound = (key: "perDay" | "lifetime"): number | null => {
    if (given[key] === undefined) return null;
    const points = reader.points(given[key], join(path, key));
    if (points <= 0 && !reader.told(join(path, key)))
      reader.fault(join(path, key), "is not above zero", "A cap names the most points; remove it or make it positive");
    return points;
  };
  const cap = { perDay: bound("perDay"), lifetime: bound("lifetime") };
  if (cap.perDay !== null && cap.lifetime !== null && cap.perDay > cap.lifetime && !reader.told(join(path, "lifetime")))
    reader.fault(join(path, "perDay"), `is above ${join(path, "lifetime")} and never reached`, "Make it at most the lifetime cap");
  return cap;
}

export function checkGroups(reader: DocumentReader, value: unknown): ReadonlyMap<string, GroupDecay> {
  const groups = new Map<string, GroupDecay>();
  reader.list(value, "groups").forEach((item, index) => {
    const path = join("groups", index);
    const given = reader.object(item, path, ["id", "exclusive", "cap", "decay", "note"]);
    if (given === null) return;
    const id = reader.identifier(given.id, join(path, "id"));
    if (groups.has(id) && !reader.told(join(path, "id")))
      reader.fault(join(path, "id"), `is the id of groups.${[...groups.keys()].indexOf(id)} too`, "Give each group its own id");
    const decay = given.decay === undefined ? NO_DECAY : checkDecay(reader, given.decay, join(path, "decay"));
    const exclusive = reader.boolean(given.exclusive, join(path, "exclusive"), false);
    groups.set(id, { group: { id, exclusive, cap: checkCap(reader, given.cap, join(path, "cap")) }, decay });
  });
  return groups;
}

export interface PlacedRule {
  readonly rule: Rule;
  readonly path: string;
}

export function checkRules(reader: DocumentReader, document: PlainObject, groups: ReadonlyMap<string, GroupDecay>): readonly PlacedRule[] {
  const placed: PlacedRule[] = [];
  for (const section of ["profile", "behaviour", "status"] as const) {
    reader.list(document[section], section).forEach((item, index) => {
      const path = join(section, index);
      const rule = checkRule(reader, section, item, path, groups);
      if (rule !== null) placed.push({ rule, path });
    });
  }
  checkNumbers(reader, placed);
  checkIds(reader, placed);
  // Of a rule that cannot be read nothing more is said.
  if (reader.faults.length > 0) return placed;
  checkLimits(reader, placed, groups);
  checkReach(reader, placed, groups);
  return placed;
}

/** Bounds that keep every sum of points inside a record's 32-bit fields. */
function checkNumbers(reader: DocumentReader, placed: readonly PlacedRule[]): void {
  if (placed.length > MAX_RULES) reader.fault("", `has ${placed.length} rules`, `Use at most ${MAX_RULES}`);
  const classes = new Set(placed.map(({ rule }) => decayClass(0, rule.decay, rule.points < 0 ? -1 : 1).key));
  if (classes.size > MAX_CLASSES)
    reader.fault("", `fades points in ${classes.size} ways, counting gains and losses apart`, `Use at most ${MAX_CLASSES}`);
}

function checkRule(
  reader: DocumentReader,
  kind: Rule["kind"],
  item: unknown,
  path: string,
  groups: ReadonlyMap<string, GroupDecay>,
): Rule | null {
  const trigger = kind === "behaviour" ? "touch" : "status";
  const given = reader.object(item, path, kind === "profile" ? ruleKeys : [...eventRuleKeys, trigger]);
  if (given === null) return null;
  const group = given.group === undefined ? null : reader.identifier(given.group, join(path, "group"));
  const known = group === null ? undefined : groups.get(group);
  if (group !== null && known === undefined) reader.fault(join(path, "group"), "names a group that is not there", "Add it under `groups`");
  const points = reader.points(given.points, join(path, "points"));
  if (points === 0 && !reader.told(join(path, "points")))
    reader.fault(join(path, "points"), "gives no points: the rule has no effect", "Give it points or remove the rule");
  const when = checkConditions(reader, given.when, join(path, "when"), kind === "profile" ? "profile" : "touch");
  if (kind === "profile" && when.length === 0) reader.fault(join(path, "when"), "is missing", "Say which profile the rule is for");
  if (kind === "status" && when.length > 0) reader.fault(join(path, "when"), "is not for status rules", "Remove it");
  const on = kind === "profile" ? [] : reader.texts(given[trigger], join(path, trigger));
  on.forEach((one, index) => {
    const first = on.indexOf(one);
    if (first < index) reader.fault(join(path, `${trigger}.${index}`), `is ${join(path, `${trigger}.${first}`)} again`, "Name each once");
  });
  if (kind === "status") on.forEach((one) => void reader.oneOf(one, join(path, trigger), statusKindSymbols));
  const count = checkCount(reader, given.count, join(path, "count"));
  return {
    id: reader.identifier(given.id, join(path, "id")),
    kind,
    points,
    group,
    on,
    when,
    decay: given.decay === undefined ? (known?.decay ?? NO_DECAY) : checkDecay(reader, given.decay, join(path, "decay")),
    cap: checkCap(reader, given.cap, join(path, "cap")),
    ...count,
  };
}

/** `first` = only the first time; a number n = every n-th time; nothing = each time. */
function checkCount(reader: DocumentReader, value: unknown, path: string): Pick<Rule, "once" | "every"> {
  if (value === undefined || value === "each") return { once: false, every: 1 };
  if (value === "first") return { once: true, every: 1 };
  const given = reader.object(value, path, ["every"]);
  return { once: false, every: given === null ? 1 : reader.integer(given.every, join(path, "every"), 2, 1_000_000) };
}

/** Rows of a ledger that no rule writes are called so. */
const ROW_NAMES = /^(decay|expire|erase|silence|late-order|(cap|clamp|model):.*)$/;

function checkIds(reader: DocumentReader, placed: readonly PlacedRule[]): void {
  const seen = new Map<string, string>();
  const hashes = new Map<number, string>();
  for (const { rule, path } of placed) {
    if (reader.told(join(path, "id"))) continue;
    const first = seen.get(rule.id);
    if (ROW_NAMES.test(rule.id)) reader.fault(join(path, "id"), "is what ledgers call a row that no rule writes", "Choose another id");
    if (first !== undefined) reader.fault(join(path, "id"), `is the id of ${first} too`, "Give each rule its own id: ledgers name it");
    else if (hashes.has(hash32(rule.id)))
      reader.fault(join(path, "id"), `is stored under the same number as ${hashes.get(hash32(rule.id))}`, "Change one of the two ids");
    seen.set(rule.id, path);
    hashes.set(hash32(rule.id), path);
  }
}
