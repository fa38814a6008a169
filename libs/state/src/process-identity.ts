import { readFileSync, readlinkSync } from "node:fs";

/** Names one process among all that ever ran here: a pid alone is given out again. Fields are null where the system does not tell. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the process's start. */
  readonly startTicks: string | null;
  readonly bootId: string | null;
  /** Containers number their processes each from 1. */
  readonly pidNamespace: string | null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTicks: startTicksOf(pid), bootId: bootId(), pidNamespace: pidNamespace() };
}

/**
 * Whether the process that `identity` names runs now. A pid of another boot or of another container says nothing here and counts as gone:
 * the store's generation then fences whoever was wrongly taken for dead.
 */
export function isRunning(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId() || identity.pidNamespace !== pidNamespace()) return false;
  if (!answersSignals(identity.pid)) return false;
  return identity.startTicks === null || identity.startTicks === startTicksOf(identity.pid);
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/<pid>/stat; the command's name before it may hold spaces and brackets. A zombie holds nothing any more. */
function startTicksOf(pid: number): string | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? null : (fields[19] ?? null);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

const bootId = (): string | null => readOrNull("/proc/sys/kernel/random/boot_id");

function pidNamespace(): string | null {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}
