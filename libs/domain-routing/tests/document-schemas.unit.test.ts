import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { checkJourney, checkPolicy, checkRoster, type Fault, type JsonSchema } from "../src/index.ts";
import { type DocumentKind, documentKinds, exampleFolder, publishedSchemas, schemaFile } from "./schema-files.ts";

type Document = Record<string, unknown>;
const checks: Record<DocumentKind, (document: unknown) => readonly Fault[]> = {
  policy: checkPolicy,
  roster: checkRoster,
  journey: checkJourney,
};
const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
const validators = Object.fromEntries(documentKinds.map((kind) => [kind, ajv.compile(publishedSchemas[kind])]));
const accepts = (kind: DocumentKind, document: unknown): boolean => validators[kind]!(document) as boolean;

const phase = { target: "1h", remind: "2h", escalate: "3h", recycle: "4d" };
const calendars = { office: { timeZone: "Europe/Berlin", hours: { mon: [["09:00", "18:00"]] }, holidays: ["2026-10-01"] } };
/** Documents in which every kind of object occurs. */
const whole: Record<DocumentKind, Document> = {
  policy: {
    name: "p",
    bands: { mql: ["mql"], sql: "sql" },
    tierByGrade: { A: "senior", B: "any" },
    rules: [
      { id: "a", when: { grade: "A", companySize: { min: 3, below: 9 } }, assign: { team: "t", skills: [] }, otherwise: [{ team: "u" }] },
    ],
    fallback: { team: "t", tier: "any", rep: null },
    calendars,
    clocks: ["A", "B", "C"].map((grade) => ({ grade, calendar: "office", firstFollowUp: "24h", first: phase, cadence: phase })),
    lease: { duration: "30d" },
    recycle: { reassignAfter: "2d" },
    handBack: { to: "nurture" },
    request: { retryAfter: ["1m"] },
    claim: { from: ["pool"] },
    reactivate: { riseBy: 3 },
    inactivity: { after: "7d" },
    followUp: { hot: "call" },
    currency: { base: "EUR", rates: { USD: 0.92 } },
  },
  roster: {
    name: "r",
    calendars,
    teams: [
      {
        id: "t",
        calendar: "office",
        calendars: { night: { open: [[1, 2]] } },
        claims: { cap: 3, dayStart: "5h" },
        reps: [
          {
            id: "ann",
            skills: "x",
            absent: [{ from: "2026-05-01", until: "2026-05-02T08:00:00+08:00" }],
            targets: [{ from: "2026-05-01", until: "2026-06-01", amount: 9, currency: "EUR" }],
          },
        ],
      },
    ],
  },
  journey: {
    name: "j",
    priority: 7,
    goal: { did: "webinar" },
    enter: { states: ["nurture"], when: { region: "emea", score: { min: 10 } } },
    reenter: "never",
    limits: { perWeek: 2 },
    calendars,
    calendar: "office",
    steps: [
      { id: "one", after: 0, send: { template: "hello" } },
      { id: "two", after: "2d", branches: [{ when: { did: ["email-click"], since: "one" }, alert: "clicked" }, { next: "end" }] },
    ],
  },
};

type Path = readonly (string | number)[];
/** Every object in a document, by its path. */
function objectsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([name, each]) => objectsIn(each, [...path, Array.isArray(value) ? Number(name) : name]));
  return Array.isArray(value) ? below : [path, ...below];
}

function withField(document: Document, path: Path, name: string, value: unknown): Document {
  const copy = structuredClone(document);
  let place: Document = copy;
  for (const part of path) place = place[part] as Document;
  place[name] = value;
  return copy;
}

/** The fields that the schema knows at the place where `name` is refused, from its own words. */
function propertiesAt(kind: DocumentKind, path: Path): string[] {
  let schema: JsonSchema = publishedSchemas[kind];
  const { definitions } = schema as { definitions: Record<string, JsonSchema> };
  const resolved = (each: JsonSchema): JsonSchema => {
    if (typeof each.$ref === "string") return resolved(definitions[each.$ref.replace("#/definitions/", "")]!);
    const [object] = ((each.anyOf ?? []) as JsonSchema[]).filter((one) => one.type === "object");
    return each.type === undefined && object !== undefined ? object : each;
  };
  for (const part of path) {
    schema = resolved(schema);
    const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
    schema = (typeof part === "number" ? schema.items : (properties[part] ?? schema.additionalProperties)) as JsonSchema;
  }
  return Object.keys(resolved(schema).properties as object).sort();
}

describe.each(documentKinds)("the published JSON Schema of a %s", (kind) => {
  it("is what the code makes (node libs/domain-routing/tests/write-document-schemas.ts)", () => {
    expect(JSON.parse(readFileSync(schemaFile(kind), "utf8"))).toEqual(publishedSchemas[kind]);
  });

  it.each(readdirSync(exampleFolder(kind)))("accepts %s, which names it in its first line", (name) => {
    const text = readFileSync(new URL(name, exampleFolder(kind)), "utf8");
    const validate = validators[kind]!;
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
    const named = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? "";
    expect(new URL(named, new URL(name, exampleFolder(kind))).href).toBe(schemaFile(kind).href);
  });

  it("accepts a document with everything in it, as the check does", () => {
    expect(checks[kind](whole[kind])).toEqual([]);
    expect(accepts(kind, whole[kind])).toBe(true);
  });

  const places = objectsIn(whole[kind]).map((path): [string, Path] => [path.join("."), path]);
  it.each(places)("knows the fields that the check knows at %s", (_, path) => {
    const unknown = withField(whole[kind], path, "not-a-field", 1);
    const fault = checks[kind](unknown).find((each) => each.problem === "is not a known field");
    // Names are free where calendars or currencies are listed.
    if (fault === undefined) return expect(["calendars", "rates"]).toContain(path.at(-1));
    expect(accepts(kind, unknown)).toBe(false);
    const known = /use one of (.+)$/.exec(fault.remedy)![1]!.split(", ");
    expect(propertiesAt(kind, path)).toEqual([...new Set(known)].sort());
  });

  it.each(places)("refuses what is no object at %s, as the check does", (_, path) => {
    if (path.length === 0) return expect([accepts(kind, 3), checks[kind](3).length > 0]).toEqual([false, true]);
    const broken = withField(whole[kind], path.slice(0, -1), String(path.at(-1)), 3);
    expect([accepts(kind, broken), checks[kind](broken).length > 0]).toEqual([false, true]);
  });
});

describe("the schemas", () => {
  const odd: [DocumentKind, Document][] = [
    ["policy", { assignOn: "always" }],
    ["policy", { fallback: { team: "t", strategy: "lottery" } }],
    ["policy", { lease: { duration: "soon" } }],
    ["policy", { recycle: { maximum: 1_001 } }],
    ["policy", { rules: [{ id: "a", assign: { team: "t" }, when: { grade: ["D"] } }] }],
    ["policy", { rules: [{ id: "a", assign: { team: "t" }, when: { region: [] } }] }],
    ["policy", { rules: [{ assign: { team: "t" } }] }],
    ["policy", { clocks: [] }],
    ["policy", { currency: { base: "euro" } }],
    ["policy", { currency: { base: "EUR", rates: { USD: 0 } } }],
    ["policy", { currency: { base: "EUR", rates: { dollar: 2 } } }],
    ["roster", { teams: [] }],
    ["roster", { teams: [{ id: "t", reps: [{ id: "a", weight: 17 }] }] }],
    ["roster", { teams: [{ id: "t", reps: [{ id: "a", absent: [{ from: "yesterday", until: "2026-01-01" }] }] }] }],
    ["roster", { teams: [{ id: "t", tierFallback: "yes" }] }],
    ["journey", { steps: [] }],
    ["journey", { steps: undefined }],
    ["journey", { goal: { did: [] } }],
    ["journey", { goal: { did: "Came By" } }],
    ["journey", { priority: 1.5 }],
    ["journey", { steps: [{ id: "a", after: "1d" }] }],
    ["journey", { steps: [{ id: "a", after: "1d", send: "x", branches: [{ send: "y" }] }] }],
    ["journey", { steps: [{ id: "a", after: "1d", send: "x", when: { did: ["Opened It"] } }] }],
    ["journey", { reenter: "sometimes" }],
    ["journey", { enter: { states: ["leased"] } }],
  ];
  it.each(odd)("refuse, as the check does: %s %j", (kind, parts) => {
    const document = { ...whole[kind], ...parts };
    expect([accepts(kind, document), checks[kind](document).length > 0]).toEqual([false, true]);
  });
});
