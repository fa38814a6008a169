import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { lockFolder } from "./folder-lock.ts";

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder("lock");
});
afterEach(() => folder.remove());

const module = join(import.meta.dirname, "folder-lock.ts");

/** Another process that takes the lock and keeps it; resolves when it has it. */
async function holder(): Promise<{ kill(): Promise<void> }> {
  const program = `import { lockFolder } from ${JSON.stringify(module)}; await lockFolder(${JSON.stringify(folder.path)}); console.log("held"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

describe("the lock of a folder (F20)", () => {
  it("refuses a second opening of the same process, and gives the folder away when released", async () => {
    const lock = await lockFolder(folder.path);
    await expect(lockFolder(folder.path)).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await lock.release();
    await (await lockFolder(folder.path)).release();
  });

  it("refuses while another process lives, and not after it was killed", async () => {
    const other = await holder();
    try {
      await expect(lockFolder(folder.path)).rejects.toThrow(/held by process \d+/);
    } finally {
      await other.kill();
    }
    await (await lockFolder(folder.path)).release();
  }, 30_000);
});
