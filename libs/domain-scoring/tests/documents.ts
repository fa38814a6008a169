import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type CompiledModel, checkModel, compileModel, Scorer } from "../src/index.ts";

export const presetNames = ["default", "seed-000", "seed-001", "seed-002", "seed-003", "seed-004", "starter"] as const;

/** The parsed document of a shipped preset. */
export function presetDocument(name: string): Record<string, unknown> {
  const path = new URL(`../../../infra/examples/models/${name}.yaml`, import.meta.url);
  return parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

export function compiled(document: unknown): CompiledModel {
  const checked = checkModel(document);
  if ("faults" in checked) throw new Error(checked.faults.map((fault) => `${fault.path} ${fault.problem}`).join("\n"));
  return compileModel(checked.model);
}

export const preset = (name: string): Scorer => new Scorer(compiled(presetDocument(name)));

export const modelSchemaFile: URL = new URL("../../../schemas/documents/scoring-model.schema.json", import.meta.url);

/** A small model around `parts`: bands of T1, scale 0 to 100. */
export function modelWith(parts: Record<string, unknown>): Scorer {
  return new Scorer(
    compiled({
      name: "test",
      version: 1,
      bands: [
        { name: "pool", from: 0 },
        { name: "mql", from: 60 },
        { name: "sql", from: 80 },
      ],
      ...parts,
    }),
  );
}
