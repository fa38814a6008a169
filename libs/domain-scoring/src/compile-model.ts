import type { Grade, Temperature, Touch } from "@leadstream/schemas";
import { compileConditions, type Predicate, profileGetter, touchGetter } from "./condition.ts";
import { type DecayClass, decayClass } from "./decay.ts";
import { hash32 } from "./hash.ts";
import { HashIndex } from "./hash-index.ts";
import type { Cap, Group, Model, Rule } from "./model.ts";
import type { LeadProfile } from "./profile.ts";
import { DAY_MS } from "./units.ts";

/** A limit on awarded points; the counters of a lead name it by its hash. */
export interface CompiledCap {
  readonly index: number;
  /** Of the counter of days, and of the counter of a lifetime. */
  readonly dayHash: number;
  readonly lifeHash: number;
  /** Name in ledger rows. */
  readonly label: string;
  readonly perDay: number;
  readonly lifetime: number;
}

export interface CompiledRule {
  readonly id: string;
  readonly index: number;
  readonly hash: number;
  /** A list of it alone, as most touches have one award. */
  readonly hashes: readonly number[];
  readonly points: number;
  readonly magnitude: number;
  /** Index of the exclusive group, or -1. */
  readonly exclusive: number;
  readonly specificity: number;
  readonly profileTest: Predicate<LeadProfile>;
  readonly touchTest: Predicate<Touch>;
  readonly decay: DecayClass;
  readonly caps: readonly CompiledCap[];
  readonly once: boolean;
  readonly every: number;
  /** How often it applied matters. */
  readonly counted: boolean;
  /** Depends on other awards of the lead: a late one may change theirs. */
  readonly limited: boolean;
}

/** What a kind of touch does. */
export interface TouchPlan {
  /** The most specific first; empty = the kind is known for the intent alone. */
  readonly rules: readonly CompiledRule[];
  readonly statesIntent: boolean;
}

/** A model ready to be applied to millions of events: no lookups by text but the kind of touch. */
export interface CompiledModel {
  readonly model: Model;
  readonly name: string;
  readonly version: number;
  readonly profileRules: readonly CompiledRule[];
  /** By kind; a kind that is not there gives no points and states nothing. */
  readonly touches: ReadonlyMap<string, TouchPlan>;
  readonly statusRules: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly rules: readonly CompiledRule[];
  readonly countedRules: readonly CompiledRule[];
  readonly classes: readonly DecayClass[];
  /** Hash of a rule → its index. */
  readonly ruleIndex: HashIndex;
  /** Hash of a counter in the state → rule index, or number of rules + 2 × cap (+ 1 for the lifetime). */
  readonly counterIndex: HashIndex;
  readonly caps: readonly CompiledCap[];
  readonly bandNames: readonly string[];
  readonly bandFrom: readonly number[];
  readonly bandKeep: readonly number[];
  readonly bandDwellMs: readonly number[];
  readonly longestDwellMs: number;
  readonly min: number;
  readonly max: number;
  readonly exclusiveGroups: number;
  /** Nothing decays after so many ms. */
  readonly longestLifeMs: number;
  readonly gradeTests: readonly { readonly grade: Grade; readonly test: Predicate<LeadProfile> }[];
  readonly hotTest: Predicate<LeadProfile> | null;
  readonly bandTemperature: readonly (Temperature | null)[];
}

const never = (): boolean => false;

export function compileModel(model: Model): CompiledModel {
  const classes: DecayClass[] = [];
  const caps: CompiledCap[] = [];
  const groups = new Map(model.groups.map((group) => [group.id, group]));
  const exclusive = model.groups.filter((group) => group.exclusive).map((group) => group.id);
  const rules = model.rules.map((rule, index) =>
    compileRule(rule, index, {
      decay: classFor(classes, rule),
      caps: rule.kind === "profile" ? [] : capsFor(caps, rule, groups),
      exclusive: rule.group === null ? -1 : exclusive.indexOf(rule.group),
    }),
  );
  const ofKind = (kind: Rule["kind"]): CompiledRule[] => rules.filter((_, index) => model.rules[index]!.kind === kind);
  return {
    model,
    name: model.name,
    version: model.version,
    profileRules: ofKind("profile"),
    touches: touchPlans(byTrigger(model, rules, "behaviour"), new Set(model.temperature.hotTouches)),
    statusRules: byTrigger(model, rules, "status"),
    rules,
    countedRules: rules.filter(({ counted }) => counted),
    ruleIndex: new HashIndex(rules.map((rule) => [rule.hash, rule.index])),
    counterIndex: new HashIndex([
      ...rules.map((rule): [number, number] => [rule.hash, rule.index]),
      ...caps.flatMap((cap): [number, number][] => [
        [cap.dayHash, rules.length + cap.index * 2],
        [cap.lifeHash, rules.length + cap.index * 2 + 1],
      ]),
    ]),
    classes,
    caps,
    bandNames: model.bands.map((band) => band.name),
    bandFrom: model.bands.map((band) => band.from),
    bandKeep: model.bands.map((band) => band.from - band.hysteresis),
    bandDwellMs: model.bands.map((band) => band.dwellMs),
    longestDwellMs: model.bands.reduce((longest, band) => Math.max(longest, band.dwellMs), 0),
    min: model.scale.min,
    max: model.scale.max,
    exclusiveGroups: exclusive.length,
    longestLifeMs: classes.reduce((longest, one) => Math.max(longest, one.lifeMs), 0),
    gradeTests: model.grades.rules.map(({ grade, when }) => ({ grade, test: compileConditions(when, profileGetter) })),
    hotTest: model.temperature.hotWhen.length === 0 ? null : compileConditions(model.temperature.hotWhen, profileGetter),
    bandTemperature: model.bands.map((band) => model.temperature.bands[band.name] ?? null),
  };
}

type RuleParts = Pick<CompiledRule, "decay" | "caps" | "exclusive">;

function compileRule(rule: Rule, index: number, parts: RuleParts): CompiledRule {
  return {
    id: rule.id,
    index,
    hash: hash32(rule.id),
    hashes: [hash32(rule.id)],
    points: rule.points,
    magnitude: Math.abs(rule.points),
    ...parts,
    specificity: specificityOf(rule),
    profileTest: rule.kind === "profile" ? compileConditions(rule.when, profileGetter) : never,
    touchTest: rule.kind === "behaviour" ? compileConditions(rule.when, touchGetter) : never,
    once: rule.once,
    every: rule.every,
    counted: rule.once || rule.every > 1,
    limited: rule.once || rule.every > 1 || parts.caps.length > 0,
  };
}

/** More conditions are more specific; among equals, fewer kinds; among those the earlier rule of the document (decision 8). */
export function specificityOf(rule: Pick<Rule, "when" | "on">): number {
  return rule.when.length * 1000 - rule.on.length;
}

function classFor(classes: DecayClass[], rule: Rule): DecayClass {
  const made = decayClass(classes.length, rule.decay, rule.points < 0 ? -1 : 1);
  const known = classes.find((one) => one.key === made.key);
  if (known !== undefined) return known;
  classes.push(made);
  return made;
}

function capsFor(caps: CompiledCap[], rule: Rule, groups: ReadonlyMap<string, Group>): readonly CompiledCap[] {
  const found: CompiledCap[] = [];
  if (isCap(rule.cap)) found.push(capNamed(caps, `cap:${rule.id}`, rule.cap));
  const group = rule.group === null ? undefined : groups.get(rule.group);
  // A group's cap limits what is given, never what is taken.
  if (group !== undefined && isCap(group.cap) && rule.points > 0) found.push(capNamed(caps, `cap:group:${group.id}`, group.cap));
  return found;
}

const isCap = (cap: Cap): boolean => cap.perDay !== null || cap.lifetime !== null;

function capNamed(caps: CompiledCap[], label: string, cap: Cap): CompiledCap {
  const known = caps.find((one) => one.label === label);
  if (known !== undefined) return known;
  const made: CompiledCap = {
    index: caps.length,
    dayHash: hash32(`${label}:day`),
    lifeHash: hash32(`${label}:life`),
    label,
    perDay: cap.perDay ?? Number.MAX_SAFE_INTEGER,
    lifetime: cap.lifetime ?? Number.MAX_SAFE_INTEGER,
  };
  caps.push(made);
  return made;
}

function touchPlans(rules: ReadonlyMap<string, readonly CompiledRule[]>, hot: ReadonlySet<string>): Map<string, TouchPlan> {
  const kinds = new Set([...rules.keys(), ...hot]);
  return new Map([...kinds].map((kind) => [kind, { rules: rules.get(kind) ?? [], statesIntent: hot.has(kind) }]));
}

function byTrigger(model: Model, rules: readonly CompiledRule[], kind: Rule["kind"]): Map<string, CompiledRule[]> {
  const map = new Map<string, CompiledRule[]>();
  for (let index = 0; index < rules.length; index++) {
    if (model.rules[index]!.kind !== kind) continue;
    for (const trigger of model.rules[index]!.on) {
      const list = map.get(trigger);
      if (list === undefined) map.set(trigger, [rules[index]!]);
      else list.push(rules[index]!);
    }
  }
  // The most specific first: in an exclusive group the first match wins.
  for (const list of map.values()) list.sort((a, b) => b.specificity - a.specificity || a.index - b.index);
  return map;
}

/** Stands in until a model is published: nothing scores, everything else works (name "", version 0). */
export const NO_MODEL: CompiledModel = compileModel({
  name: "",
  version: 0,
  scale: { min: 0, max: 0 },
  bands: [{ name: "", from: 0, hysteresis: 0, dwellMs: 0 }],
  groups: [],
  rules: [],
  inactivity: { signalAfterMs: null, penalties: [] },
  grades: { rules: [], matrix: null },
  temperature: { bands: {}, hotTouches: [], hotWhen: [] },
  late: { afterMs: 600_000, horizonMs: 7 * DAY_MS, touches: 64, clampPastMs: 90 * DAY_MS, clampFutureMs: 300_000 },
  duplicates: { windowMs: 7 * DAY_MS, events: 64 },
  activitySignalEveryMs: 3_600_000,
});
