import { availableParallelism } from "node:os";
import { machineBusyMicros, treeCpuMicros } from "./process-usage.ts";

/** Above this share of the machine spent by others a run counts as disturbed. */
export const DISTURBED_SHARE = 0.05;

/** Watches what other programs take of the machine between its making and `share()`. Own = this process and its descendants. */
export class ForeignLoad {
  private readonly startedMs = performance.now();
  private readonly busy = machineBusyMicros();
  private readonly own = treeCpuMicros(process.pid);

  /** Share of all cores, 0 to 1. Kernel threads count as foreign: they cannot be told apart. */
  share(): number {
    const elapsedMicros = (performance.now() - this.startedMs) * 1000;
    const foreign = machineBusyMicros() - this.busy - (treeCpuMicros(process.pid) - this.own);
    return Math.max(0, foreign / (elapsedMicros * availableParallelism()));
  }
}
