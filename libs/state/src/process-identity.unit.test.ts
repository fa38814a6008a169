import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { identityOf, isRunning } from "./process-identity.ts";

describe("the identity of a process", () => {
  it("is running while it runs", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    const identity = identityOf(child.pid!);
    expect(isRunning(identity)).toBe(true);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    expect(isRunning(identity)).toBe(false);
  });

  it("is not running when its pid was given to another process, or the machine was started again", () => {
    const own = identityOf(process.pid);
    expect(isRunning(own)).toBe(true);
    if (process.platform === "linux") expect(own.startTicks).toMatch(/^\d+$/);
    expect(isRunning({ ...own, startTicks: "1" })).toBe(false);
    expect(isRunning({ ...own, bootId: "another boot" })).toBe(false);
    expect(isRunning({ ...own, pidNamespace: "another container" })).toBe(false);
  });
});
