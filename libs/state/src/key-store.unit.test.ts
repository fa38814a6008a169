import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { LmdbKeyStore } from "./index.ts";

let folder: TemporaryFolder;
let store: LmdbKeyStore;
const reopen = async (): Promise<void> => {
  await store.close();
  store = await LmdbKeyStore.open({ directory: folder.path });
};
beforeEach(async () => {
  folder = temporaryFolder("key-store");
  store = await LmdbKeyStore.open({ directory: folder.path });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

describe("the key store", () => {
  it("makes one key of 32 bytes per lead and finds it by its name, also after opening again", async () => {
    const first = await store.keyFor("lead-1");
    expect(first.key).toHaveLength(32);
    expect(first.keyId).not.toContain("lead-1");
    const other = await store.keyFor("lead-2");
    expect(other.key.equals(first.key)).toBe(false);
    await reopen();
    expect(await store.keyFor("lead-1")).toEqual(first);
    expect(await store.find(first.keyId)).toEqual(first.key);
    expect(await store.find("unknown")).toBeNull();
    expect(await store.find("")).toBeNull();
  });

  it("finds no key by the name of another that lay in its place, nor beyond the file", async () => {
    const { keyId } = await store.keyFor("lead-1");
    const [slot, digest] = keyId.split("-") as [string, string];
    expect(await store.find(`${slot}-${"0".repeat(digest.length)}`)).toBeNull();
    expect(await store.find(`zzzzzzzz-${digest}`)).toBeNull();
    expect(await store.find(`zzzzzzzzzz-${digest}`)).toBeNull();
    expect(await store.find(`${keyId} `)).toBeNull();
  });

  it("gives callers that ask together the same key", async () => {
    const asked = Array.from({ length: 300 }, (_, index) => store.keyFor(`lead-${index % 100}`));
    const keys = await Promise.all(asked);
    expect(new Set(keys.map((key) => key.keyId)).size).toBe(100);
    for (const [index, key] of keys.entries()) expect(key).toEqual(keys[index % 100]);
  });

  it("destroys a key for good: no file holds its bytes, and the lead's next key is another one", async () => {
    const { keyId, key } = await store.keyFor("lead-1");
    const kept = await store.keyFor("lead-2");
    const filesWith = (bytes: Buffer): string[] =>
      readdirSync(folder.path).filter((name) => readFileSync(join(folder.path, name)).includes(bytes));
    expect(filesWith(key)).toEqual(["keys.bin"]);
    expect(await store.destroy("lead-1")).toBe(true);
    expect(filesWith(key)).toEqual([]);
    expect(await store.find(keyId)).toBeNull();
    expect(await store.destroy("lead-1")).toBe(false);
    await reopen();
    expect(await store.find(keyId)).toBeNull();
    const next = await store.keyFor("lead-1");
    expect(next.keyId).not.toBe(keyId);
    expect(next.key.equals(key)).toBe(false);
    expect(await store.keyFor("lead-2")).toEqual(kept);
  });

  it("destroys a key that is being made", async () => {
    const making = store.keyFor("lead-1");
    expect(await store.destroy("lead-1")).toBe(true);
    expect(await store.find((await making).keyId)).toBeNull();
  });

  it("refuses a second opening", async () => {
    await expect(LmdbKeyStore.open({ directory: folder.path })).rejects.toMatchObject({ code: "KEY_STORE_LOCKED" });
  });

  it("never gives out a damaged key", async () => {
    const { keyId } = await store.keyFor("lead-1");
    const file = join(folder.path, "keys.bin");
    const bytes = readFileSync(file);
    bytes[5]! ^= 1;
    writeFileSync(file, bytes);
    await expect(store.find(keyId)).rejects.toMatchObject({ code: "KEY_STORE_DAMAGED" });
    await expect(store.keyFor("lead-1")).rejects.toMatchObject({ code: "KEY_STORE_DAMAGED" });
  });

  it("names the field of a lead id that cannot be stored", async () => {
    await expect(store.keyFor("")).rejects.toThrow("leadId must have 1 to 1900 bytes");
    await expect(store.keyFor("x".repeat(1901))).rejects.toThrow("leadId");
  });

  it("is closed for use after close", async () => {
    await store.close();
    await expect(store.keyFor("lead-1")).rejects.toMatchObject({ code: "KEY_STORE_CLOSED" });
  });
});
