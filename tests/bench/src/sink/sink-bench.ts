import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { loadStack } from "@leadstream/infra-local";
import { topicNames } from "@leadstream/schemas";
import type { Bench, BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { type Cluster, openCluster } from "../harness/cluster.ts";
import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import { withOverrides } from "../harness/parameters.ts";
import type { BenchResult } from "../harness/report.ts";
import { startService } from "../harness/service-child.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { watchUntil } from "../scoring/drain.ts";
import { type Prefilled, prefill } from "../scoring/prefill.ts";
import { RawInsertProcess } from "./raw-insert.ts";
import type { SinkSample } from "./sink-sample.ts";

const small = { touches: 20_000, warmUp: 5_000, leads: 2_000, blockRows: 10_000, rawHeapMb: 512, limitMs: 120_000, nodeArguments: "" };
const full = { ...small, touches: 500_000, warmUp: 100_000, leads: 100_000, blockRows: 50_000, rawHeapMb: 1_536, limitMs: 300_000 };
const STOP_LIMIT_MS = 30_000;
/** A touch becomes a row of touches and one of the ledger. */
const ROWS_PER_TOUCH = 2;
const OURS = "leadstream sink";
const RAW = "raw insert";

/** The running sink drains a backlog of touches; beside it the same rows are inserted from decoded objects in memory. */
export const sinkBench: Bench = {
  name: "sink",
  title: "sink against a raw insert of the same rows",
  async run(context) {
    const parameters = withOverrides(context.size === "full" ? full : small, context.parameters);
    const cluster = await openCluster(context, ["kafka", "registry", "clickhouse"]);
    let raw: RawInsertProcess | null = null;
    try {
      const { log } = context;
      log(`filling ${topicNames.leadEvents} with ${parameters.warmUp + parameters.touches} touches`);
      const plan = { leads: parameters.leads, keys: "uniform", seed: 1, duplicates: 0 } as const;
      const prefilled = await prefill(cluster, plan, parameters.warmUp + parameters.touches);
      const { kafka, registry, clickhouse } = cluster.addresses;
      raw = await RawInsertProcess.start(
        { brokers: kafka.brokers, registryUrl: registry.url, clickhouse },
        parameters.rawHeapMb,
        context.root,
      );
      const samples: SinkSample[] = [];
      const keep = (sample: SinkSample): void => {
        log(
          `${sample.side}: ${sample.rowsPerSecond} rows/s, ${sample.cpuMicrosPerRow} µs CPU/row${sample.disturbed ? " (disturbed)" : ""}`,
        );
        samples.push(sample);
      };
      let rows = 0;
      for (let repeat = 0; repeat < context.repeats; repeat++) {
        const [ours, theirs] = [`bench_sink_${repeat}`, `bench_raw_${repeat}`] as const;
        keep(await drain(context, cluster, prefilled, ours, parameters));
        const client = await madeDatabase(context, cluster, theirs);
        keep(await raw.run(RAW, { database: theirs, blockRows: parameters.blockRows, warmUp: parameters.warmUp }));
        rows = await compare(client, ours, theirs, prefilled);
        for (const database of [ours, theirs]) await client.command({ query: `DROP DATABASE ${database}` });
        await client.close();
      }
      return result(context, { ...parameters, rowsCompared: rows }, samples);
    } finally {
      await raw?.close();
      await cluster.close();
    }
  },
};

async function drain(
  { root, workFolder }: BenchContext,
  cluster: Cluster,
  prefilled: Prefilled,
  database: string,
  parameters: typeof small,
): Promise<SinkSample> {
  const { url, user, password } = cluster.addresses.clickhouse;
  const dataDir = join(workFolder, database);
  mkdirSync(dataDir, { recursive: true });
  const child = startService({
    root,
    service: "sink",
    addresses: cluster.addresses,
    dataDir,
    logFile: join(workFolder, `${database}.log`),
    nodeArguments: parameters.nodeArguments.split(" ").filter((text) => text !== ""),
    environment: {
      LEADSTREAM_CLICKHOUSE_URL: url,
      LEADSTREAM_CLICKHOUSE_USER: user,
      LEADSTREAM_CLICKHOUSE_PASSWORD: password,
      LEADSTREAM_CLICKHOUSE_DATABASE: database,
      LEADSTREAM_SINK_PORT: "0",
      LEADSTREAM_GROUP_PREFIX: database,
      LEADSTREAM_BLOCK_MAX_ROWS: String(parameters.blockRows),
    },
  });
  try {
    const group = `${database}.sink.${topicNames.leadEvents}`;
    const warm = await watchUntil(cluster, child, group, prefilled, parameters.warmUp, parameters.limitMs);
    const foreign = new ForeignLoad();
    const done = await watchUntil(cluster, child, group, prefilled, prefilled.touches, parameters.limitMs);
    const foreignLoad = foreign.share();
    const rows = (done.events - warm.events) * ROWS_PER_TOUCH;
    await child.stop(STOP_LIMIT_MS);
    return {
      side: OURS,
      rowsPerSecond: rounded((rows / (done.atMs - warm.atMs)) * 1000),
      cpuMicrosPerRow: rounded((done.cpuMicros - warm.cpuMicros) / rows, 3),
      anonymousMb: rounded(done.peakAnonymousBytes / 2 ** 20, 3),
      foreignLoad: rounded(foreignLoad, 2),
      disturbed: foreignLoad > DISTURBED_SHARE,
    };
  } finally {
    await child.kill();
  }
}

async function madeDatabase({ root }: BenchContext, cluster: Cluster, database: string): Promise<ClickHouseClient> {
  const options = { ...cluster.addresses.clickhouse, database };
  await prepareDatabase(options);
  const client = connectClickHouse(options);
  await migrate(client, join(root, "infra/clickhouse/migrations"));
  return client;
}

/** Both sides have the same rows in both tables; their number. */
async function compare(client: ClickHouseClient, ours: string, theirs: string, prefilled: Prefilled): Promise<number> {
  let rows = 0;
  for (const [table, columns] of [
    ["touches", "event_id, lead_id, kind, content, dwell_ms, log_partition, log_offset, log_time"],
    ["ledger_lead_events", "record_type, key, log_partition, log_offset, log_time"],
  ] as const) {
    const query = (database: string): string => `SELECT count() AS rows, sum(cityHash64(${columns})) AS content FROM ${database}.${table}`;
    const answers: unknown[] = [];
    for (const database of [ours, theirs])
      answers.push(...(await (await client.query({ query: query(database), format: "JSONEachRow" })).json()));
    const [left, right] = answers as { rows: number | string; content: string }[];
    if (JSON.stringify(left) !== JSON.stringify(right) || Number(left?.rows) < prefilled.touches)
      throw new BenchError(
        "OUTPUTS_DIFFER",
        `${table} differs or lacks rows: ${JSON.stringify(answers)}, ${prefilled.touches} touches were sent`,
      );
    rows += Number(left?.rows);
  }
  return rows;
}

function result({ root, size }: BenchContext, parameters: BenchResult["parameters"], samples: readonly SinkSample[]): BenchResult {
  type Measure = "rowsPerSecond" | "cpuMicrosPerRow" | "anonymousMb";
  const names = [OURS, RAW];
  const all = (side: string, key: Measure): number[] => samples.filter((sample) => sample.side === side).map((sample) => sample[key]);
  const middle = (side: string, key: Measure): number => median(all(side, key));
  const ratio = (side: string, key: Measure): number => middle(side, key) / middle(RAW, key);
  return {
    bench: "sink",
    size,
    method: [
      "The inbox is filled before. The sink reads, decodes, judges, maps, announces each block, inserts it with its token, confirms it; measured from the commit that passes the warm-up to the last one.",
      "The raw insert holds all records decoded in memory and only encodes and inserts them: same rows, same client, RowBinary, same rows per block, the next block encoded while one is inserted, both tables at once, the server's own insert settings, no token.",
      "Each run has a fresh database with the shipped tables and views. After each pair both tables of both sides are compared by count and by the sum of a hash over their rows.",
    ],
    versions: { kafka: loadStack(root).versions.kafka },
    parameters,
    ratios: {
      ratioRowsPerSecond: rounded(ratio(OURS, "rowsPerSecond"), 3),
      ratioCpuPerRow: rounded(ratio(OURS, "cpuMicrosPerRow"), 3),
    },
    samples,
    table: [
      { title: "side", cells: names },
      { title: "ratio", cells: names.map((side) => ratio(side, "rowsPerSecond").toFixed(2)) },
      { title: "rows/s", cells: names.map((side) => middle(side, "rowsPerSecond").toFixed(0)) },
      { title: "spread", cells: names.map((side) => `${(spread(all(side, "rowsPerSecond")) * 100).toFixed(0)} %`) },
      { title: "CPU µs/row", cells: names.map((side) => middle(side, "cpuMicrosPerRow").toFixed(1)) },
      { title: "anonymous MB", cells: names.map((side) => middle(side, "anonymousMb").toFixed(0)) },
      {
        title: "runs (disturbed)",
        cells: names.map((name) => {
          const own = samples.filter(({ side }) => side === name);
          return `${own.length} (${own.filter(({ disturbed }) => disturbed).length})`;
        }),
      },
    ],
  };
}
