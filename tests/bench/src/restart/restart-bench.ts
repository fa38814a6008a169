import { loadStack } from "@leadstream/infra-local";
import { topicIncarnation } from "@leadstream/kafka";
import { topicNames } from "@leadstream/schemas";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { openCluster } from "../harness/cluster.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { buildKafkaStreamsPeer, kafkaStreamsSide, schemaIdsOf } from "../scoring/kafka-streams-side.ts";
import { leadstreamSide } from "../scoring/leadstream-side.ts";
import { compareTopics } from "../scoring/outputs.ts";
import { prefill } from "../scoring/prefill.ts";
import type { Side } from "../scoring/side.ts";
import { type RestartKind, type RestartSample, Restarts } from "./restarts.ts";

const small = {
  leads: 3_000,
  tail: 500,
  /** The least that a broker takes by default. */
  sessionTimeoutMs: 6_000,
  kinds: "atOnce,afterSession",
  peerHeapMb: 512,
  limitMs: 120_000,
  nodeArguments: "",
};
const full = { ...small, leads: 1_000_000, tail: 20_000, limitMs: 300_000 };
const COMMIT_INTERVAL_MS = 100;
const kinds: readonly RestartKind[] = ["atOnce", "afterSession"];

/** kill -9 of a scorer that keeps its disk, until its successor has caught up and writes anew. */
export const restartBench: Bench = {
  name: "restart",
  title: "restart after kill -9 against Kafka Streams, disk kept",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const { version } = buildKafkaStreamsPeer(context.root, context.log);
    const cluster = await openCluster(context);
    const { root, workFolder, log } = context;
    const run = Date.now().toString(36);
    const sides: Side[] = [];
    try {
      log(`filling ${topicNames.leadEvents} with a touch of each of ${parameters.leads} leads`);
      const filled = await prefill(cluster, { leads: parameters.leads, keys: "inTurn", seed: 1, duplicates: 0 }, parameters.leads);
      const incarnation = await topicIncarnation(cluster.kafka, topicNames.leadEvents);
      const common = { root, workFolder, addresses: cluster.addresses, sessionTimeoutMs: parameters.sessionTimeoutMs };
      const nodeArguments = parameters.nodeArguments.split(" ").filter((text) => text !== "");
      const peer = { schemaIds: schemaIdsOf(cluster.registry.wire), threads: 1, cacheMb: 0, heapMb: parameters.peerHeapMb };
      sides.push(
        leadstreamSide({ ...common, heapMb: 0, nodeArguments }),
        kafkaStreamsSide({ ...common, ...peer, commitIntervalMs: COMMIT_INTERVAL_MS }, () => incarnation),
      );
      const [ours, theirs] = sides as [Side, Side];
      await cluster.emptyTopics(sides.flatMap(({ scores, signals }) => [scores, signals]));
      const restarts = new Restarts(cluster, parameters, filled.ends);
      const samples: RestartSample[] = [];
      for (let repeat = 0; repeat < context.repeats; repeat++) {
        for (const kind of kinds.filter((each) => parameters.kinds.split(",").includes(each))) {
          for (const side of sides) {
            const sample = await restarts.measure(side, run, kind);
            log(`${side.name} ${kind}: ${sample.seconds} s, ${sample.cpuSeconds} s CPU${sample.disturbed ? " (disturbed)" : ""}`);
            samples.push(sample);
          }
        }
      }
      for (const side of sides) await restarts.catchUp(side, run);
      log("comparing outputs record by record");
      const scoresCompared = await compareTopics(cluster.kafka, cluster.registry.wire, ours.scores, theirs.scores);
      return result(context, { ...parameters, scoresCompared }, samples, ours.name, theirs.name, version);
    } finally {
      for (const side of sides) side.loseDisk(run);
      await cluster.close();
    }
  },
};

function result(
  { root, size }: BenchContext,
  parameters: BenchResult["parameters"],
  samples: readonly RestartSample[],
  ours: string,
  theirs: string,
  kafkaStreams: string,
): BenchResult {
  const done = kinds.filter((kind) => samples.some((sample) => sample.kind === kind));
  const rows = done.flatMap((kind) => [ours, theirs].map((side) => ({ kind, side })));
  type Measure = "seconds" | "cpuSeconds" | "anonymousMb";
  const all = (kind: RestartKind, side: string, key: Measure): number[] =>
    samples.filter((sample) => sample.kind === kind && sample.side === side).map((sample) => sample[key]);
  const middle = (kind: RestartKind, side: string, key: Measure): number => median(all(kind, side, key));
  const timesFaster = (kind: RestartKind): number => middle(kind, theirs, "seconds") / middle(kind, ours, "seconds");
  const titles = { atOnce: "at once, session time-out included", afterSession: "after the session's end" };
  const column = (title: string, key: Measure, digits: number) => ({
    title,
    cells: rows.map(({ kind, side }) => middle(kind, side, key).toFixed(digits)),
  });
  return {
    bench: "restart",
    size,
    method: [
      "Each lead has a touch; the side is caught up, gets a tail of touches, commits them and is killed at once (kill -9); its disk stays.",
      "Then touches for every partition arrive, the process is started, and the time counts from its start until the commits of all of them.",
      `At once: the broker still takes the dead process for a member, session time-out ${parameters.sessionTimeoutMs} ms on both sides. After the session's end: started when the group is empty.`,
      "The ratio says how many times quicker ours is. After the runs the scores of both sides are compared record by record.",
    ],
    versions: { kafka: loadStack(root).versions.kafka, kafkaStreams },
    parameters,
    ratios: Object.fromEntries(done.map((kind) => [`ratioTimesFaster ${kind}`, rounded(timesFaster(kind), 3)])),
    samples,
    table: [
      { title: "restart", cells: rows.map(({ kind }) => titles[kind]) },
      { title: "side", cells: rows.map(({ side }) => side) },
      { title: "times faster", cells: rows.map(({ kind, side }) => (side === ours ? timesFaster(kind).toFixed(1) : "1.0")) },
      column("seconds", "seconds", 2),
      { title: "spread", cells: rows.map(({ kind, side }) => `${(spread(all(kind, side, "seconds")) * 100).toFixed(0)} %`) },
      column("CPU s", "cpuSeconds", 2),
      column("anonymous MB", "anonymousMb", 0),
      { title: "disturbed", cells: rows.map(({ kind, side }) => disturbedOf(samples, kind, side)) },
    ],
  };
}

function disturbedOf(samples: readonly RestartSample[], kind: RestartKind, side: string): string {
  const own = samples.filter((sample) => sample.kind === kind && sample.side === side);
  return `${own.filter(({ disturbed }) => disturbed).length} of ${own.length}`;
}
