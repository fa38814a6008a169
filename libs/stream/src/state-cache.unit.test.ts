import { describe, expect, it, jest } from "@jest/globals";
import { NO_TIMER } from "./fold.ts";
import { MemoryStateStore } from "./memory-state-store.ts";
import { StateCache } from "./state-cache.ts";
import { StateSlab } from "./state-slab.ts";

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
      const next = { count: (model.get(key)?.count ?? 0) + 1, due: below(3) === 0 ? NO_TIMER : step + below(120) };
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
      passTimers(store, cache, model, step);
      const header = { offset: step, fingerprint: "f", incarnation: "i", partition: Buffer.alloc(0) };
      const writing = store.write({ previousOffset: offset, header, changes: cache.take(step) });
      offset = step;
      await writing;
      cache.written();
      expect(keysOf(store)).toEqual([...model.keys()].sort());
      expectTimers(store, model, step);
    }
    if (below(20) === 0) expect(cache.keysAfter("", 100)).toEqual([...model.keys()].sort());
    if (below(20) === 0) expectAllTimers(store, cache, model);
  }
}

const keysOf = (store: MemoryStateStore): string[] => [...store.keys()];
/** What the store holds is never later than the timer itself, and what has passed is exact: it was asked about. */
function expectTimers(store: MemoryStateStore, model: ReadonlyMap<string, Counter>, now: number): void {
  const stored = store.timers(null, 1_000);
  for (const { key, due } of stored) if (due <= now) expect(model.get(key)?.due).toBe(due);
  for (const [key, { due }] of model) {
    if (due !== NO_TIMER) expect(stored.some((entry) => entry.key === key && entry.due <= due)).toBe(true);
  }
}

/** The engine's part: a stored timer has passed, the state has another one or none. */
function passTimers(store: MemoryStateStore, cache: StateCache<Counter>, model: ReadonlyMap<string, Counter>, now: number): void {
  for (const timer of store.timers(null, 1_000)) {
    const entry = cache.entry(timer.key);
    if (timer.due > now || entry.state?.due === timer.due) continue;
    expect(entry.state).toEqual(model.get(timer.key) ?? null);
    cache.timerPassed(entry, timer);
  }
}

/** What the timer queue sees covers every timer: by the state that is not written, or by a bound in the store. */
function expectAllTimers(store: MemoryStateStore, cache: StateCache<Counter>, model: ReadonlyMap<string, Counter>): void {
  const stored = store.timers(null, 1_000);
  const unwritten = new Map<string, number>();
  cache.unwrittenTimers((due, key) => unwritten.set(key, due));
  for (const [key, due] of unwritten) expect(due).toBe(model.get(key)?.due ?? NO_TIMER);
  for (const [key, { due }] of model) {
    if (due === NO_TIMER || unwritten.has(key)) continue;
    expect(stored.some((entry) => entry.key === key && entry.due <= due)).toBe(true);
  }
}

describe("state cache", () => {
  it.each([1, 100, 1_000, 10_000])(
    "gives what a plain map gives, whatever is packed, dropped or on its way to the store (%d bytes)",
    async (capacity) => {
      for (let seed = 1; seed <= 2; seed++) await follow(seed * 7_919, capacity);
    },
  );

  it("carries unwritten states over a bounded number of times, however many more than its share there are", async () => {
    const store = new MemoryStateStore();
    await store.open();
    const cache = new StateCache<Counter>(store, codec, 2_000);
    const adopted = jest.spyOn(StateSlab.prototype, "adopt");
    try {
      for (let key = 0; key < 5_000; key++) {
        const entry = cache.entry(`lead-${key}`);
        entry.state = { count: key, due: NO_TIMER };
        cache.markDirty(entry);
      }
      expect(adopted.mock.calls.length).toBeLessThan(200_000);
      expect(adopted.mock.calls.length).toBeGreaterThan(0);
    } finally {
      adopted.mockRestore();
    }
    expect(cache.unwritten).toBe(5_000);
  });
});
