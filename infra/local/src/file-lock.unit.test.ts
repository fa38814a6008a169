import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { tryLock, waitForLock } from "./file-lock.ts";
import { identify } from "./process-identity.ts";

describe("a lock file", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "leadstream-lock-"));
    path = join(folder, "run/lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is held by one at a time and free after release", () => {
    const first = tryLock(path);
    expect("release" in first).toBe(true);
    expect(tryLock(path)).toMatchObject({ heldBy: { pid: process.pid } });
    if ("release" in first) first.release();
    expect(existsSync(path)).toBe(false);
    expect("release" in tryLock(path)).toBe(true);
    expect(readdirSync(join(folder, "run"))).toEqual(["lock"]);
  });

  it.each([
    ["a process that ended", () => JSON.stringify({ pid: 2 ** 30, startToken: "x" })],
    ["an earlier process of the same pid", () => JSON.stringify({ ...identify(process.pid), startToken: "earlier" })],
    ["nobody readable", () => "{"],
  ])("held by %s is taken over", (_who, content) => {
    const first = tryLock(path);
    if ("release" in first) first.release();
    writeFileSync(path, content());
    expect("release" in tryLock(path)).toBe(true);
  });

  it("is not released by a holder who lost it", () => {
    const first = tryLock(path);
    writeFileSync(path, "somebody else's");
    if ("release" in first) first.release();
    expect(existsSync(path)).toBe(true);
  });

  it("names its holder when it does not come free in time", async () => {
    tryLock(path);
    await expect(waitForLock(path, "the folder of downloads", 1)).rejects.toMatchObject({
      code: "LOCK_HELD",
      message: expect.stringContaining(`still held by process ${process.pid}`),
    });
  });
});
