import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { type FeedSample, feedSample, type Measured } from "../in-process/feed-sample.ts";
import { ForkedSide } from "../in-process/forked-side.ts";
import type { StoredFoldSettings } from "../in-process/stored-fold.ts";
import type { TimedFeed } from "../in-process/timed-feed.ts";

export type Keys = "zipf" | "uniform";

export interface ManyLeadsWish extends StoredFoldSettings {
  readonly leads: number;
  /** Of one pass. */
  readonly events: number;
}

const small = { sizes: "1000,4000", keys: "zipf,uniform", events: 4_000, cacheBytes: 32 << 20 };
const full = { ...small, sizes: "10000,1000000,10000000", events: 500_000 };
type Parameters = typeof small;

const WARM_UPS = 2;

const kindsOfKeys: readonly Keys[] = ["zipf", "uniform"];

interface ManyLeadsSample extends FeedSample {
  readonly leads: number;
  readonly keys: Keys;
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
      for (const each of keys) {
        // The first passes warm up: the states in use come into memory.
        for (let repeat = -WARM_UPS; repeat < context.repeats; repeat++) {
          for (const side of sides) {
            const { leads, process } = side;
            const sample = await feedSample(`${each} ${leads}`, parameters.events, () => process.ask(each));
            if (repeat >= 0) samples.push({ leads, keys: each, ...sample });
          }
        }
      }
      return result(context, parameters, samples);
    } finally {
      await Promise.all(sides.map((side) => side.process.stop()));
    }
  },
};

function checked({ sizes, keys }: Parameters): { sizes: readonly number[]; keys: readonly Keys[] } {
  const chosen = keys.split(",");
  const faults = chosen
    .filter((each) => !kindsOfKeys.some((known) => known === each))
    .map((each) => `keys: ${each} is not one of ${kindsOfKeys.join(", ")}`);
  const numbers = sizes.split(",").map(Number);
  if (numbers.some((size) => !(Number.isInteger(size) && size > 0))) faults.push(`sizes: ${sizes} is not a list of numbers of leads`);
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

function result({ size }: BenchContext, parameters: Parameters, samples: readonly ManyLeadsSample[]): BenchResult {
  const groups = [...Map.groupBy(samples, ({ side }) => side).values()];
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
      "Before each pass the files of the store are read once, so that they are in the page cache: the disk's own speed is left out. Two passes warm up.",
      "Timed in the midst of a stream: the store is written behind, by the service's rule (25 000 states or 2 s); one write is under way at the start and one at the end; processor time is user and system time of the process, the store's thread included.",
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
