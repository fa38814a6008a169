import { StreamError } from "./errors.ts";
import { compareKeys } from "./key-order.ts";
import type { StateStore, StoreHeader, StoreWrite, TimerEntry } from "./ports.ts";
import { ChangesCursor, STATE, STATE_REMOVED, TIMER_ADDED } from "./store-changes.ts";

const order = (a: TimerEntry, b: TimerEntry): number => a.due - b.due || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.kind - b.kind);

const nameOf = ({ due, key, kind }: TimerEntry): string => `${due}/${kind}/${key}`;

/** StateStore in memory, for the driver and for tests; the same contract suite runs on it and on the real one. */
export class MemoryStateStore implements StateStore {
  private header: StoreHeader | null = null;
  private states = new Map<string, Buffer>();
  private sorted: TimerEntry[] = [];
  private locked = false;

  async open(): Promise<StoreHeader | null> {
    if (this.locked) throw new StreamError("STORE_LOCKED", "the store is open already", "Close it first");
    this.locked = true;
    return this.header;
  }

  read(key: string): Buffer | undefined {
    return this.states.get(key);
  }

  timers(after: TimerEntry | null, limit: number): TimerEntry[] {
    const start = after === null ? 0 : this.sorted.findIndex((entry) => order(entry, after) > 0);
    return start < 0 ? [] : this.sorted.slice(start, start + limit);
  }

  async write(batch: StoreWrite): Promise<void> {
    if (!this.locked || batch.previousOffset !== (this.header?.offset ?? -1)) {
      throw new StreamError(
        "STORE_CONFLICT",
        `the store stands at ${this.header?.offset ?? -1}, ${batch.previousOffset} was expected`,
        "Another task wrote it: start again",
      );
    }
    const timers = new Map(this.sorted.map((entry) => [nameOf(entry), entry]));
    const change = new ChangesCursor(batch.changes.bytes);
    while (change.next()) {
      const key = change.key();
      if (change.kind === STATE) this.states.set(key, Buffer.from(change.buffer.subarray(change.start, change.end)));
      else if (change.kind === STATE_REMOVED) this.states.delete(key);
      else {
        const timer = { due: change.due, key, kind: change.timerKind };
        if (change.kind === TIMER_ADDED) timers.set(nameOf(timer), timer);
        else timers.delete(nameOf(timer));
      }
    }
    this.sorted = [...timers.values()].sort(order);
    this.header = { ...batch.header, partition: Buffer.from(batch.header.partition) };
  }

  *keys(after?: string): Iterable<string> {
    const keys = [...this.states.keys()].sort(compareKeys);
    yield* after === undefined ? keys : keys.filter((key) => compareKeys(after, key) < 0);
  }

  async clear(): Promise<void> {
    this.header = null;
    this.states.clear();
    this.sorted = [];
  }

  async close(): Promise<void> {
    this.locked = false;
  }
}
