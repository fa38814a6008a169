import { existsSync } from "node:fs";
import { join } from "node:path";

export interface RealData {
  /** Why tests of real data are left out here; null when they run. Print it, so that nobody takes silence for success. */
  readonly leftOut: string | null;
  /** Path of a file; throws when it is missing, or when nothing is set. */
  file(name: string): string;
}

/** Files that are not part of the project, in the folder that LEADSTREAM_DATA names. */
export function realData(environment: Readonly<Record<string, string | undefined>> = process.env): RealData {
  const folder = environment.LEADSTREAM_DATA || null;
  const leftOut =
    folder === null ? "tests of real data are left out: LEADSTREAM_DATA names no folder (docs/import.md says what it holds)" : null;
  return {
    leftOut,
    file(name) {
      if (folder === null) throw new Error(leftOut as string);
      const path = join(folder, name);
      if (!existsSync(path)) throw new Error(`LEADSTREAM_DATA is set, but ${path} is missing`);
      return path;
    },
  };
}
