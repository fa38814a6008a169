import { readdirSync, readFileSync } from "node:fs";

/** What a process used up to now, of all its threads. */
export interface ProcessUsage {
  readonly cpuMicros: number;
  readonly anonymousBytes: number;
}

/** The kernel counts in ticks of 10 ms on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const PARENT = 1;

/** Fields of /proc/<pid>/stat behind the name, which may itself hold spaces and brackets. */
function statFields(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

export function cpuMicrosOf(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * MICROS_PER_TICK;
}

/** Pages of no file: what a process keeps from others. A memory-mapped store is not counted. */
export function anonymousBytesOf(pid: number): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

export function usageOf(pid: number): ProcessUsage {
  return { cpuMicros: cpuMicrosOf(pid), anonymousBytes: anonymousBytesOf(pid) };
}

/** CPU of `root` and all its descendants that live now. */
export function treeCpuMicros(root: number): number {
  const parents = new Map<number, number>();
  const cpu = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const fields = statFields(pid);
      parents.set(pid, Number(fields[PARENT]));
      cpu.set(pid, (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * MICROS_PER_TICK);
    } catch {
      // Ended while we looked.
    }
  }
  let total = 0;
  for (const [pid, micros] of cpu) {
    for (let at: number | undefined = pid; at !== undefined && at > 0; at = parents.get(at)) {
      if (at !== root) continue;
      total += micros;
      break;
    }
  }
  return total;
}

/** CPU time of the whole machine that was not idle, and time stolen by its host. */
export function machineBusyMicros(): number {
  const [line] = readFileSync("/proc/stat", "utf8").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line!.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * MICROS_PER_TICK;
}
