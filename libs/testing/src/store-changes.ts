import { GAP_BYTES, StoreChanges, type TimerEntry } from "@leadstream/stream";

export interface ChangesOfTest {
  /** null: the state is removed. */
  readonly states?: readonly (readonly [key: string, state: Buffer | null])[];
  /** Keys that have a state in the store. */
  readonly known?: ReadonlySet<string>;
  readonly timersRemoved?: readonly TimerEntry[];
  readonly timersAdded?: readonly TimerEntry[];
}

/** The changes of one write, as a fold's cache would give them: removals of timers before additions. */
export function storeChanges({ states = [], known, timersRemoved = [], timersAdded = [] }: ChangesOfTest): StoreChanges {
  const changes = new StoreChanges();
  for (const [key, state] of states) {
    const bytes = Buffer.from(key);
    if (state === null) changes.stateRemoved(bytes, 0, bytes.length);
    else {
      const start = bytes.length + GAP_BYTES;
      changes.state(Buffer.concat([bytes, Buffer.alloc(GAP_BYTES), state]), 0, start, start + state.length, known?.has(key));
    }
  }
  for (const { due, key, kind } of timersRemoved) changes.timerRemoved(due, kind, Buffer.from(key), 0, Buffer.byteLength(key));
  for (const { due, key, kind } of timersAdded) changes.timerAdded(due, kind, Buffer.from(key), 0, Buffer.byteLength(key));
  return changes;
}
