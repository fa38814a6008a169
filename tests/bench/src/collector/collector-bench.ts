import { loadStack } from "@leadstream/infra-local";
import { topicNames } from "@leadstream/schemas";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { type Cluster, openCluster } from "../harness/cluster.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import { anonymousBytesOf, cpuMicrosOf } from "../harness/process-usage.ts";
import type { BenchResult, Sample } from "../harness/report.ts";
import { median, percentile, rounded, spread } from "../harness/statistics.ts";
import { type CollectorSide, HOST, startBare, startCollector } from "./collector-sides.ts";
import { LoadProcess } from "./load.ts";
import { type WorkName, workNames } from "./requests.ts";

const small = {
  connections: 32,
  batch: 100,
  /** Connections that send batches: fewer, because each request is a hundred events. */
  batchConnections: 8,
  warmUpMs: 500,
  measureMs: 1_000,
  /** touches, captures, mixed, each alone or with -batch behind it: comma-separated names of what is sent. */
  works: "touches,touches-batch,captures-batch",
  nodeArguments: "",
};
/** With two repeats within 240 s. Optimised code is there after two seconds at full rate, also where one side waits for the broker. */
const full = {
  ...small,
  connections: 64,
  warmUpMs: 2_500,
  measureMs: 5_000,
  works: "touches,captures,touches-batch,captures-batch,mixed-batch",
};
const STOP_LIMIT_MS = 30_000;

interface Work {
  readonly title: string;
  readonly name: WorkName;
  readonly batch: number;
  readonly connections: number;
}

interface CollectorSample extends Sample {
  readonly work: string;
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  /** Events for each second of processor time of the server, all its threads. */
  readonly eventsPerCoreSecond: number;
  readonly anonymousMb: number;
  readonly p99Ms: number;
}

/** Events over HTTP into the collector, acknowledged by Kafka, against a handler that parses the same bodies and does nothing. */
export const collectorBench: Bench = {
  name: "collector",
  title: "collector against a bare Fastify handler",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const works = worksOf(parameters);
    const cluster = await openCluster(context);
    const load = new LoadProcess();
    const sides: CollectorSide[] = [];
    try {
      const nodeArguments = parameters.nodeArguments.split(" ").filter((text) => text !== "");
      sides.push(await startCollector(context, cluster, nodeArguments), await startBare(context));
      const samples: CollectorSample[] = [];
      let firstNumber = 1;
      for (let repeat = 0; repeat < context.repeats; repeat++) {
        for (const work of works) {
          for (const side of sides) {
            const { sample, sent } = await measure(cluster, load, side, work, firstNumber, parameters);
            firstNumber += sent + work.connections * work.batch;
            const { requestsPerSecond, cpuMicrosPerEvent, disturbed } = sample;
            const words = `${requestsPerSecond} requests/s, ${cpuMicrosPerEvent} µs CPU/event${disturbed ? " (disturbed)" : ""}`;
            context.log(`${side.name}, ${work.title}: ${words}`);
            samples.push(sample);
          }
        }
      }
      for (const side of sides) await side.child.stop(STOP_LIMIT_MS);
      return result(context, parameters, works, samples);
    } finally {
      await load.close();
      for (const side of sides) await side.child.kill();
      await cluster.close();
    }
  },
};

function worksOf(parameters: typeof small): readonly Work[] {
  return parameters.works.split(",").map((word) => {
    const [name, kind] = word.split("-");
    const known = workNames.find((each) => each === name);
    if (known === undefined || (kind !== undefined && kind !== "batch"))
      throw new BenchError(
        "INVALID_OPTION",
        `works: "${word}" is none of ${workNames.flatMap((each) => [each, `${each}-batch`]).join(", ")}`,
      );
    return kind === undefined
      ? { title: `single ${known}`, name: known, batch: 1, connections: parameters.connections }
      : { title: `${known} by ${parameters.batch}`, name: known, batch: parameters.batch, connections: parameters.batchConnections };
  });
}

async function measure(
  cluster: Cluster,
  load: LoadProcess,
  side: CollectorSide,
  work: Work,
  firstNumber: number,
  { warmUpMs, measureMs }: typeof small,
): Promise<{ sample: CollectorSample; sent: number }> {
  const before = side.writesToLog ? await eventsOnLog(cluster) : 0;
  const { pid } = side.child;
  let foreign: ForeignLoad | null = null;
  let cpu = 0;
  let sample: CollectorSample | null = null;
  const { name, batch, connections } = work;
  const job = { host: HOST, port: side.port, apiKey: side.apiKey, work: name, batch, connections, firstNumber, warmUpMs, measureMs };
  const sent = await load.run(job, {
    warm() {
      foreign = new ForeignLoad();
      cpu = cpuMicrosOf(pid);
    },
    measured({ requests, elapsedMs, latenciesMs }) {
      const cpuMicros = cpuMicrosOf(pid) - cpu;
      const foreignLoad = foreign!.share();
      const events = requests * batch;
      sample = {
        side: side.name,
        work: work.title,
        requestsPerSecond: rounded((requests / elapsedMs) * 1000),
        eventsPerSecond: rounded((events / elapsedMs) * 1000),
        cpuMicrosPerEvent: rounded(cpuMicros / events, 3),
        eventsPerCoreSecond: rounded(events / (cpuMicros / 1e6)),
        anonymousMb: rounded(anonymousBytesOf(pid) / 2 ** 20, 3),
        p50Ms: rounded(percentile(Float64Array.from(latenciesMs).sort(), 0.5), 3),
        p99Ms: rounded(percentile(Float64Array.from(latenciesMs).sort(), 0.99), 3),
        foreignLoad: rounded(foreignLoad, 2),
        disturbed: foreignLoad > DISTURBED_SHARE,
      };
    },
  });
  side.child.assertRunning();
  if (side.writesToLog) {
    const written = (await eventsOnLog(cluster)) - before;
    if (written !== sent) throw new BenchError("OUTPUTS_DIFFER", `${sent} events were answered with 202, the log has ${written} more`);
  }
  return { sample: { ...sample!, acceptedEvents: sent }, sent };
}

async function eventsOnLog({ admin }: Cluster): Promise<number> {
  const partitions = await admin.fetchTopicOffsets(topicNames.leadEvents);
  return partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
}

type Measure = "requestsPerSecond" | "cpuMicrosPerEvent" | "eventsPerCoreSecond" | "anonymousMb" | "p99Ms";

function result(
  { root, size }: BenchContext,
  parameters: BenchResult["parameters"],
  works: readonly Work[],
  samples: readonly CollectorSample[],
): BenchResult {
  const [ours, bare] = ["leadstream", "bare fastify"] as const;
  const rows = works.flatMap(({ title }) => [ours, bare].map((side) => ({ title, side })));
  const all = (title: string, side: string, key: Measure): number[] =>
    samples.filter((each) => each.work === title && each.side === side).map((each) => each[key]);
  const middle = (title: string, side: string, key: Measure): number => median(all(title, side, key));
  const ratio = (title: string, key: Measure): number => middle(title, ours, key) / middle(title, bare, key);
  const column = (title: string, key: Measure, digits = 0) => ({
    title,
    cells: rows.map((row) => middle(row.title, row.side, key).toFixed(digits)),
  });
  return {
    bench: "collector",
    size,
    method: [
      "A process of its own sends over keep-alive connections, each with one request at a time, to both servers in turn; every answer must be 202.",
      "Ours answers when all in-sync replicas have the event (one broker, one replica); the end offsets of the log must rise by exactly the events answered.",
      "The bare handler is Fastify with the same routes: it parses the body and answers in the same shape.",
      "Events a core second: events over the processor time of the server with all its threads. On two cores server, load and broker compete, so requests/s of ours pay for the broker as well.",
    ],
    versions: { kafka: loadStack(root).versions.kafka, fastify: "5.12.8" },
    parameters,
    ratios: Object.fromEntries(
      works.flatMap(({ title }) => [
        [`ratioRequestsPerSecond ${title}`, rounded(ratio(title, "requestsPerSecond"), 3)],
        [`ratioEventsPerCoreSecond ${title}`, rounded(ratio(title, "eventsPerCoreSecond"), 3)],
      ]),
    ),
    samples,
    table: [
      { title: "what is sent", cells: rows.map(({ title }) => title) },
      { title: "side", cells: rows.map(({ side }) => side) },
      { title: "ratio", cells: rows.map(({ title, side }) => (side === ours ? ratio(title, "requestsPerSecond").toFixed(2) : "1.00")) },
      column("requests/s", "requestsPerSecond"),
      { title: "spread", cells: rows.map(({ title, side }) => `${(spread(all(title, side, "requestsPerSecond")) * 100).toFixed(0)} %`) },
      column("CPU µs/event", "cpuMicrosPerEvent", 1),
      column("events/core s", "eventsPerCoreSecond"),
      column("p99 ms", "p99Ms", 1),
      column("anonymous MB", "anonymousMb"),
      { title: "disturbed", cells: rows.map(({ title, side }) => disturbedOf(samples, title, side)) },
    ],
  };
}

function disturbedOf(samples: readonly CollectorSample[], title: string, side: string): string {
  const own = samples.filter((each) => each.work === title && each.side === side);
  return `${own.filter(({ disturbed }) => disturbed).length} of ${own.length}`;
}
