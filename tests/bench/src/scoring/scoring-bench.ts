import { loadStack } from "@leadstream/infra-local";
import { topicIncarnation } from "@leadstream/kafka";
import { topicNames } from "@leadstream/schemas";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { type Cluster, openCluster } from "../harness/cluster.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { committedTouches, watchUntil } from "./drain.ts";
import { buildKafkaStreamsPeer, kafkaStreamsSide, schemaIdsOf } from "./kafka-streams-side.ts";
import { leadstreamSide } from "./leadstream-side.ts";
import { compareTopics } from "./outputs.ts";
import { type Prefilled, prefill } from "./prefill.ts";
import type { Side } from "./side.ts";

const small = {
  events: 20_000,
  warmUp: 5_000,
  leads: 2_000,
  keys: "uniform",
  /** Processes of ours that share the partitions; of several numbers the quickest of one round each is compared. */
  instances: "1",
  /** Peer configurations as threads/cache in MB; the quickest of one round each is the peer. */
  peers: "1/0",
  sessionTimeoutMs: 10_000,
  peerHeapMb: 512,
  /** 0 = as the stack starts the service. */
  heapMb: 0,
  cacheBytes: 0,
  nodeArguments: "",
  limitMs: 120_000,
  /** One more run of each side is killed half way with kill -9 and loses its disk. */
  crash: true,
};
const full = {
  ...small,
  events: 1_000_000,
  warmUp: 300_000,
  leads: 100_000,
  instances: "1,2",
  peers: "1/0,1/64,2/0,2/64",
  limitMs: 600_000,
};
const STOP_LIMIT_MS = 30_000;
const COMMIT_INTERVAL_MS = 100;

export interface ScoringSample extends Sample {
  readonly eventsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  readonly anonymousMb: number;
  readonly peakAnonymousMb: number;
  readonly startToEndSeconds: number;
}

interface CrashSample extends Sample {
  readonly recoverySeconds: number;
}

/** Drains a backlog through our scoring service and through the same model on Kafka Streams; their outputs must be equal. */
export const scoringBench: Bench = {
  name: "scoring",
  title: "scoring a backlog against Kafka Streams (exactly_once_v2)",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const { version } = buildKafkaStreamsPeer(context.root, context.log);
    const cluster = await openCluster(context);
    try {
      const { log } = context;
      const plan = { leads: parameters.leads, keys: parameters.keys === "zipf" ? "zipf" : "uniform", seed: 1, duplicates: 0.01 } as const;
      log(`filling ${topicNames.leadEvents} with ${parameters.warmUp + parameters.events} touches of ${parameters.leads} leads`);
      const prefilled = await prefill(cluster, plan, parameters.warmUp + parameters.events);
      const incarnation = await topicIncarnation(cluster.kafka, topicNames.leadEvents);
      const sides = makeSides(context, cluster, parameters, incarnation);
      const samples: ScoringSample[] = [];
      const run = async (side: Side): Promise<void> => {
        const sample = await drainOnce(cluster, side, `run${samples.length}`, prefilled, parameters);
        log(
          `${sample.side}: ${Math.round(sample.eventsPerSecond)} events/s, ${sample.cpuMicrosPerEvent} µs CPU/event${sample.disturbed ? " (disturbed)" : ""}`,
        );
        samples.push(sample);
      };
      const best = await quickest(sides.peers, samples, run);
      const ours = await quickest(sides.ours, samples, run);
      // A B, A B …: both sides meet the same weather.
      for (let repeat = 0; repeat < context.repeats; repeat++) {
        if (repeat > 0 || sides.ours.length > 1) await run(ours);
        if (repeat > 0 || sides.peers.length > 1) await run(best);
      }
      const crashes = parameters.crash
        ? [await crash(cluster, ours, prefilled, parameters), await crash(cluster, best, prefilled, parameters)]
        : [];
      for (const each of crashes) log(`${each.side}: killed and without its disk, goes on after ${each.recoverySeconds} s`);
      log("comparing outputs record by record");
      const scores = await compareTopics(cluster.kafka, cluster.registry.wire, ours.scores, best.scores);
      const signals = await compareTopics(cluster.kafka, cluster.registry.wire, ours.signals, best.signals);
      return result(
        context,
        { ...parameters, valueBytes: prefilled.valueBytes, scoresCompared: scores, signalsCompared: signals },
        samples,
        crashes,
        ours,
        best,
        version,
      );
    } finally {
      await cluster.close();
    }
  },
};

function makeSides(
  { root, workFolder }: BenchContext,
  cluster: Cluster,
  parameters: typeof small,
  incarnation: string,
): { ours: readonly Side[]; peers: readonly Side[] } {
  const { sessionTimeoutMs, peerHeapMb: heapMb } = parameters;
  const common = { root, workFolder, addresses: cluster.addresses, sessionTimeoutMs };
  const ours = parameters.instances.split(",").map((instances) =>
    leadstreamSide({
      ...common,
      instances: Number(instances),
      heapMb: parameters.heapMb,
      environment: parameters.cacheBytes === 0 ? {} : { LEADSTREAM_CACHE_BYTES: String(parameters.cacheBytes) },
      nodeArguments: parameters.nodeArguments.split(" ").filter((text) => text !== ""),
    }),
  );
  const schemaIds = schemaIdsOf(cluster.registry.wire);
  const peers = parameters.peers.split(",").map((text) => {
    const [threads = 1, cacheMb = 0] = text.split("/").map(Number);
    return kafkaStreamsSide({ ...common, schemaIds, threads, cacheMb, heapMb, commitIntervalMs: COMMIT_INTERVAL_MS }, () => incarnation);
  });
  return { ours, peers };
}

/** One run of each; the order among equals is the given one. */
async function quickest(sides: readonly Side[], samples: readonly ScoringSample[], run: (side: Side) => Promise<void>): Promise<Side> {
  for (const side of sides) await run(side);
  return sides.toSorted((a, b) => speedOf(samples, b) - speedOf(samples, a))[0]!;
}

/** One run of one side over the whole backlog. */
export async function drainOnce(
  cluster: Cluster,
  side: Side,
  run: string,
  prefilled: Prefilled,
  parameters: Pick<typeof small, "warmUp" | "limitMs">,
): Promise<ScoringSample> {
  await cluster.emptyTopics([side.scores, side.signals]);
  const name = `${run}-${Date.now().toString(36)}`;
  const group = side.groupOf(name);
  const startedMs = performance.now();
  const child = side.start(name);
  try {
    const warm = await watchUntil(cluster, child, group, prefilled, parameters.warmUp, parameters.limitMs);
    const foreign = new ForeignLoad();
    const done = await watchUntil(cluster, child, group, prefilled, prefilled.touches, parameters.limitMs);
    const foreignLoad = foreign.share();
    await child.stop(STOP_LIMIT_MS);
    const events = done.events - warm.events;
    return {
      side: side.name,
      eventsPerSecond: rounded((events / (done.atMs - warm.atMs)) * 1000),
      cpuMicrosPerEvent: rounded((done.cpuMicros - warm.cpuMicros) / events, 3),
      anonymousMb: rounded(done.anonymousBytes / 2 ** 20, 3),
      peakAnonymousMb: rounded(Math.max(warm.peakAnonymousBytes, done.peakAnonymousBytes) / 2 ** 20, 3),
      startToEndSeconds: rounded((done.atMs - startedMs) / 1000, 3),
      measuredEvents: events,
      foreignLoad: rounded(foreignLoad, 2),
      disturbed: foreignLoad > DISTURBED_SHARE,
    };
  } finally {
    await child.kill();
    side.loseDisk(name);
    await cluster.deleteTopics(side.ownTopics(name));
  }
}

/** Loss of the process and of the disk in the middle of the backlog; the outputs of this run are the ones that are compared. */
async function crash(cluster: Cluster, side: Side, prefilled: Prefilled, parameters: typeof small): Promise<CrashSample> {
  await cluster.emptyTopics([side.scores, side.signals]);
  const name = `crash-${Date.now().toString(36)}`;
  const group = side.groupOf(name);
  let child = side.start(name);
  try {
    await watchUntil(cluster, child, group, prefilled, Math.ceil(prefilled.touches / 2), parameters.limitMs);
    await child.kill();
    side.loseDisk(name);
    const committedAtKill = await committedTouches(cluster, group, prefilled);
    const foreign = new ForeignLoad();
    const killedMs = performance.now();
    child = side.start(name);
    const next = Math.min(committedAtKill + 1, prefilled.touches);
    const recovered = await watchUntil(cluster, child, group, prefilled, next, parameters.limitMs);
    const foreignLoad = foreign.share();
    await watchUntil(cluster, child, group, prefilled, prefilled.touches, parameters.limitMs);
    await child.stop(STOP_LIMIT_MS);
    return {
      side: side.name,
      kind: "crash",
      committedAtKill,
      recoverySeconds: rounded((recovered.atMs - killedMs) / 1000, 3),
      foreignLoad: rounded(foreignLoad, 2),
      disturbed: foreignLoad > DISTURBED_SHARE,
    };
  } finally {
    await child.kill();
    side.loseDisk(name);
    await cluster.deleteTopics(side.ownTopics(name));
  }
}

const of = (samples: readonly ScoringSample[], side: Side): readonly ScoringSample[] =>
  samples.filter((sample) => sample.side === side.name);
const speedOf = (samples: readonly ScoringSample[], side: Side): number =>
  median(of(samples, side).map((sample) => sample.eventsPerSecond));

function result(
  { root, size }: BenchContext,
  parameters: BenchResult["parameters"],
  samples: readonly ScoringSample[],
  crashes: readonly CrashSample[],
  ours: Side,
  best: Side,
  kafkaStreams: string,
): BenchResult {
  const names = [...new Set([ours.name, best.name, ...samples.map(({ side }) => side)])];
  const measure = (side: string, key: "eventsPerSecond" | "cpuMicrosPerEvent" | "peakAnonymousMb"): number =>
    median(samples.filter((sample) => sample.side === side).map((sample) => sample[key]));
  const ratio = (side: string): number => measure(side, "eventsPerSecond") / measure(best.name, "eventsPerSecond");
  return {
    bench: "scoring",
    size,
    method: [
      "The inbox is filled before; both sides read the same records with the same guarantee (one transaction for outputs and offset) and write the same records.",
      "Measured from the commit that passes the warm-up to the commit of the last touch, by the group's committed offsets.",
      `The peer is the quickest of its configurations (${parameters.peers}: threads/cache in MB), commit interval ${COMMIT_INTERVAL_MS} ms, RocksDB with changelog; ours is the quickest of ${parameters.instances} processes with a disk each.`,
      `One more run of each side loses its process (kill -9) and its disk half way; recovery is the time to the next commit, session time-out of ${parameters.sessionTimeoutMs} ms included.`,
      "After the runs all outputs of both sides are compared record by record.",
    ],
    versions: { kafka: loadStack(root).versions.kafka, kafkaStreams },
    parameters,
    ratios: {
      ratioEventsPerSecond: rounded(ratio(ours.name), 3),
      ratioCpuPerEvent: rounded(measure(ours.name, "cpuMicrosPerEvent") / measure(best.name, "cpuMicrosPerEvent"), 3),
      ratioPeakAnonymousMemory: rounded(measure(ours.name, "peakAnonymousMb") / measure(best.name, "peakAnonymousMb"), 3),
    },
    samples: [...samples, ...crashes],
    table: [
      { title: "side", cells: names },
      { title: "ratio", cells: names.map((name) => ratio(name).toFixed(2)) },
      { title: "events/s", cells: names.map((name) => measure(name, "eventsPerSecond").toFixed(0)) },
      {
        title: "spread",
        cells: names.map(
          (name) => `${(spread(samples.filter(({ side }) => side === name).map((each) => each.eventsPerSecond)) * 100).toFixed(0)} %`,
        ),
      },
      { title: "CPU µs/event", cells: names.map((name) => measure(name, "cpuMicrosPerEvent").toFixed(1)) },
      { title: "anonymous MB", cells: names.map((name) => measure(name, "peakAnonymousMb").toFixed(0)) },
      { title: "recovery s", cells: names.map((name) => crashes.find(({ side }) => side === name)?.recoverySeconds.toFixed(1) ?? "") },
      { title: "runs (disturbed)", cells: names.map((name) => countsOf(samples, name)) },
    ],
  };
}

function countsOf(samples: readonly Sample[], name: string): string {
  const own = samples.filter(({ side }) => side === name);
  return `${own.length} (${own.filter(({ disturbed }) => disturbed).length})`;
}
