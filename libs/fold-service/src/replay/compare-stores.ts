import { createHash } from "node:crypto";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { openStateStore } from "@leadstream/state";
import { type StateStore, type StoreHeader, StreamError } from "@leadstream/stream";

const TIMER_PAGE = 1_000;

/** Offset, clock, counters, shared configuration, every state and every timer, in their order. */
export function hashOfStore(header: StoreHeader, store: StateStore): string {
  const hash = createHash("sha256");
  hash.update(`${header.offset} ${header.incarnation} ${header.partition.length}\n`).update(header.partition);
  for (const key of store.keys()) {
    const state = store.read(key);
    if (state !== undefined) hash.update(`${key} ${state.length}\n`).update(state);
  }
  for (let page = store.timers(null, TIMER_PAGE); page.length > 0; page = store.timers(page.at(-1)!, TIMER_PAGE)) {
    for (const { due, key, kind } of page) hash.update(`${due} ${kind} ${key}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}

export interface LiveStore {
  readonly header: StoreHeader;
  readonly hash: string;
}

/** The live store of a stage's partition as it stands, read from a copy; null when there is none, or when a process has it open. */
export async function readLiveStore(directory: string, name: string, partition: number, copyTo: string): Promise<LiveStore | null> {
  const folder = `${name}-${partition}`;
  if (!existsSync(join(directory, folder))) return null;
  cpSync(join(directory, folder), join(copyTo, folder), { recursive: true });
  const store = openStateStore({ directory: copyTo, name, partition });
  try {
    const header = await store.open();
    return header === null ? null : { header, hash: hashOfStore(header, store) };
  } catch (error) {
    if (error instanceof StreamError && error.code === "STORE_LOCKED") return null;
    throw error;
  } finally {
    await store.close();
  }
}
