import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { storeChanges, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { deleteStateStore, openStateStore } from "../src/index.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder("damaged-store");
});
afterEach(() => folder.remove());

describe("F12: a damaged store", () => {
  const options = () => ({ directory: folder.path, name: "scoring", partition: 0 });
  /** The file of the store whose name begins so. */
  const file = (name = "data.mdb") => {
    const place = join(folder.path, "scoring-0");
    return join(place, readdirSync(place).find((each) => each.startsWith(name))!);
  };
  const fill = async (): Promise<void> => {
    const store = openStateStore(options());
    await store.open();
    const states = Array.from({ length: 500 }, (_, index) => [`lead-${index}`, Buffer.alloc(120, "state-marker-")] as const);
    await store.write({
      previousOffset: -1,
      header: { offset: 1, fingerprint: "fingerprint-marker", incarnation: "i", partition: Buffer.from("p") },
      changes: storeChanges({ states, timersAdded: [{ due: 5, key: "lead-1", kind: 0 }] }),
    });
    await store.close();
  };
  /** Changes one byte at every place where `text` stands in the file. */
  const damage = (text: string, name?: string): number => {
    const content = readFileSync(file(name));
    const target = openSync(file(name), "r+");
    let places = 0;
    for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + text.length)) {
      writeSync(target, Buffer.from([content[at + 3]! ^ 0x10]), 0, 1, at + 3);
      places++;
    }
    closeSync(target);
    return places;
  };

  it("is refused when the header was changed", async () => {
    await fill();
    expect(damage("fingerprint-marker")).toBeGreaterThan(0);
    await expect(openStateStore(options()).open()).rejects.toMatchObject({
      code: "STORE_CORRUPT",
      remedy: expect.stringContaining("Delete"),
    });
  });

  it.each([
    ["in itself", "state-marker-state-marker-"],
    ["in its key, nor says that there is none", "lead-7"],
  ])("never serves a state that was changed %s", async (_, text) => {
    await fill();
    expect(damage(text, "states")).toBeGreaterThan(0);
    const store = openStateStore(options());
    await store.open();
    expect(() => store.read("lead-7")).toThrow("STORE_CORRUPT");
    await store.close();
  });

  it("never shows a key that was changed", async () => {
    await fill();
    expect(damage("lead-77")).toBeGreaterThan(0);
    const store = openStateStore(options());
    await store.open();
    expect(() => [...store.keys()]).toThrow("STORE_CORRUPT");
    await store.close();
  });

  it.each([
    ["states were cut", () => truncateSync(file("states"), statSync(file("states")).size - 8)],
    ["states are missing", () => rmSync(file("states"))],
    ["the index was cut", () => truncateSync(file("index"), statSync(file("index")).size - 8)],
    ["the index is missing", () => rmSync(file("index"))],
    ["the index was changed", () => writeFileSync(file("index"), readFileSync(file("index")).fill(1, 100, 101))],
  ])("is refused when %s", async (_, harm) => {
    await fill();
    harm();
    await expect(openStateStore(options()).open()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await deleteStateStore(options());
    await fill();
  });

  it("is refused when segments are merged and an entry has another length", async () => {
    const open = async () => {
      const store = openStateStore({ ...options(), segmentBytes: 4_000 });
      return { store, header: await store.open() };
    };
    await fill();
    // The states' length in the head of the first entry, behind the segment's mark.
    const target = openSync(file("states"), "r+");
    writeSync(target, Buffer.from([0xff, 0xff, 0xff, 0x7f]), 0, 4, 8 + 3);
    closeSync(target);
    const { store, header } = await open();
    const overwrite = async (): Promise<void> => {
      const states = Array.from({ length: 500 }, (_, index) => [`lead-${index}`, Buffer.alloc(10)] as const);
      const known = new Set(states.map(([key]) => key));
      await store.write({ previousOffset: 1, header: header!, changes: storeChanges({ states: states.slice(1), known }) });
    };
    await expect(overwrite()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await store.close();
  });

  it("serves a state that is longer than most, and short ones after it", async () => {
    const store = openStateStore(options());
    await store.open();
    const states = [100_000, 5, 600, 0].map((length) => [`lead-${length}`, Buffer.alloc(length, length % 251)] as const);
    const header = { offset: 1, fingerprint: "f", incarnation: "i", partition: Buffer.from("p") };
    await store.write({ previousOffset: -1, header, changes: storeChanges({ states }) });
    for (const [key, state] of states) expect(store.read(key)).toEqual(state);
    await store.close();
  });

  it("is refused when the file is not a store at all, and is new after it was deleted", async () => {
    await fill();
    writeFileSync(file(), Buffer.alloc(statSync(file()).size, 0x5a));
    await expect(openStateStore(options()).open()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    await deleteStateStore(options());
    const store = openStateStore(options());
    expect(await store.open()).toBeNull();
    await store.close();
  });

  it("is refused when the file was cut", async () => {
    await fill();
    truncateSync(file(), Math.floor(statSync(file()).size / 2 / 4096) * 4096);
    await expect(openStateStore(options()).open()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });
});
