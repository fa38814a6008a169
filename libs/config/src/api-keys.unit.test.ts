import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { hashOf, openApiKeys } from "./api-keys.ts";

describe("API keys", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), "keys-"));
    folders.push(made);
    return made;
  };
  it("knows the clients of the list", async () => {
    const path = await folder();
    await openApiKeys(path);
    await writeFile(join(path, "api-keys.json"), JSON.stringify({ keys: [{ name: "shop", sha256: hashOf("k") }] }));
    const keys = await openApiKeys(path);
    expect([keys.find("k")?.name, keys.find("K")]).toEqual(["shop", null]);
  });
  it.each(["", "{", "{}", '{"keys":[]}', '{"keys":[{"name":"x","sha256":"short"}]}'])("refuses the list %p", async (text) => {
    const path = await folder();
    await writeFile(join(path, "api-keys.json"), text);
    await expect(openApiKeys(path)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
