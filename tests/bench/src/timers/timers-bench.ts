import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { type FeedSample, feedSample, type Measured } from "../in-process/feed-sample.ts";
import { TimersSide } from "./timers-side.ts";

const small = {
  sizes: "1000,4000",
  folds: "cases,scoring",
  events: 4_000,
  activeLeads: 500,
  eventsPerTimer: 50,
  storeEvery: 2_000,
  cacheBytes: 32 << 20,
};
const full = { ...small, sizes: "10000,100000,1000000", events: 180_000, activeLeads: 2_000, eventsPerTimer: 100, storeEvery: 20_000 };
type Parameters = typeof small;

const foldNames = ["cases", "scoring"];

interface TimersSample extends FeedSample {
  readonly openLeads: number;
  readonly timersFired: number;
}

/** What an event costs a fold on its real store while so many leads have clocks running: the same leads act, the same share of events lets a clock ring. */
export const timersBench: Bench = {
  name: "timers",
  title: "events of a fold with so many leads whose clocks run (real store, no broker)",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const sizes = sizesOf(parameters, context.repeats);
    const sides: TimersSide[] = [];
    try {
      for (const fold of parameters.folds.split(",")) {
        for (const size of sizes) sides.push(await startSide(context, parameters, fold, size));
      }
      const samples: TimersSample[] = [];
      for (let repeat = -1; repeat < context.repeats; repeat++) {
        for (const side of sides) {
          const { openLeads, events } = side.wish;
          const sample = { openLeads, ...(await feedSample(side.name, events, () => side.pass())) };
          // The first pass warms up.
          if (repeat >= 0) samples.push(sample);
        }
      }
      return result(context, parameters, sides, samples);
    } finally {
      await Promise.all(sides.map((side) => side.stop()));
    }
  },
};

function sizesOf({ sizes, folds, events, storeEvery, activeLeads, eventsPerTimer }: Parameters, repeats: number): readonly number[] {
  const numbers = sizes.split(",").map(Number);
  const needed = activeLeads + Math.ceil(((repeats + 1) * (events + storeEvery)) / eventsPerTimer);
  const tooFew = numbers.filter((size) => !(size >= needed));
  const faults = tooFew.map((size) => `sizes: ${size} leads are fewer than the ${needed} whose clocks are needed`);
  const unknown = folds.split(",").filter((fold) => !foldNames.includes(fold));
  faults.push(...unknown.map((fold) => `folds: ${fold} is not one of ${foldNames.join(", ")}`));
  if (events % storeEvery !== 0) faults.push(`events: ${events} is not a multiple of storeEvery (${storeEvery})`);
  if (faults.length > 0) throw new BenchError("INVALID_OPTION", faults.join("; "));
  return numbers;
}

async function startSide(
  { root, workFolder, log }: BenchContext,
  parameters: Parameters,
  fold: string,
  openLeads: number,
): Promise<TimersSide> {
  const directory = join(workFolder, `${fold}-${openLeads}`);
  mkdirSync(directory);
  const startedMs = performance.now();
  const side = await TimersSide.start({ ...parameters, fold, openLeads, directory }, root);
  log(`${fold}: ${openLeads} leads with open clocks in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  return side;
}

function result(
  { size }: BenchContext,
  parameters: Parameters,
  sides: readonly TimersSide[],
  samples: readonly TimersSample[],
): BenchResult {
  const of = (side: TimersSide, measured: Measured): number[] =>
    samples.filter((sample) => sample.side === side.name).map((sample) => sample[measured]);
  const speed = (side: TimersSide): number => median(of(side, "eventsPerSecond"));
  const cpu = (side: TimersSide): number => median(of(side, "cpuMicrosPerEvent"));
  const mainThread = (side: TimersSide): number => median(of(side, "mainThreadMicrosPerEvent"));
  const base = (side: TimersSide): TimersSide => sides.find(({ wish }) => wish.fold === side.wish.fold)!;
  const others = sides.filter((side) => side !== base(side));
  const pair = (side: TimersSide): string => `${side.name} to ${base(side).wish.openLeads}`;
  return {
    bench: "timers",
    size,
    method: [
      "Each side in a process of its own: the services' topologies over their real store on the disk, fed from memory; outputs are encoded and thrown away.",
      "Each lead has its clocks running: five or six of a case under the policy `default`, one of a score under the model `default`.",
      "Whatever the number of leads, the same few act and one event in eventsPerTimer lets the clock of another lead ring, whose state is read from the store.",
      "Timed in the midst of a stream: the store is written behind, one write is under way at the start and one at the end; processor time is user and system time of the process, the store's thread included.",
    ],
    versions: {},
    parameters,
    ratios: Object.fromEntries([
      ...others.map((side) => [`ratioSpeed ${pair(side)}`, rounded(speed(side) / speed(base(side)), 3)]),
      ...others.map((side) => [`ratioCpu ${pair(side)}`, rounded(cpu(side) / cpu(base(side)), 3)]),
      ...others.map((side) => [`ratioMainThread ${pair(side)}`, rounded(mainThread(side) / mainThread(base(side)), 3)]),
    ]),
    samples,
    table: [
      { title: "fold", cells: sides.map(({ wish }) => wish.fold) },
      { title: "leads with clocks", cells: sides.map(({ wish }) => String(wish.openLeads)) },
      { title: "events/s", cells: sides.map((side) => speed(side).toFixed(0)) },
      { title: "ratio", cells: sides.map((side) => (speed(side) / speed(base(side))).toFixed(2)) },
      { title: "spread", cells: sides.map((side) => `${(spread(of(side, "eventsPerSecond")) * 100).toFixed(0)} %`) },
      { title: "CPU µs/event", cells: sides.map((side) => cpu(side).toFixed(2)) },
      { title: "of it main thread", cells: sides.map((side) => mainThread(side).toFixed(2)) },
      { title: "ratio of CPU", cells: sides.map((side) => (cpu(side) / cpu(base(side))).toFixed(2)) },
      { title: "RSS anon MB", cells: sides.map((side) => median(of(side, "anonymousMb")).toFixed(0)) },
    ],
  };
}
