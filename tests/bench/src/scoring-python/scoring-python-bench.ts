import { topicIncarnation } from "@leadstream/kafka";
import { topicNames } from "@leadstream/schemas";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { openCluster } from "../harness/cluster.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { schemaIdsOf } from "../scoring/kafka-streams-side.ts";
import { leadstreamSide } from "../scoring/leadstream-side.ts";
import { compareTopics } from "../scoring/outputs.ts";
import { prefill } from "../scoring/prefill.ts";
import { drainOnce, type ScoringSample } from "../scoring/scoring-bench.ts";
import type { Side } from "../scoring/side.ts";
import { guarantees, installPythonPeer, type PythonPeer, pythonSide } from "./python-side.ts";

const small = {
  events: 20_000,
  /** The peers stop after so many: they are slow, and we are measured over too short a time otherwise. */
  peerEvents: 5_000,
  warmUp: 3_000,
  leads: 2_000,
  keys: "uniform",
  peers: "quix,faust",
  commitIntervalMs: 1_000,
  sessionTimeoutMs: 10_000,
  limitMs: 300_000,
};
const full = { ...small, events: 300_000, peerEvents: 30_000, warmUp: 10_000, leads: 20_000 };

/** Drains a backlog through our scoring service and through the same fold on stream libraries of Python. Only when asked for: it installs from PyPI. */
export const scoringPythonBench: Bench = {
  name: "scoring-python",
  title: "scoring a backlog against stream libraries of Python (weaker guarantees: see the column)",
  onlyWhenAsked: true,
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const peers = peersOf(parameters.peers);
    if (parameters.peerEvents > parameters.events) throw new BenchError("INVALID_OPTION", "peerEvents are more than events");
    const versions = Object.fromEntries(peers.map((peer) => [peer, installPythonPeer(context.root, peer, context.log)]));
    const cluster = await openCluster(context);
    try {
      const plan = { leads: parameters.leads, keys: parameters.keys === "zipf" ? "zipf" : "uniform", seed: 1, duplicates: 0.01 } as const;
      const prefilled = await prefill(cluster, plan, parameters.warmUp + parameters.events);
      const { root, workFolder } = context;
      const { sessionTimeoutMs, commitIntervalMs } = parameters;
      const common = { root, workFolder, addresses: cluster.addresses, sessionTimeoutMs };
      const incarnation = await topicIncarnation(cluster.kafka, topicNames.leadEvents);
      const schemaIds = schemaIdsOf(cluster.registry.wire);
      const ours = leadstreamSide({ ...common, heapMb: 0 });
      const others = peers.map((peer) => pythonSide(peer, { ...common, schemaIds, incarnation, commitIntervalMs }));
      const samples: ScoringSample[] = [];
      let compared = 0;
      for (let repeat = 0; repeat < context.repeats; repeat++) {
        // A B C, A B C …: all sides meet the same weather.
        for (const side of [ours, ...others]) {
          const touches = side === ours ? prefilled.touches : parameters.warmUp + parameters.peerEvents;
          const sample = await drainOnce(cluster, side, `p${samples.length}`, { ...prefilled, touches }, parameters);
          context.log(`${sample.side}: ${Math.round(sample.eventsPerSecond)} events/s, ${sample.cpuMicrosPerEvent} µs CPU/event`);
          samples.push(sample);
          if (side === ours || repeat > 0) continue;
          compared += await compareTopics(cluster.kafka, cluster.registry.wire, ours.scores, side.scores, true);
          compared += await compareTopics(cluster.kafka, cluster.registry.wire, ours.signals, side.signals, true);
        }
      }
      return result(context, { ...parameters, recordsCompared: compared }, samples, [ours, ...others], versions);
    } finally {
      await cluster.close();
    }
  },
};

function peersOf(text: string): readonly PythonPeer[] {
  return text.split(",").map((name) => {
    if (name !== "quix" && name !== "faust") throw new BenchError("INVALID_OPTION", `peers: ${name} is neither quix nor faust`);
    return name;
  });
}

function result(
  { size }: BenchContext,
  parameters: BenchResult["parameters"],
  samples: readonly ScoringSample[],
  sides: readonly Side[],
  versions: Readonly<Record<string, string>>,
): BenchResult {
  const of = (side: string, measured: "eventsPerSecond" | "cpuMicrosPerEvent" | "peakAnonymousMb"): number[] =>
    samples.filter((sample) => sample.side === side).map((sample) => sample[measured]);
  const names = sides.map(({ name }) => name);
  const [ours = "", ...others] = names;
  const speed = (side: string): number => median(of(side, "eventsPerSecond"));
  const cpu = (side: string): number => median(of(side, "cpuMicrosPerEvent"));
  return {
    bench: "scoring-python",
    size,
    method: [
      "As the bench `scoring`: the inbox is filled before, all read the same records and write the same ones, measured between commits of the group. Outputs of the first round are compared record by record, as far as the peers came.",
      "The peers see only the beginning of the inbox, where leads still have few touches: that is in their favour.",
      "The peers run the fold of tests/bench/peers/python on one process and one thread each, as their libraries do; state in RocksDB with a changelog. Nobody is killed here.",
    ],
    versions,
    parameters,
    ratios: Object.fromEntries([
      ...others.map((side) => [`ratioEventsPerSecond to ${side}`, rounded(speed(ours) / speed(side), 3)]),
      ...others.map((side) => [`ratioCpuPerEvent to ${side}`, rounded(cpu(ours) / cpu(side), 3)]),
    ]),
    samples,
    table: [
      { title: "side", cells: names },
      { title: "ratio", cells: names.map((side) => (speed(side) / speed(ours)).toFixed(3)) },
      { title: "events/s", cells: names.map((side) => speed(side).toFixed(0)) },
      { title: "spread", cells: names.map((side) => `${(spread(of(side, "eventsPerSecond")) * 100).toFixed(0)} %`) },
      { title: "CPU µs/event", cells: names.map((side) => cpu(side).toFixed(1)) },
      { title: "anonymous MB", cells: names.map((side) => median(of(side, "peakAnonymousMb")).toFixed(0)) },
      { title: "guarantee", cells: names.map((side) => (side === ours ? "exactly once" : guarantees[side as PythonPeer])) },
    ],
  };
}
