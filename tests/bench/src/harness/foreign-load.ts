import { availableParallelism } from "node:os";
import { machineBusyMicros, treeCpuMicros } from "./process-usage.ts";

/** Above this share of the machine spent by others a run counts as disturbed. */
export const DISTURBED_SHARE = 0.05;

/** Share of all cores, 0 to 1, that is busy and not our own. */
export function foreignShare(busyMicros: number, ownMicros: number, elapsedMs: number, cores: number): number {
  return Math.max(0, busyMicros - ownMicros) / (elapsedMs * 1_000 * cores);
}

/** Watches what other programs take of the machine between its making and `share()`. Own = this process and its descendants. */
export class ForeignLoad {
  private readonly startedMs = performance.now();
  private readonly busy = machineBusyMicros();
  private readonly own = treeCpuMicros(process.pid);

  /** Share of all cores, 0 to 1. Kernel threads count as foreign: they cannot be told apart. */
  share(): number {
    const busy = machineBusyMicros() - this.busy;
    const own = treeCpuMicros(process.pid) - this.own;
    return foreignShare(busy, own, performance.now() - this.startedMs, availableParallelism());
  }
}
