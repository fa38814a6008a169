import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { codecsBench } from "./codecs/codecs-bench.ts";
import { collectorBench } from "./collector/collector-bench.ts";
import { foldBench } from "./fold/fold-bench.ts";
import { funnelBench } from "./funnel/funnel-bench.ts";
import type { Bench, BenchOptions } from "./harness/bench.ts";
import { BenchError } from "./harness/bench-error.ts";
import { type BenchResult, disturbedRuns, renderTable, writeReport } from "./harness/report.ts";
import { latencyBench } from "./latency/latency-bench.ts";
import { manyLeadsBench } from "./many-leads/many-leads-bench.ts";
import { openCasesBench } from "./open-cases/open-cases-bench.ts";
import { restartBench } from "./restart/restart-bench.ts";
import { routingBench } from "./routing/routing-bench.ts";
import { backtestBench } from "./scorer/backtest-bench.ts";
import { decideBench } from "./scorer/decide-bench.ts";
import { rescoringBench } from "./scorer/rescoring-bench.ts";
import { scoringBench } from "./scoring/scoring-bench.ts";
import { scoringPythonBench } from "./scoring-python/scoring-python-bench.ts";
import { sinkBench } from "./sink/sink-bench.ts";
import { timersBench } from "./timers/timers-bench.ts";

const benches: readonly Bench[] = [
  scoringBench,
  latencyBench,
  codecsBench,
  foldBench,
  collectorBench,
  restartBench,
  sinkBench,
  timersBench,
  manyLeadsBench,
  openCasesBench,
  routingBench,
  decideBench,
  backtestBench,
  rescoringBench,
  funnelBench,
  scoringPythonBench,
];

export const benchNames: readonly string[] = benches.map(({ name }) => name);
/** Those of `all`. */
export const usualBenchNames: readonly string[] = benches.filter(({ onlyWhenAsked }) => onlyWhenAsked !== true).map(({ name }) => name);

const root = join(import.meta.dirname, "../../..");
const DEFAULT_REPEATS = { small: 1, full: 3 };

/** Runs one bench, prints its table. A full run writes docs/benchmarks/<name>.json. Throws BenchError where a run could not be measured or outputs differ. */
export async function runBench(name: string, options: BenchOptions): Promise<BenchResult> {
  const bench = benches.find((each) => each.name === name);
  if (bench === undefined) throw new BenchError("UNKNOWN_BENCH", `there is no bench "${name}"; one of: ${benchNames.join(", ")}`);
  const log = options.log ?? ((line: string) => console.log(line));
  const parent = join(root, ".leadstream/bench");
  mkdirSync(parent, { recursive: true });
  const workFolder = mkdtempSync(join(parent, `${name}-`));
  try {
    const result = await bench.run({
      root,
      size: options.size,
      repeats: options.repeats ?? DEFAULT_REPEATS[options.size],
      parameters: options.parameters ?? {},
      workFolder,
      log,
    });
    log(`\n${bench.title}\n${renderTable(result.table)}`);
    const disturbed = disturbedRuns(result);
    if (disturbed > 0) log(`${disturbed} of ${result.samples.length} runs were disturbed by other programs: read the ratios with care`);
    if (options.size === "full") log(`written: ${writeReport(join(root, "docs/benchmarks"), root, result)}`);
    return result;
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}
