import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "@jest/globals";

describe("the generated files", () => {
  it("are what their sources make", () => {
    execFileSync(process.execPath, [join(import.meta.dirname, "../src/generate.ts"), "--check"], {
      stdio: "pipe",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
  });
});
