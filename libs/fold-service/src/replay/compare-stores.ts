import { createHash } from "node:crypto";
import { AvroReader } from "@leadstream/schemas";
import { copyStateStore, openStateStore } from "@leadstream/state";
import { NO_TIMER, type StateStore, type StoreHeader, type Topology } from "@leadstream/stream";

const TIMER_PAGE = 1_000;

type Fold = Topology["fold"];

/**
 * Offset, clock, counters, shared configuration and every state, in their order; of each state's timers whether the store will ring in time.
 * When it rings is no part of it: what is stored are lower bounds, which follow the moments of writing.
 */
export function hashOfStore(fold: Fold, header: StoreHeader, store: StateStore): string {
  const hash = createHash("sha256");
  const bounds = timerBounds(store);
  const reader = new AvroReader();
  hash.update(`${header.offset} ${header.incarnation} ${header.partition.length}\n`).update(header.partition);
  for (const key of store.keys()) {
    const state = store.read(key);
    if (state === undefined) continue;
    hash.update(`${key} ${state.length}\n`).update(state);
    const decoded = fold.state.read(reader.window(state, 0, state.length), key);
    for (let kind = 0; kind < fold.timerKinds; kind++) {
      const due = fold.timerOf(decoded, kind);
      if (due !== NO_TIMER && (bounds.get(`${kind} ${key}`) ?? Number.POSITIVE_INFINITY) > due) hash.update(`timer ${kind} missing\n`);
    }
  }
  return hash.digest("hex").slice(0, 32);
}

/** The first timer of each key and kind. */
function timerBounds(store: StateStore): ReadonlyMap<string, number> {
  const bounds = new Map<string, number>();
  for (let page = store.timers(null, TIMER_PAGE); page.length > 0; page = store.timers(page.at(-1)!, TIMER_PAGE)) {
    for (const { due, key, kind } of page) if (!bounds.has(`${kind} ${key}`)) bounds.set(`${kind} ${key}`, due);
  }
  return bounds;
}

export interface LiveStore {
  readonly header: StoreHeader;
  readonly hash: string;
}

/** The live store of a stage's partition as it stands, read from a copy, while its service runs or not; null when there is none. */
export async function readLiveStore(
  fold: Fold,
  directory: string,
  name: string,
  partition: number,
  copyTo: string,
): Promise<LiveStore | null> {
  if (!(await copyStateStore({ directory, name, partition }, copyTo))) return null;
  const store = openStateStore({ directory: copyTo, name, partition });
  try {
    const header = await store.open();
    return header === null ? null : { header, hash: hashOfStore(fold, header, store) };
  } finally {
    await store.close();
  }
}
