import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { DEFAULT_MAP_SIZE_BYTES, openDatabase, openEnvironment, openForReading } from "./environment.ts";
import { extentOf } from "./log-extent.ts";
import { disown } from "./ownership.ts";
import { filesOf } from "./state-files.ts";
import type { StateStoreOptions } from "./state-store.ts";

/** A write may take files away that a copy was about to take; the next copy of the list does not name them. */
const MAX_TRIES = 10;

/**
 * A copy of a store below `directory`, as its last write left it, also while a process has it open and writes: one read transaction of LMDB sees one
 * state of the file, and the files of states that it names only grow. Nobody owns the copy. False when there is no such store.
 */
export async function copyStateStore({ directory, name, partition, mapSizeBytes }: StateStoreOptions, to: string): Promise<boolean> {
  const folder = `${name}-${partition}`;
  const from = resolve(join(directory, folder));
  if (!existsSync(join(from, "data.mdb"))) return false;
  const target = resolve(join(to, folder));
  for (let tries = 1; ; tries++) {
    mkdirSync(target, { recursive: true });
    await copyEnvironment(from, target);
    try {
      await takeFiles(from, target, mapSizeBytes ?? DEFAULT_MAP_SIZE_BYTES);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === MAX_TRIES) throw error;
      rmSync(target, { recursive: true });
    }
  }
}

async function copyEnvironment(from: string, target: string): Promise<void> {
  const source = openForReading(from);
  try {
    await source.backup(join(target, "data.mdb"), false);
  } finally {
    await source.close();
  }
}

/** The files that the copied environment names. */
async function takeFiles(from: string, target: string, mapSizeBytes: number): Promise<void> {
  const copy = openEnvironment(target, mapSizeBytes);
  try {
    const meta = openDatabase(copy, "meta", true);
    for (const path of filesOf(from, extentOf(meta))) copyFileSync(path, join(target, basename(path)));
    copy.transactionSync(() => disown(meta));
  } finally {
    await copy.close();
  }
}
