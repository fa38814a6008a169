import { join } from "node:path";
import { openCsv, surveyFile } from "./csv-file.ts";
import { ImportError } from "./errors.ts";
import type { SideTables } from "./join.ts";
import type { ImportLimits } from "./limits.ts";
import type { JoinSpec, Mapping } from "./mapping.ts";
import type { Headers } from "./names.ts";

export interface SideFiles {
  readonly joined: Headers["joined"];
  readonly tables: SideTables;
  /** SHA-256 of each file, in the order of the joins. */
  readonly hashes: readonly string[];
}

/** Reads the side files of all joins, which lie in `folder`, into memory. */
export async function readSideFiles(mapping: Mapping, folder: string, limits: ImportLimits): Promise<SideFiles> {
  const joined: Record<string, readonly string[]> = {};
  const tables: Record<string, ReadonlyMap<string, readonly string[]>> = {};
  const hashes: string[] = [];
  for (const [name, spec] of Object.entries(mapping.joins)) {
    const path = join(folder, spec.file);
    const { sha256 } = await surveyFile(path);
    const { columns, table } = await readTable(path, spec, mapping, limits);
    joined[name] = columns;
    tables[name] = table;
    hashes.push(sha256);
  }
  return { joined, tables, hashes };
}

async function readTable(path: string, spec: JoinSpec, mapping: Mapping, limits: ImportLimits) {
  const { columns, rows } = await openCsv(path, mapping.file, limits.recordBytes);
  const refuse = async (problem: string, remedy: string): Promise<never> => {
    await rows.return();
    throw new ImportError("SIDE_FILE_INVALID", `${path} ${problem}`, remedy);
  };
  const keyAt = columns.indexOf(spec.key);
  if (keyAt < 0) return refuse(`has no column \`${spec.key}\``, `Known are ${columns.join(", ")}.`);
  const table = new Map<string, readonly string[]>();
  for await (const row of rows) {
    if (!("cells" in row)) return refuse(`line ${row.line} ${row.reason}`, `${row.remedy[0]?.toUpperCase()}${row.remedy.slice(1)}.`);
    const key = row.cells[keyAt] ?? "";
    if (table.has(key)) return refuse(`has the key of line ${row.line} twice`, `Column \`${spec.key}\` must be unique.`);
    if (table.size >= limits.sideRows) return refuse(`has more than ${limits.sideRows} rows`, "Join it before the import.");
    table.set(key, row.cells);
  }
  return { columns, table };
}
