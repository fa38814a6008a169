import { existsSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.LEADSTREAM_DATA;

/** Why tests of real data are left out here; null when they run. Printed by the tests, so that nobody takes silence for success. */
export const leftOut: string | null = folder
  ? null
  : "tests of real data are left out: LEADSTREAM_DATA names no folder (see docs/import.md for the files it should hold)";

/** A file of real data; throws when it is missing. */
export function realFile(name: string): string {
  const path = join(folder ?? "", name);
  if (!existsSync(path)) throw new Error(`LEADSTREAM_DATA is set, but ${path} is missing`);
  return path;
}

export const bankFile = (): string => realFile("bank-additional-full.csv.gz");
export const pipelineFile = (): string => realFile("crm-opportunities/sales_pipeline.csv");
export const mappingOf = (name: string): string => join(import.meta.dirname, "../../../../../infra/examples/import", name);
