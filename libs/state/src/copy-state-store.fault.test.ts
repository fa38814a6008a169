import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { storeChanges, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { copyStateStore, openStateStore } from "./index.ts";

let live: TemporaryFolder;
let copies: TemporaryFolder;
beforeEach(() => {
  live = temporaryFolder("live");
  copies = temporaryFolder("copies");
});
afterEach(() => {
  live.remove();
  copies.remove();
});

const place = { name: "scoring", partition: 2 };
const header = (offset: number) => ({ offset, fingerprint: "0123456789abcdef", incarnation: "one", partition: Buffer.from("shared") });

/** What another process says after it has copied the store. */
async function copiedByAnother(to: string): Promise<string> {
  const program = `import { copyStateStore } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
    console.log(await copyStateStore(${JSON.stringify({ ...place, directory: live.path })}, ${JSON.stringify(to)}));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await Promise.all([text(child.stdout), once(child, "close")]);
  return said.trim();
}

describe("a copy of a store", () => {
  it("is what the last write left, owned by nobody, while another process goes on writing", async () => {
    // In segments that are merged all the time, so that files go while they are copied.
    const store = openStateStore({ ...place, directory: live.path, segmentBytes: 4_000 });
    await store.open();
    const write = (offset: number): Promise<void> =>
      store.write({
        previousOffset: offset - 1,
        header: header(offset),
        changes: storeChanges({ states: Array.from({ length: 500 }, (_, lead) => [`lead-${lead}`, Buffer.from(`state ${offset}`)]) }),
      });
    await write(0);
    let written = 0;
    const copying = copiedByAnother(copies.path);
    let done = false;
    void copying.finally(() => {
      done = true;
    });
    while (!done) await write(++written);
    expect(await copying).toBe("true");
    const copy = openStateStore({ ...place, directory: copies.path });
    const { offset } = (await copy.open())!;
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(written);
    const states = new Set([...copy.keys()].map((key) => copy.read(key)?.toString()));
    expect([...states]).toEqual([`state ${offset}`]);
    await copy.close();
    await write(++written);
    await store.close();
  });

  it("is not made where there is no store", async () => {
    expect(await copyStateStore({ ...place, directory: live.path }, copies.path)).toBe(false);
  });
});
