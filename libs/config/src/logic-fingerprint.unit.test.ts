import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { logicFingerprint } from "./index.ts";

let root: string;
const put = (path: string, text: string): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fingerprint-"));
  put("one/src/a.ts", "export const a = 1;");
  put("one/src/deep/b.ts", "export const b = 1;");
  put("copy/src/a.ts", "export const a = 1;");
  put("copy/src/deep/b.ts", "export const b = 1;");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("logicFingerprint", () => {
  it("has 16 hex characters and does not depend on where the folder lies", () => {
    expect(logicFingerprint([join(root, "one")])).toMatch(/^[0-9a-f]{16}$/);
    expect(logicFingerprint([join(root, "one")])).toBe(logicFingerprint([join(root, "copy")]));
  });

  it("changes with content, names and new files of logic", () => {
    const before = logicFingerprint([join(root, "one")]);
    put("one/src/a.ts", "export const a = 2;");
    const edited = logicFingerprint([join(root, "one")]);
    put("one/src/c.ts", "");
    const added = logicFingerprint([join(root, "one")]);
    expect(new Set([before, edited, added]).size).toBe(3);
  });

  it("leaves out tests, other files and installed packages", () => {
    const before = logicFingerprint([join(root, "one")]);
    put("one/src/a.unit.test.ts", "test");
    put("one/package.json", "{}");
    put("one/node_modules/x/index.ts", "x");
    expect(logicFingerprint([join(root, "one")])).toBe(before);
  });

  it("refuses a folder without sources", () => {
    mkdirSync(join(root, "empty"));
    expect(() => logicFingerprint([join(root, "empty")])).toThrow("give the folder of a package");
  });
});
