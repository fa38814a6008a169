import { describe, expect, it } from "@jest/globals";
import { NO_TIMER } from "./fold.ts";
import { MemoryStateStore } from "./memory-state-store.ts";
import { StateCache } from "./state-cache.ts";

interface Counter {
  count: number;
  due: number;
}

const codec = {
  write: (writer: { long(value: number): void }, { count, due }: Counter) => {
    writer.long(count);
    writer.long(due);
  },
  read: (reader: { long(): number }): Counter => ({ count: reader.long(), due: reader.long() }),
  timerKinds: 1,
  timerOf: ({ due }: Counter) => due,
};

function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % limit;
  };
}

/** Any sequence of changes, writes and visits against a plain map; the cache is so small that states are packed and dropped all the time. */
async function follow(seed: number, capacity: number): Promise<void> {
  const below = random(seed);
  const store = new MemoryStateStore();
  await store.open();
  const cache = new StateCache<Counter>(store, codec, capacity);
  const model = new Map<string, Counter>();
  let offset = -1;
  for (let step = 0; step < 1_500; step++) {
    const key = `lead-${below(40)}`;
    const entry = below(10) === 0 ? cache.peek(key) : cache.entry(key);
    expect(entry.state).toEqual(model.get(key) ?? null);
    const choice = below(10);
    if (choice < 6) {
      const next = { count: (model.get(key)?.count ?? 0) + 1, due: below(3) === 0 ? NO_TIMER : step };
      if (entry.state === null) entry.state = { ...next };
      else Object.assign(entry.state, next);
      model.set(key, next);
      cache.markDirty(entry);
    } else if (choice === 6 && entry.state !== null) {
      entry.state = null;
      model.delete(key);
      cache.markDirty(entry);
    }
    if (below(50) === 0) {
      const header = { offset: step, fingerprint: "f", incarnation: "i", partition: Buffer.alloc(0) };
      const writing = store.write({ previousOffset: offset, header, ...cache.take() });
      offset = step;
      await writing;
      cache.written();
      expect(keysOf(store)).toEqual([...model.keys()].sort());
      expect(timersOf(store)).toEqual(timersOfModel(model));
    }
    if (below(20) === 0) expect(cache.keysAfter("", 100)).toEqual([...model.keys()].sort());
    if (below(20) === 0) expect(allTimers(store, cache)).toEqual(timersOfModel(model));
  }
}

const keysOf = (store: MemoryStateStore): string[] => [...store.keys()];
const timersOf = (store: MemoryStateStore): string[] =>
  store
    .timers(null, 1_000)
    .map(({ due, key }) => `${key}@${due}`)
    .sort();
const timersOfModel = (model: ReadonlyMap<string, Counter>): string[] =>
  [...model].flatMap(([key, { due }]) => (due === NO_TIMER ? [] : [`${key}@${due}`])).sort();

/** What the timer queue sees: the store's timers of states that did not change since, and those that are not written. */
function allTimers(store: MemoryStateStore, cache: StateCache<Counter>): string[] {
  const found = new Set<string>();
  cache.unwrittenTimers((due, key) => {
    if (due !== NO_TIMER) found.add(`${key}@${due}`);
  });
  for (const { due, key } of store.timers(null, 1_000)) if (cache.peek(key).state?.due === due) found.add(`${key}@${due}`);
  return [...found].sort();
}

describe("state cache", () => {
  it.each([1, 2, 8, 64, 1_000])(
    "gives what a plain map gives, whatever is packed, dropped or on its way to the store (capacity %d)",
    async (capacity) => {
      for (let seed = 1; seed <= 2; seed++) await follow(seed * 7_919, capacity);
    },
  );
});
