import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { checkModel, modelSchema } from "../src/index.ts";
import { modelSchemaFile } from "./documents.ts";
import { rejectedModels, smallModel } from "./rejected-models.ts";
import { harshModel } from "./test-models.ts";

const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(modelSchema());
const models = new URL("../../../infra/examples/models/", import.meta.url);

/** Faults between parts of a document: a schema cannot see them, `checkModel` does. */
const beyondSchema = new Set([
  "duplicate rule ids",
  "overlapping bands",
  "a gap",
  "bands out of order",
  "a band off the scale",
  "scores without a band",
  "an unreachable rule",
  "contradicting rules",
  "an empty range",
  "no points",
  "four decimals",
  "a cap never reached",
  "an unknown group",
  "a half-life too long",
  "a matrix of the wrong shape",
  "an unreachable grade",
  "a band without temperature",
  "penalties out of order",
]);

describe("the published JSON Schema of scoring models", () => {
  it("is what the code makes (node libs/domain-scoring/tests/write-model-schema.ts)", () => {
    expect(JSON.parse(readFileSync(modelSchemaFile, "utf8"))).toEqual(modelSchema());
  });

  it.each(readdirSync(models).filter((name) => name.endsWith(".yaml")))("accepts %s, which names it in its first line", (name) => {
    const text = readFileSync(new URL(name, models), "utf8");
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
    const named = /^# yaml-language-server: \$schema=(.+)\n/.exec(text)?.[1] ?? "";
    expect(new URL(named, new URL(name, models)).href).toBe(modelSchemaFile.href);
  });

  it("accepts a model that uses everything, and the models of docs/scoring.md", () => {
    const text = readFileSync(new URL("../../../docs/scoring.md", import.meta.url), "utf8");
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match): unknown => parse(match[1]!));
    for (const document of [harshModel, smallModel, ...examples]) expect([validate(document), validate.errors]).toEqual([true, null]);
  });

  it.each(rejectedModels)("refuses what it can see: %s", (name, parts) => {
    expect(validate({ ...smallModel, ...parts })).toBe(beyondSchema.has(name));
  });

  it("is not stricter than the check: what it refuses, checkModel refuses", () => {
    const odd: Record<string, unknown>[] = [
      {},
      { note: 3 },
      { scale: { min: -10 }, bands: [{ name: "a", from: -10 }] },
      { profile: [{ id: "a", points: 80, when: { "custom.size": { atLeast: 3 }, tags: ["x"], hasNeed: true } }] },
      {
        behaviour: [
          { id: "a", points: -0.125, touch: ["t"], when: { dwell: { atLeast: "3m", below: 900000 }, "property.x": 1 }, count: "each" },
        ],
      },
      { behaviour: [{ id: "a", points: 1, touch: [] }] },
      { behaviour: [{ id: "a", points: 1, touch: "t", when: { any: [{ channel: "x" }] } }] },
      { status: [{ id: "a", points: 1, status: "won", when: { channel: "x" } }] },
      { bands: [{ name: "a", from: 0, hysteresis: -1 }] },
      { bands: [{ name: "a", from: 0, dwell: 10 }] },
      { inactivity: { signalAfter: "soon" } },
      { late: { touches: 0 } },
      { duplicates: { events: 4096 } },
    ];
    for (const parts of odd) {
      const document = { ...smallModel, ...parts };
      expect([parts, validate(document)]).toEqual([parts, "model" in checkModel(document)]);
    }
  });
});
