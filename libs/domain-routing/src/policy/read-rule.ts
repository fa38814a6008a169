import { gradeSymbols, temperatureSymbols } from "@leadstream/schemas";
import type { DocumentReader } from "../document/document-reader.ts";
import {
  type Conditions,
  type NumberCondition,
  numberFields,
  type OutOfHours,
  outOfHoursChoices,
  pointThousandths,
  type Rule,
  strategies,
  type Target,
  type TextCondition,
  textFields,
  tiers,
  unlimited,
} from "./policy.ts";

export function readRule(reader: DocumentReader, value: unknown, path: string, outOfHours: OutOfHours): Rule {
  const rule = reader.object(value, path, ["id", "when", "assign", "otherwise", "description"]);
  const otherwise = reader.list(rule.otherwise, `${path}.otherwise`);
  return {
    id: reader.text(rule.id, `${path}.id`),
    ...readConditions(reader, rule.when ?? {}, `${path}.when`),
    targets: [
      readTarget(reader, rule.assign, `${path}.assign`, outOfHours),
      ...otherwise.map((target, index) => readTarget(reader, target, `${path}.otherwise[${index}]`, outOfHours)),
    ],
  };
}

export function readConditions(reader: DocumentReader, value: unknown, path: string): Conditions {
  const when = reader.object(value, path, [...textFields, ...numberFields, "source"]);
  return { texts: readTexts(reader, when, path), numbers: readNumbers(reader, when, path) };
}

/** `outOfHours`: what holds unless the target says otherwise. */
export function readTarget(reader: DocumentReader, value: unknown, path: string, outOfHours: OutOfHours): Target {
  const target = reader.object(value, path, ["team", "tier", "skills", "strategy", "rep", "outOfHours"]);
  const tier = target.tier;
  return {
    team: reader.text(target.team, `${path}.team`),
    tier: tier === undefined || tier === "any" ? null : reader.choice(tier, `${path}.tier`, tiers),
    anyTier: tier === "any",
    skills: reader.texts(target.skills, `${path}.skills`),
    strategy: reader.choice(target.strategy, `${path}.strategy`, strategies, "round-robin"),
    rep: reader.optionalText(target.rep, `${path}.rep`),
    outOfHours: reader.choice(target.outOfHours, `${path}.outOfHours`, outOfHoursChoices, outOfHours),
  };
}

function readTexts(reader: DocumentReader, when: Readonly<Record<string, unknown>>, path: string): TextCondition[] {
  const conditions: TextCondition[] = [];
  if (when.source !== undefined && when.channel !== undefined) {
    reader.fault(`${path}.source`, "says the same as channel", "Use one of the two");
  }
  for (const field of textFields) {
    const given = field === "channel" ? (when.channel ?? when.source) : when[field];
    if (given === undefined) continue;
    const values = reader.texts(given, `${path}.${field}`);
    if (values.length === 0) reader.fault(`${path}.${field}`, "is empty, so it never matches", "Name a value or remove the condition");
    const allowed: readonly string[] | null = field === "grade" ? gradeSymbols : field === "temperature" ? temperatureSymbols : null;
    for (const value of values) {
      if (allowed?.includes(value) === false) reader.fault(`${path}.${field}`, "holds an unknown value", `Use ${allowed.join(", ")}`);
    }
    conditions.push({ field, values: new Set(values) });
  }
  return conditions;
}

function readNumbers(reader: DocumentReader, when: Readonly<Record<string, unknown>>, path: string): NumberCondition[] {
  const conditions: NumberCondition[] = [];
  for (const field of numberFields) {
    if (when[field] === undefined) continue;
    const range = reader.object(when[field], `${path}.${field}`, ["min", "below"]);
    const factor = field === "score" ? pointThousandths : 1;
    const minimum = range.min === undefined ? 0 : reader.whole(range.min, `${path}.${field}.min`, 0, 1_000_000_000);
    const below = range.below === undefined ? unlimited : reader.whole(range.below, `${path}.${field}.below`, 0, 1_000_000_000);
    if (below <= minimum) reader.fault(`${path}.${field}`, "is an empty range", "Give min smaller than below");
    conditions.push({ field, minimum: minimum * factor, below: below * factor });
  }
  return conditions;
}
