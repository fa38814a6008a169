import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { ClockedCases } from "../timers/clocked-cases.ts";
import { fillStore, START_MS, WINDOW_MS } from "../timers/filled-store.ts";

const small = { sizes: "1000,3000" };
const full = { sizes: "10000,1000000" };
const CHILD_LIMIT_MS = 60_000;
const FILL = { cacheBytes: 32 << 20, storeEvery: 50_000 };

const answerShape = z.object({
  loadedMs: z.number(),
  openedMs: z.number(),
  foldedMs: z.number(),
  folded: z.number(),
  cpuMs: z.number(),
  anonymousBytes: z.number(),
});

interface Side {
  readonly name: string;
  readonly size: number;
  readonly directory: string;
  /** The store's file is not in the system's page cache. */
  readonly cold: boolean;
}

interface OpenSample extends Sample {
  readonly cases: number;
  readonly cold: boolean;
  /** From the start of the process until one more record is folded. */
  readonly readyMs: number;
  /** Of it: opening the store and folding the record, without the loading of the program. */
  readonly stateMs: number;
  /** Of the whole start. */
  readonly cpuMs: number;
  readonly anonymousMb: number;
}

/** How long a fresh process takes until it folds, with so many open cases in its store. */
export const openCasesBench: Bench = {
  name: "open-cases",
  title: "start of a process with so many open cases in its store, until one more record is folded",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const sides: Side[] = [];
    for (const size of parameters.sizes.split(",").map(Number)) sides.push(...(await fill(context, size)));
    const samples: OpenSample[] = [];
    for (let repeat = -1; repeat < context.repeats; repeat++) {
      for (const side of sides) {
        const sample = measure(side);
        // The first pass warms up.
        if (repeat >= 0) samples.push(sample);
      }
    }
    return result(context, parameters, sides, samples);
  },
};

async function fill({ workFolder, log }: BenchContext, size: number): Promise<readonly Side[]> {
  const directory = join(workFolder, `cases-${size}`);
  mkdirSync(directory);
  const startedMs = performance.now();
  const fold = await fillStore(new ClockedCases(), size, { directory, ...FILL });
  await fold.close();
  log(`${size} open cases in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  return [false, true].map((cold) => ({ name: `${size}${cold ? " cold" : ""}`, size, directory, cold }));
}

function measure({ name, size, directory, cold }: Side): OpenSample {
  if (cold) dropFromPageCache(join(directory, "cases-0"));
  const foreign = new ForeignLoad();
  const child = join(import.meta.dirname, "open-cases-child.ts");
  const text = execFileSync(process.execPath, [child, directory, String(size), String(START_MS + WINDOW_MS)], {
    encoding: "utf8",
    timeout: CHILD_LIMIT_MS,
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
  });
  const foreignLoad = foreign.share();
  const answer = answerShape.parse(JSON.parse(text));
  if (answer.folded !== 1) throw new BenchError("OUTPUTS_DIFFER", `${name}: ${answer.folded} records were folded, not one`);
  return {
    side: name,
    cases: size,
    cold,
    readyMs: rounded(answer.foldedMs),
    stateMs: rounded(answer.foldedMs - answer.loadedMs, 3),
    cpuMs: rounded(answer.cpuMs),
    anonymousMb: rounded(answer.anonymousBytes / 2 ** 20),
    foreignLoad: rounded(foreignLoad, 2),
    disturbed: foreignLoad > DISTURBED_SHARE,
  };
}

/** As after a start of the machine: what is written is flushed, and the system forgets the pages of the store's files. */
function dropFromPageCache(folder: string): void {
  for (const name of readdirSync(folder)) {
    execFileSync("dd", [`of=${join(folder, name)}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"], { stdio: "ignore" });
  }
}

function result({ size }: BenchContext, parameters: typeof small, sides: readonly Side[], samples: readonly OpenSample[]): BenchResult {
  const of = (side: Side, measured: "readyMs" | "stateMs" | "cpuMs" | "anonymousMb"): number[] =>
    samples.filter((sample) => sample.side === side.name).map((sample) => sample[measured]);
  const ready = (side: Side): number => median(of(side, "readyMs"));
  const base = sides[0]!;
  return {
    bench: "open-cases",
    size,
    method: [
      "A new process opens the store of the router's case fold and folds one record of one case; no clock is due. Neither broker nor group: what they cost at a start does not depend on the cases.",
      "The process before ended without closing the store, as after a kill. `cold`: its files were dropped from the page cache before.",
    ],
    versions: {},
    parameters,
    ratios: Object.fromEntries(sides.slice(1).map((side) => [`ratio ${side.name} to ${base.name}`, rounded(ready(side) / ready(base), 3)])),
    samples,
    table: [
      { title: "open cases", cells: sides.map(({ name }) => name) },
      { title: "ready ms", cells: sides.map((side) => ready(side).toFixed(0)) },
      { title: "ratio", cells: sides.map((side) => (ready(side) / ready(base)).toFixed(2)) },
      { title: "spread", cells: sides.map((side) => `${(spread(of(side, "readyMs")) * 100).toFixed(0)} %`) },
      { title: "of it store and fold", cells: sides.map((side) => median(of(side, "stateMs")).toFixed(1)) },
      { title: "CPU ms", cells: sides.map((side) => median(of(side, "cpuMs")).toFixed(0)) },
      { title: "RSS anon MB", cells: sides.map((side) => median(of(side, "anonymousMb")).toFixed(0)) },
    ],
  };
}
