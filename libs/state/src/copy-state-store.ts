import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULT_MAP_SIZE_BYTES, openDatabase, openEnvironment, openForReading } from "./environment.ts";
import type { StateStoreOptions } from "./lmdb-state-store.ts";
import { disown } from "./ownership.ts";

/**
 * A copy of a store below `directory`, as its last write left it, also while a process has it open and writes: one read transaction of LMDB sees one
 * state of the file. Nobody owns the copy. False when there is no such store.
 */
export async function copyStateStore({ directory, name, partition, mapSizeBytes }: StateStoreOptions, to: string): Promise<boolean> {
  const folder = `${name}-${partition}`;
  const from = resolve(join(directory, folder));
  if (!existsSync(join(from, "data.mdb"))) return false;
  const target = resolve(join(to, folder));
  mkdirSync(target, { recursive: true });
  const source = openForReading(from);
  try {
    await source.backup(join(target, "data.mdb"), false);
  } finally {
    await source.close();
  }
  const copy = openEnvironment(target, mapSizeBytes ?? DEFAULT_MAP_SIZE_BYTES);
  try {
    const meta = openDatabase(copy, "meta", true);
    copy.transactionSync(() => disown(meta));
  } finally {
    await copy.close();
  }
  return true;
}
