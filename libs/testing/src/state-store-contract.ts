import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { StateStore, StoreHeader, StoreWrite, TimerEntry } from "@leadstream/stream";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import { type ChangesOfTest, storeChanges } from "./store-changes.ts";

/** Makes stores that all lead to the same place; `destroy` takes the place away. */
export interface StateStorePlace {
  store(): StateStore;
  destroy(): Promise<void>;
}

const header = (offset: number, partition = "shared"): StoreHeader => ({
  offset,
  fingerprint: "0123456789abcdef",
  incarnation: "incarnation-1",
  partition: Buffer.from(partition),
});

const batch = (previousOffset: number, offset: number, change: ChangesOfTest = {}, stored = header(offset)): StoreWrite => ({
  previousOffset,
  header: stored,
  changes: storeChanges(change),
});

const timer = (due: number, key: string, kind = 0): TimerEntry => ({ due, key, kind });
const text = (bytes: Buffer | undefined): string | undefined => bytes?.toString("utf8");

/** Draws a change of some keys and notes it in the model: each key has one state and at most one timer of each of two kinds. */
function randomChange(random: SeededRandom, states: Map<string, string>, timers: Map<string, TimerEntry>): ChangesOfTest {
  const known = new Set(states.keys());
  const keys = random.shuffle(Array.from({ length: 20 }, (_, index) => `lead-${index}`)).slice(0, random.integer(0, 8));
  const changed: [string, Buffer | null][] = [];
  const timersAdded: TimerEntry[] = [];
  const timersRemoved: TimerEntry[] = [];
  for (const key of keys) {
    const state = random.chance(0.3) ? null : "x".repeat(random.integer(0, 300));
    changed.push([key, state === null ? null : Buffer.from(state)]);
    if (state === null) states.delete(key);
    else states.set(key, state);
    for (const kind of [0, 1]) {
      const stored = timers.get(`${key} ${kind}`);
      if (stored !== undefined) timersRemoved.push(stored);
      timers.delete(`${key} ${kind}`);
      if (state === null || random.chance(0.5)) continue;
      const next = timer(random.integer(0, 50), key, kind);
      timersAdded.push(next);
      timers.set(`${key} ${kind}`, next);
    }
  }
  // A fold does not know it of every key.
  return { states: changed, known: random.chance(0.8) ? known : new Set(), timersAdded, timersRemoved };
}

/** The contract of the StateStore port: run it on every implementation. */
export function stateStoreContract(name: string, makePlace: () => StateStorePlace | Promise<StateStorePlace>): void {
  describe(`state store contract: ${name}`, () => {
    let place: StateStorePlace;
    let opened: StateStore[];
    const open = async (): Promise<{ store: StateStore; header: StoreHeader | null }> => {
      const store = place.store();
      const stored = await store.open();
      opened.push(store);
      return { store, header: stored };
    };
    const reopen = async (store: StateStore) => {
      await store.close();
      return open();
    };
    beforeEach(async () => {
      opened = [];
      place = await makePlace();
    });
    afterEach(async () => {
      for (const store of opened) await store.close();
      await place.destroy();
    });

    describe("a new store", () => {
      it("has no header, no states and no timers", async () => {
        const { store, header: stored } = await open();
        expect(stored).toBeNull();
        expect(store.read("lead-1")).toBeUndefined();
        expect(store.timers(null, 10)).toEqual([]);
        expect([...store.keys()]).toEqual([]);
      });

      it("expects no previous offset", async () => {
        const { store } = await open();
        await expect(store.write(batch(0, 5))).rejects.toMatchObject({ code: "STORE_CONFLICT" });
        await store.write(batch(-1, 5));
      });
    });

    describe("step 10: one write", () => {
      it("changes states, timers and header together, and they outlive the process's handle", async () => {
        const { store } = await open();
        const states: [string, Buffer][] = [
          ["lead-1", Buffer.from("one")],
          ["lead-2", Buffer.alloc(0)],
        ];
        await store.write(batch(-1, 7, { states, timersAdded: [timer(100, "lead-1")] }));
        const check = (each: StateStore): void => {
          expect(text(each.read("lead-1"))).toBe("one");
          expect(each.read("lead-2")).toHaveLength(0);
          expect(each.timers(null, 10)).toEqual([timer(100, "lead-1")]);
        };
        check(store);
        check((await reopen(store)).store);
      });

      it("gives the header back byte by byte", async () => {
        const { store } = await open();
        const written: StoreHeader = {
          offset: 2 ** 53 - 1,
          fingerprint: "f".repeat(16),
          incarnation: "Zx_-9",
          partition: Buffer.from([0, 255, 128, 0]),
        };
        await store.write(batch(-1, 0, {}, written));
        const { header: stored } = await reopen(store);
        expect({ ...stored, partition: Buffer.from(stored!.partition) }).toEqual(written);
      });

      it("replaces and deletes states and moves timers", async () => {
        const { store } = await open();
        const first = [timer(10, "a"), timer(10, "a", 1), timer(20, "b")];
        await store.write(
          batch(-1, 1, {
            states: [
              ["a", Buffer.from("1")],
              ["b", Buffer.from("1")],
            ],
            timersAdded: first,
          }),
        );
        await store.write(
          batch(1, 2, {
            states: [
              ["a", null],
              ["b", Buffer.from("longer than before")],
              ["unknown", null],
            ],
            timersRemoved: [timer(10, "a"), timer(10, "a", 1), timer(99, "unknown")],
            timersAdded: [timer(30, "b", 1)],
          }),
        );
        expect(store.read("a")).toBeUndefined();
        expect(text(store.read("b"))).toBe("longer than before");
        expect(store.timers(null, 10)).toEqual([timer(20, "b"), timer(30, "b", 1)]);
        expect([...store.keys()]).toEqual(["b"]);
      });

      it("a timer that is removed and added in one write is there", async () => {
        const { store } = await open();
        await store.write(batch(-1, 1, { timersAdded: [timer(10, "a")] }));
        await store.write(batch(1, 2, { timersRemoved: [timer(10, "a")], timersAdded: [timer(10, "a")] }));
        expect(store.timers(null, 10)).toEqual([timer(10, "a")]);
      });

      it("keeps nothing of the caller's buffers", async () => {
        const { store } = await open();
        const state = Buffer.from("before");
        const partition = Buffer.from("before");
        const writing = store.write(batch(-1, 1, { states: [["a", state]] }, { ...header(1), partition }));
        state.fill("x");
        partition.fill("x");
        await writing;
        expect(text(store.read("a"))).toBe("before");
        expect((await reopen(store)).header?.partition.toString()).toBe("before");
      });

      it("refuses another previous offset and changes nothing", async () => {
        const { store } = await open();
        await store.write(batch(-1, 5, { states: [["a", Buffer.from("5")]] }));
        for (const previousOffset of [-1, 4, 6]) {
          const refused = store.write(batch(previousOffset, 9, { states: [["a", Buffer.from("9")]], timersAdded: [timer(1, "a")] }));
          await expect(refused).rejects.toMatchObject({ code: "STORE_CONFLICT" });
        }
        expect(text(store.read("a"))).toBe("5");
        expect(store.timers(null, 1)).toEqual([]);
        expect((await reopen(store)).header?.offset).toBe(5);
      });

      it("may repeat an offset: a write without new records", async () => {
        const { store } = await open();
        await store.write(batch(-1, 5));
        await store.write(batch(5, 5, { states: [["a", Buffer.from("5")]] }));
        expect(text(store.read("a"))).toBe("5");
      });

      it("takes keys of 1900 bytes, of any script", async () => {
        const { store } = await open();
        const keys = ["k".repeat(1900), "线索".repeat(300), "a\0b", "ключ", "🙂"];
        await store.write(
          batch(-1, 1, { states: keys.map((key) => [key, Buffer.from(key)] as const), timersAdded: keys.map((key) => timer(1, key)) }),
        );
        for (const key of keys) expect(text(store.read(key))).toBe(key);
        expect(new Set(store.timers(null, 10).map((entry) => entry.key))).toEqual(new Set(keys));
        expect(new Set(store.keys())).toEqual(new Set(keys));
      });

      it("shows keys in the order of their bytes, from any place on", async () => {
        const { store } = await open();
        const keys = ["a", "ab", "b", "é", "线索", "\uff21", "🙂", "🙂a"];
        await store.write(batch(-1, 1, { states: [...keys].reverse().map((key) => [key, Buffer.from("1")] as const) }));
        expect([...store.keys()]).toEqual(keys);
        for (const [index, key] of keys.entries()) expect([...store.keys(key)]).toEqual(keys.slice(index + 1));
        expect([...store.keys("")]).toEqual(keys);
        expect([...store.keys("aa")]).toEqual(keys.slice(1));
      });
    });

    describe("timers", () => {
      const ordered = [
        timer(0, "z"),
        timer(1, "a"),
        timer(1, "a", 1),
        timer(1, "ab"),
        timer(1, "b"),
        timer(255, "a"),
        timer(256, "a"),
        timer(2 ** 32, "a"),
        timer(2 ** 45, "a"),
      ];

      it("come in the order (due, key, kind)", async () => {
        const { store } = await open();
        await store.write(batch(-1, 1, { timersAdded: [...ordered].reverse() }));
        expect(store.timers(null, 100)).toEqual(ordered);
      });

      it("come page by page after the last one seen, which need not be there any more", async () => {
        const { store } = await open();
        await store.write(batch(-1, 1, { timersAdded: ordered }));
        expect(store.timers(null, 4)).toEqual(ordered.slice(0, 4));
        expect(store.timers(ordered[3]!, 4)).toEqual(ordered.slice(4, 8));
        await store.write(batch(1, 2, { timersRemoved: [ordered[3]!] }));
        expect(store.timers(ordered[3]!, 100)).toEqual(ordered.slice(4));
        expect(store.timers(ordered.at(-1)!, 100)).toEqual([]);
      });
    });

    describe("keys", () => {
      it("come in one order, however many, and the store may be read in between", async () => {
        const { store } = await open();
        const keys = Array.from({ length: 2500 }, (_, index) => `lead-${String(index).padStart(5, "0")}`);
        await store.write(batch(-1, 1, { states: [...keys].reverse().map((key) => [key, Buffer.from(key)] as const) }));
        const seen: string[] = [];
        for (const key of store.keys()) {
          expect(text(store.read(key))).toBe(key);
          seen.push(key);
        }
        expect(seen).toEqual(keys);
      });
    });

    describe("any sequence of writes", () => {
      it.each([1, 2, 3])("gives what a plain map gives (seed %d)", async (seed) => {
        const random = seededRandom(seed);
        const states = new Map<string, string>();
        const timers = new Map<string, TimerEntry>();
        let { store } = await open();
        let previousOffset = -1;
        for (let round = 0; round < 30; round++) {
          const offset = previousOffset + random.integer(previousOffset < 0 ? 1 : 0, 5);
          const change = randomChange(random, states, timers);
          await store.write(batch(previousOffset, offset, change));
          previousOffset = offset;
          if (random.chance(0.2)) ({ store } = await reopen(store));
          expect([...store.keys()]).toEqual([...states.keys()].sort());
          for (const [key, state] of states) expect(text(store.read(key))).toBe(state);
          const expected = [...timers.values()].sort((a, b) => a.due - b.due || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.kind - b.kind));
          expect(store.timers(null, 1_000)).toEqual(expected);
        }
      });
    });

    describe("clear", () => {
      it("forgets everything; a rebuild begins without previous offset", async () => {
        const { store } = await open();
        await store.write(batch(-1, 5, { states: [["a", Buffer.from("5")]], timersAdded: [timer(1, "a")] }));
        await store.clear();
        expect(store.read("a")).toBeUndefined();
        expect(store.timers(null, 1)).toEqual([]);
        expect([...store.keys()]).toEqual([]);
        await store.write(batch(-1, 1, { states: [["b", Buffer.from("1")]] }));
        const { store: again, header: stored } = await reopen(store);
        expect(stored?.offset).toBe(1);
        expect([...again.keys()]).toEqual(["b"]);
      });

      it("leaves no header", async () => {
        const { store } = await open();
        await store.write(batch(-1, 5));
        await store.clear();
        expect((await reopen(store)).header).toBeNull();
      });
    });

    describe("step 1: the lock", () => {
      it("refuses a second opening until the first is closed", async () => {
        const { store } = await open();
        await expect(place.store().open()).rejects.toMatchObject({ code: "STORE_LOCKED", remedy: expect.stringMatching(/\S/) });
        await store.close();
        await open();
      });

      it("closing twice does nothing", async () => {
        const { store } = await open();
        await store.close();
        await store.close();
      });
    });
  });
}
