import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A pid and what tells its process from a later one with the same pid. */
export type ProcessIdentity = { pid: number; startToken: string };

const onProc = existsSync("/proc/self/stat");

const bootId = (): string => {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
};

const procToken = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces, so fields are counted after it: state is the first, the start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return `${bootId()}:${fields[19]}`;
  } catch {
    return undefined;
  }
};

const psToken = (pid: number): string | undefined => {
  const answer = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  const token = answer.status === 0 ? answer.stdout.trim() : "";
  return token === "" ? undefined : token;
};

/** Undefined when no such process runs (a zombie does not run). */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const startToken = onProc ? procToken(pid) : psToken(pid);
  return startToken === undefined ? undefined : { pid, startToken };
};

export const isRunning = (identity: ProcessIdentity): boolean => identify(identity.pid)?.startToken === identity.startToken;

/** Resident memory in MB, undefined when the process is gone. */
export const residentMb = (pid: number): number | undefined => {
  if (onProc) {
    try {
      const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      return match ? Math.round(Number(match[1]) / 1024) : undefined;
    } catch {
      return undefined;
    }
  }
  const answer = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  const kilobytes = Number(answer.stdout?.trim());
  return answer.status === 0 && kilobytes > 0 ? Math.round(kilobytes / 1024) : undefined;
};

/** Sends the signal unless the pid now belongs to somebody else; false when it was not there. */
export const signalIfSame = (identity: ProcessIdentity, signal: NodeJS.Signals): boolean => {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
};

export const parseIdentity = (text: string): ProcessIdentity | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, startToken } = value as Record<string, unknown>;
    return typeof pid === "number" && typeof startToken === "string" ? { pid, startToken } : undefined;
  } catch {
    return undefined;
  }
};
