import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryMb: number;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
}

export function machine(): Machine {
  const all = cpus();
  return {
    cores: all.length,
    processor: all[0]?.model.trim() ?? "unknown",
    memoryMb: Math.round(totalmem() / 2 ** 20),
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The commit that was measured, with `+changes` when the work tree differs from it. */
export function commitOf(root: string): string {
  const git = (...args: string[]): string => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "libs", "services", "schemas", "tests/bench");
    return git("rev-parse", "--short=12", "HEAD") + (changed === "" ? "" : "+changes");
  } catch {
    return "unknown";
  }
}
