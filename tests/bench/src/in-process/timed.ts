import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import type { Sample } from "../harness/report.ts";
import { rounded } from "../harness/statistics.ts";

/** A piece of work without input and output, done so many times in one run. */
export interface TimedWork {
  readonly side: string;
  readonly times: number;
  run(): void;
}

export interface TimedSample extends Sample {
  readonly microsEach: number;
}

/** Works take turns; the first pass of each warms up. User CPU time of this process, garbage collection included: waiting does not count. */
export function timeInTurns(works: readonly TimedWork[], repeats: number): readonly TimedSample[] {
  const samples: TimedSample[] = [];
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const { side, times, run } of works) {
      const foreign = new ForeignLoad();
      const before = process.cpuUsage();
      run();
      const { user } = process.cpuUsage(before);
      const foreignLoad = foreign.share();
      if (repeat < 0) continue;
      const disturbed = foreignLoad > DISTURBED_SHARE;
      samples.push({ side, microsEach: rounded(user / times, 3), foreignLoad: rounded(foreignLoad, 2), disturbed });
    }
  }
  return samples;
}

export function microsOf(samples: readonly TimedSample[], side: string): number[] {
  return samples.filter((sample) => sample.side === side).map(({ microsEach }) => microsEach);
}
