import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { ForkedSide } from "../in-process/forked-side.ts";
import type { StoredFoldSettings } from "../in-process/stored-fold.ts";
import type { TimedFeed } from "../in-process/timed-feed.ts";

export type Keys = "zipf" | "uniform";

export interface ManyLeadsWish extends StoredFoldSettings {
  readonly leads: number;
  /** Of one pass, behind the `storeEvery` that begin it: a multiple of those. */
  readonly events: number;
}

const small = { sizes: "1000,4000", keys: "zipf,uniform", events: 4_000, storeEvery: 1_000, cacheBytes: 32 << 20 };
/** The store is written as often as a service that is busy writes it. */
const full = { ...small, sizes: "10000,1000000,10000000", events: 200_000, storeEvery: 25_000 };
type Parameters = typeof small;

const kindsOfKeys: readonly Keys[] = ["zipf", "uniform"];

interface ManyLeadsSample extends Sample {
  readonly leads: number;
  readonly keys: Keys;
  readonly eventsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  readonly mainThreadMicrosPerEvent: number;
  readonly anonymousMb: number;
}

interface Side {
  readonly leads: number;
  readonly process: ForkedSide<Keys, TimedFeed>;
}

/** What an event costs the scoring fold on its real store when that store holds so many leads. */
export const manyLeadsBench: Bench = {
  name: "many-leads",
  title: "events of the scoring fold with so many leads in its store (real store, no broker)",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const { sizes, keys } = checked(parameters);
    const sides: Side[] = [];
    try {
      for (const leads of sizes) sides.push(await startSide(context, parameters, leads));
      const samples: ManyLeadsSample[] = [];
      for (let repeat = -1; repeat < context.repeats; repeat++) {
        for (const each of keys) {
          for (const side of sides) {
            const sample = await measure(side, each, parameters.events);
            // The first pass warms up.
            if (repeat >= 0) samples.push(sample);
          }
        }
      }
      return result(context, parameters, samples);
    } finally {
      await Promise.all(sides.map((side) => side.process.stop()));
    }
  },
};

function checked({ sizes, keys, events, storeEvery }: Parameters): { sizes: readonly number[]; keys: readonly Keys[] } {
  const chosen = keys.split(",");
  const faults = chosen
    .filter((each) => !kindsOfKeys.some((known) => known === each))
    .map((each) => `keys: ${each} is not one of ${kindsOfKeys.join(", ")}`);
  const numbers = sizes.split(",").map(Number);
  if (numbers.some((size) => !(Number.isInteger(size) && size > 0))) faults.push(`sizes: ${sizes} is not a list of numbers of leads`);
  if (events % storeEvery !== 0) faults.push(`events: ${events} is not a multiple of storeEvery (${storeEvery})`);
  if (faults.length > 0) throw new BenchError("INVALID_OPTION", faults.join("; "));
  return { sizes: numbers, keys: chosen as Keys[] };
}

async function startSide({ root, workFolder, log }: BenchContext, parameters: Parameters, leads: number): Promise<Side> {
  const directory = join(workFolder, String(leads));
  mkdirSync(directory);
  const wish: ManyLeadsWish = { ...parameters, leads, directory };
  const startedMs = performance.now();
  const program = join(import.meta.dirname, "many-leads-child.ts");
  const side = await ForkedSide.start<Keys, TimedFeed>(`${leads} leads`, program, wish, root);
  log(`${leads} leads in the store after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  return { leads, process: side };
}

async function measure({ leads, process }: Side, keys: Keys, events: number): Promise<ManyLeadsSample> {
  const foreign = new ForeignLoad();
  const { elapsedMs, cpuMicros, mainThreadMicros, anonymousBytes } = await process.ask(keys);
  const foreignLoad = foreign.share();
  return {
    side: `${keys} ${leads}`,
    leads,
    keys,
    eventsPerSecond: rounded((events / elapsedMs) * 1_000),
    cpuMicrosPerEvent: rounded(cpuMicros / events, 3),
    mainThreadMicrosPerEvent: rounded(mainThreadMicros / events, 3),
    anonymousMb: rounded(anonymousBytes / 2 ** 20, 3),
    foreignLoad: rounded(foreignLoad, 2),
    disturbed: foreignLoad > DISTURBED_SHARE,
  };
}

function result({ size }: BenchContext, parameters: Parameters, samples: readonly ManyLeadsSample[]): BenchResult {
  const groups = [...Map.groupBy(samples, ({ side }) => side).values()];
  type Measured = "eventsPerSecond" | "cpuMicrosPerEvent" | "mainThreadMicrosPerEvent" | "anonymousMb";
  const middle = (group: readonly ManyLeadsSample[], measured: Measured): number => median(group.map((sample) => sample[measured]));
  const base = (group: readonly ManyLeadsSample[]): ManyLeadsSample[] => groups.find(([first]) => first!.keys === group[0]!.keys)!;
  const ratio = (group: readonly ManyLeadsSample[], measured: Measured): number => middle(group, measured) / middle(base(group), measured);
  const others = groups.filter((group) => group !== base(group));
  const pair = ([first]: readonly ManyLeadsSample[], [than]: readonly ManyLeadsSample[]): string =>
    `${first!.keys} ${first!.leads} to ${than!.leads}`;
  const ratios = (title: string, measured: Measured): [string, number][] =>
    others.map((group) => [`${title} ${pair(group, base(group))}`, rounded(ratio(group, measured), 3)]);
  const column = (title: string, measured: Measured, digits: number) => ({
    title,
    cells: groups.map((group) => middle(group, measured).toFixed(digits)),
  });
  return {
    bench: "many-leads",
    size,
    method: [
      "Each number of leads in a process of its own: the scoring service's topology over its real store on the disk, one partition, fed from memory; outputs are encoded and thrown away.",
      "The store is filled with a touch of each lead before. Touches are then of leads chosen by Zipf's distribution (exponent 0.99) or evenly, under the model of the scoring bench.",
      "Timed in the midst of a stream: the store is written behind, one write is under way at the start and one at the end; processor time is user and system time of the process, the store's thread included.",
    ],
    versions: {},
    parameters,
    ratios: Object.fromEntries([
      ...ratios("ratioSpeed", "eventsPerSecond"),
      ...ratios("ratioCpu", "cpuMicrosPerEvent"),
      ...ratios("ratioMainThread", "mainThreadMicrosPerEvent"),
    ]),
    samples,
    table: [
      { title: "keys", cells: groups.map(([first]) => first!.keys) },
      { title: "leads", cells: groups.map(([first]) => String(first!.leads)) },
      column("events/s", "eventsPerSecond", 0),
      { title: "ratio", cells: groups.map((group) => ratio(group, "eventsPerSecond").toFixed(2)) },
      { title: "spread", cells: groups.map((group) => `${(spread(group.map((sample) => sample.eventsPerSecond)) * 100).toFixed(0)} %`) },
      column("CPU µs/event", "cpuMicrosPerEvent", 2),
      column("of it main thread", "mainThreadMicrosPerEvent", 2),
      column("RSS anon MB", "anonymousMb", 0),
    ],
  };
}
