import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { FunnelStore } from "./funnel-store.ts";
import { EVENTS_PER_LEAD, FUNNEL_SCAN, FUNNEL_VIEW } from "./score-rows.ts";

const small = { leads: 50_000, insertRows: 50_000, memoryLimitMb: 1_500, merged: false };
const full = { leads: 10_000_000, insertRows: 200_000, memoryLimitMb: 6_000, merged: false };
type Parameters = typeof small;

const VIEW = "shipped view";
const SCAN = "full scan";
const sides = [
  { side: VIEW, query: FUNNEL_VIEW },
  { side: SCAN, query: FUNNEL_SCAN },
] as const;

interface FunnelSample extends Sample {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMb: number;
}

/** The funnel of all leads from the shipped view, against counting the raw rows of the score stream. */
export const funnelBench: Bench = {
  name: "funnel",
  title: "funnel of all leads in ClickHouse: the shipped view against a full scan of the score rows",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const store = await FunnelStore.open(context, parameters);
    try {
      await store.fill(parameters, context.log);
      const samples: FunnelSample[] = [];
      for (let repeat = -1; repeat < context.repeats; repeat++) {
        const answers = new Set<string>();
        for (const { side, query } of sides) {
          const { sample, rows } = await measure(store, side, query);
          answers.add(JSON.stringify(rows));
          // The first pass warms up.
          if (repeat >= 0) samples.push(sample);
        }
        checkAnswers([...answers], parameters.leads);
      }
      return await result(context, parameters, store, samples);
    } finally {
      await store.close();
    }
  },
};

async function measure(store: FunnelStore, side: string, query: string): Promise<{ sample: FunnelSample; rows: readonly unknown[] }> {
  const foreign = new ForeignLoad();
  const { rows, elapsedMs, cpuMs, peakMemoryMb } = await store.ask(query);
  const foreignLoad = foreign.share();
  const sample = {
    side,
    elapsedMs: rounded(elapsedMs),
    cpuMs: rounded(cpuMs),
    peakMemoryMb: rounded(peakMemoryMb),
    foreignLoad: rounded(foreignLoad, 2),
    disturbed: foreignLoad > DISTURBED_SHARE,
  };
  return { sample, rows };
}

/** All sides say the same, and what they say is not empty. */
function checkAnswers(answers: readonly string[], leads: number): void {
  if (answers.length > 1) throw new BenchError("OUTPUTS_DIFFER", `the sides count differently:\n${answers.join("\n")}`);
  const rows = JSON.parse(answers[0]!) as readonly { stage: string; leads: number }[];
  if (rows.length !== 6 || rows[0]!.leads !== leads || rows.some((row) => row.leads === 0))
    throw new BenchError("OUTPUTS_DIFFER", `${leads} leads were captured and every stage was reached by some, the answer is ${answers[0]}`);
}

async function result(
  { size }: BenchContext,
  parameters: Parameters,
  store: FunnelStore,
  samples: readonly FunnelSample[],
): Promise<BenchResult> {
  const of = (side: string, measured: "elapsedMs" | "cpuMs" | "peakMemoryMb"): number[] =>
    samples.filter((sample) => sample.side === side).map((sample) => sample[measured]);
  const middle = (side: string, measured: "elapsedMs" | "cpuMs"): number => median(of(side, measured));
  const times = (side: string, measured: "elapsedMs" | "cpuMs"): number => middle(SCAN, measured) / middle(side, measured);
  const [scores, states] = [await store.size("scores"), await store.size("lead_states")];
  const names = sides.map(({ side }) => side);
  return {
    bench: "funnel",
    size,
    method: [
      `Rows are made inside ClickHouse and inserted into the shipped table of scores, ${EVENTS_PER_LEAD} events per lead in the order of a log; the shipped materialised view keeps its row per lead behind it. Asked when no merge runs; merged=true: after all parts of both tables were merged into one per partition, which ClickHouse does by itself only in time.`,
      "The full scan is as lean as the question allows: one byte of facts per lead and no times. All answers are compared row by row in each turn.",
      "Processor time is that of the whole server process during the query. The ratio says how many times quicker than the full scan.",
    ],
    versions: {},
    parameters: { ...parameters, scoreRows: scores.rows, stateRows: states.rows, scoreBytes: scores.bytes, stateBytes: states.bytes },
    ratios: {
      ratioViewToScan: rounded(times(VIEW, "elapsedMs"), 3),
      ratioCpuViewToScan: rounded(times(VIEW, "cpuMs"), 3),
    },
    samples,
    table: [
      { title: "side", cells: names },
      { title: "ms", cells: names.map((side) => middle(side, "elapsedMs").toFixed(0)) },
      { title: "ratio", cells: names.map((side) => times(side, "elapsedMs").toFixed(2)) },
      { title: "spread", cells: names.map((side) => `${(spread(of(side, "elapsedMs")) * 100).toFixed(0)} %`) },
      { title: "CPU ms", cells: names.map((side) => middle(side, "cpuMs").toFixed(0)) },
      { title: "ratio of CPU", cells: names.map((side) => times(side, "cpuMs").toFixed(2)) },
      { title: "peak MB", cells: names.map((side) => median(of(side, "peakMemoryMb")).toFixed(0)) },
      { title: "rows kept", cells: [String(states.rows), String(scores.rows)] },
    ],
  };
}
