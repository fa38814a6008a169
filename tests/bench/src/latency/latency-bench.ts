import { loadStack } from "@leadstream/infra-local";
import { topicIncarnation } from "@leadstream/kafka";
import { topicNames } from "@leadstream/schemas";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { type Cluster, openCluster } from "../harness/cluster.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, percentile, rounded, spread } from "../harness/statistics.ts";
import { buildKafkaStreamsPeer, kafkaStreamsSide, schemaIdsOf } from "../scoring/kafka-streams-side.ts";
import { leadstreamSide } from "../scoring/leadstream-side.ts";
import { publishModel } from "../scoring/prefill.ts";
import type { Side } from "../scoring/side.ts";
import { OpenLoop } from "./open-loop.ts";

const small = {
  eventsPerSecond: 1_000,
  warmUpSeconds: 2,
  seconds: 4,
  leads: 2_000,
  /** Commit intervals of the peer in ms; the one with the smallest p99 is the peer. */
  commitIntervals: "100",
  sessionTimeoutMs: 10_000,
  peerHeapMb: 512,
};
/** With two repeats within 240 s: five or six runs of 20 s, each p99 from 24 000 touches. */
const full = { ...small, eventsPerSecond: 2_000, warmUpSeconds: 8, seconds: 12, leads: 100_000, commitIntervals: "100,10" };
const STOP_LIMIT_MS = 30_000;

interface LatencySample extends Sample {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosPerEvent: number;
}

/** From the instant a touch was due to be sent until its committed score was read, at a fixed rate. */
export const latencyBench: Bench = {
  name: "latency",
  title: "capture to score at a fixed rate against Kafka Streams",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const { version } = buildKafkaStreamsPeer(context.root, context.log);
    const cluster = await openCluster(context);
    try {
      const { root, workFolder, log } = context;
      const common = { root, workFolder, addresses: cluster.addresses, sessionTimeoutMs: parameters.sessionTimeoutMs };
      const schemaIds = schemaIdsOf(cluster.registry.wire);
      let incarnation = "";
      const ours = leadstreamSide({ ...common, heapMb: 0 });
      const peers = parameters.commitIntervals.split(",").map((text) => {
        const wish = { ...common, schemaIds, threads: 1, cacheMb: 0, heapMb: parameters.peerHeapMb, commitIntervalMs: Number(text) };
        return { ...kafkaStreamsSide(wish, () => incarnation), name: `kafka-streams commit ${text} ms` };
      });
      const samples: LatencySample[] = [];
      const run = async (side: Side): Promise<void> => {
        await cluster.emptyTopics([topicNames.leadEvents, side.scores, side.signals]);
        await publishModel(cluster);
        incarnation = await topicIncarnation(cluster.kafka, topicNames.leadEvents);
        const sample = await measure(context, cluster, side, `${samples.length}`, parameters);
        log(`${sample.side}: p50 ${sample.p50Ms} ms, p99 ${sample.p99Ms} ms${sample.disturbed ? " (disturbed)" : ""}`);
        samples.push(sample);
      };
      for (const peer of peers) await run(peer);
      const p99Of = (side: Side): number => median(samples.filter((each) => each.side === side.name).map((each) => each.p99Ms));
      const best = peers.toSorted((a, b) => p99Of(a) - p99Of(b))[0]!;
      for (let repeat = 0; repeat < context.repeats; repeat++) {
        await run(ours);
        if (repeat > 0 || peers.length > 1) await run(best);
      }
      return result(context, parameters, samples, ours.name, best.name, version);
    } finally {
      await cluster.close();
    }
  },
};

async function measure(
  { root: _ }: BenchContext,
  cluster: Cluster,
  side: Side,
  run: string,
  parameters: typeof small,
): Promise<LatencySample> {
  const name = `${run}-${Date.now().toString(36)}`;
  const child = side.start(name);
  const loop = new OpenLoop(cluster, side.scores, { leads: parameters.leads, keys: "uniform", seed: 1, duplicates: 0 });
  try {
    await loop.untilAnswered(() => child.assertRunning());
    await loop.send(parameters.eventsPerSecond, parameters.warmUpSeconds);
    const foreign = new ForeignLoad();
    const { cpuMicros } = child.usage();
    const latencies = await loop.send(parameters.eventsPerSecond, parameters.seconds);
    const foreignLoad = foreign.share();
    const sorted = Float64Array.from(latencies).sort();
    const cpuMicrosPerEvent = rounded((child.usage().cpuMicros - cpuMicros) / sorted.length, 3);
    await child.stop(STOP_LIMIT_MS);
    return {
      side: side.name,
      events: sorted.length,
      p50Ms: rounded(percentile(sorted, 0.5), 3),
      p90Ms: rounded(percentile(sorted, 0.9), 3),
      p99Ms: rounded(percentile(sorted, 0.99), 3),
      maxMs: rounded(percentile(sorted, 1), 3),
      cpuMicrosPerEvent,
      foreignLoad: rounded(foreignLoad, 2),
      disturbed: foreignLoad > DISTURBED_SHARE,
    };
  } finally {
    await loop.close();
    await child.kill();
    side.loseDisk(name);
    await cluster.deleteTopics(side.ownTopics(name));
  }
}

function result(
  { root, size }: BenchContext,
  parameters: BenchResult["parameters"],
  samples: readonly LatencySample[],
  ours: string,
  best: string,
  kafkaStreams: string,
): BenchResult {
  const names = [...new Set([ours, ...samples.map(({ side }) => side)])];
  const all = (side: string, key: "p50Ms" | "p99Ms" | "cpuMicrosPerEvent"): number[] =>
    samples.filter((sample) => sample.side === side).map((sample) => sample[key]);
  const middle = (side: string, key: "p50Ms" | "p99Ms" | "cpuMicrosPerEvent"): number => median(all(side, key));
  return {
    bench: "latency",
    size,
    method: [
      "Touches are sent at fixed instants, whatever is answered (open loop); latency counts from the instant at which the touch was due, so a stall is felt by all that were due meanwhile.",
      "It ends when the committed score is read by a read-committed consumer beside the sender.",
      "Commit policy: ours commits what a fetch brought as soon as it is folded, one transaction at a time; the peer commits every so many ms, as named.",
    ],
    versions: { kafka: loadStack(root).versions.kafka, kafkaStreams },
    parameters,
    ratios: {
      ratioP50: rounded(middle(ours, "p50Ms") / middle(best, "p50Ms"), 3),
      ratioP99: rounded(middle(ours, "p99Ms") / middle(best, "p99Ms"), 3),
    },
    samples,
    table: [
      { title: "side", cells: names },
      { title: "p99 ratio", cells: names.map((name) => (middle(name, "p99Ms") / middle(best, "p99Ms")).toFixed(2)) },
      { title: "p50 ms", cells: names.map((name) => middle(name, "p50Ms").toFixed(1)) },
      { title: "p99 ms", cells: names.map((name) => middle(name, "p99Ms").toFixed(1)) },
      { title: "spread of p99", cells: names.map((name) => `${(spread(all(name, "p99Ms")) * 100).toFixed(0)} %`) },
      { title: "CPU µs/event", cells: names.map((name) => middle(name, "cpuMicrosPerEvent").toFixed(0)) },
      { title: "runs (disturbed)", cells: names.map((name) => countOf(samples, name)) },
    ],
  };
}

function countOf(samples: readonly Sample[], name: string): string {
  const own = samples.filter(({ side }) => side === name);
  return `${own.length} (${own.filter(({ disturbed }) => disturbed).length})`;
}
