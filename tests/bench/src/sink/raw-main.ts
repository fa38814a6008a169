/**
 * The other side of the sink bench: all records decoded in memory, then nothing but encoding rows and inserting them. No log, no offsets, no token,
 * no hash; the server's own insert settings. Speaks to the bench over IPC.
 */
import { Readable } from "node:stream";
import { type ClickHouseClient, connectClickHouse, RowBinaryWriter, type TableWriter } from "@leadstream/clickhouse";
import { connectKafka, connectRegistry, openInbox } from "@leadstream/kafka";
import { AvroReader, type Decoded, defaultPartitions, topicNames } from "@leadstream/schemas";
import { currentMapper, type RecordOutline } from "@leadstream/sink";
import { anonymousBytesOf } from "../harness/process-usage.ts";

export interface RawSettings {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouse: { readonly url: string; readonly user: string; readonly password: string };
}

export interface RawJob {
  readonly database: string;
  readonly blockRows: number;
  /** Records that are inserted before the clock starts. */
  readonly warmUp: number;
}

export type RawNews =
  | { readonly at: "loaded"; readonly records: number }
  | { readonly at: "warm" }
  | {
      readonly at: "done";
      readonly records: number;
      readonly rows: number;
      readonly elapsedMs: number;
      readonly cpuMicros: number;
      readonly anonymousBytes: number;
    }
  | { readonly at: "failed"; readonly message: string };

type LogPlace = Parameters<typeof currentMapper.map>[0];
interface LoadedRecord {
  readonly place: LogPlace;
  readonly outline: RecordOutline;
  readonly record: Decoded;
}
interface TableRows {
  readonly table: Pick<TableWriter<never>, "table" | "columnNames">;
  readonly writer: RowBinaryWriter;
}

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 500 };
const INITIAL_BYTES = 1 << 20;

async function load({ brokers, registryUrl }: RawSettings): Promise<readonly LoadedRecord[]> {
  const topic = topicNames.leadEvents;
  const options = { clientId: "bench-raw", connectionTimeoutMs: 5_000, requestTimeoutMs: 30_000, retries: 12, initialRetryTimeMs: 20 };
  const kafka = await connectKafka({ brokers: brokers.split(","), ...options });
  const { wire } = await connectRegistry({ url: registryUrl });
  const records: LoadedRecord[] = [];
  const reader = new AvroReader();
  for (let partition = 0; partition < defaultPartitions.lead; partition++) {
    const inbox = await openInbox(kafka, topic, partition);
    const { incarnation } = inbox;
    const { lastStableOffset: end } = await inbox.bounds();
    for (let position = 0; position < end; ) {
      const chunk = await inbox.fetch(position, FETCH);
      const cursor = chunk.cursor();
      while (cursor.next()) {
        const place = { topic, incarnation, partition, offset: cursor.offset, time: cursor.timestamp };
        const key = cursor.keyStart < 0 ? "" : cursor.buffer.toString("utf8", cursor.keyStart, cursor.keyEnd);
        const outline = { key, bytes: cursor.valueEnd - cursor.valueStart };
        records.push({ place, outline, record: wire.read(reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd)) });
      }
      position = chunk.next;
    }
    await inbox.close();
  }
  kafka.close();
  return records;
}

class RawInsert {
  private readonly client: ClickHouseClient;
  private readonly tables = new Map<object, TableRows>();
  private readonly blockRows: number;
  private under: Promise<unknown> = Promise.resolve();
  private held = 0;
  rows = 0;

  constructor(client: ClickHouseClient, blockRows: number) {
    this.client = client;
    this.blockRows = blockRows;
  }

  /** Encodes all; a full block is sent as soon as the one before has arrived, and the next one is encoded meanwhile. */
  async insertAll(records: readonly LoadedRecord[]): Promise<void> {
    for (const record of records) {
      this.add(record);
      if (this.held >= this.blockRows) await this.send();
    }
    if (this.held > 0) await this.send();
    await this.under;
  }

  private add({ place, outline, record }: LoadedRecord): void {
    currentMapper.map(place, outline, record, (table, row) => {
      let rows = this.tables.get(table);
      if (rows === undefined) {
        rows = { table, writer: new RowBinaryWriter(INITIAL_BYTES) };
        this.tables.set(table, rows);
      }
      table.encode(rows.writer, row);
      this.held++;
    });
  }

  private async send(): Promise<void> {
    const inserts = [...this.tables.values()].map(({ table, writer }) => ({ table, bytes: writer.window() }));
    this.tables.clear();
    this.rows += this.held;
    this.held = 0;
    await this.under;
    this.under = Promise.all(inserts.map((each) => this.insert(each.table, each.bytes)));
  }

  private async insert({ table, columnNames }: TableRows["table"], bytes: Buffer): Promise<void> {
    const { stream } = await this.client.exec({
      query: `INSERT INTO ${table} (${columnNames.join(", ")}) FORMAT RowBinary`,
      values: Readable.from([bytes], { objectMode: false }),
    });
    stream.resume();
    await new Promise((resolve, reject) => stream.once("close", resolve).once("error", reject));
  }
}

async function run({ clickhouse }: RawSettings, records: readonly LoadedRecord[], job: RawJob): Promise<void> {
  const client = connectClickHouse({ ...clickhouse, database: job.database });
  const insert = new RawInsert(client, job.blockRows);
  await insert.insertAll(records.slice(0, job.warmUp));
  tell({ at: "warm" });
  const before = insert.rows;
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  await insert.insertAll(records.slice(job.warmUp));
  const { user, system } = process.cpuUsage(cpu);
  tell({
    at: "done",
    records: records.length - job.warmUp,
    rows: insert.rows - before,
    elapsedMs: performance.now() - startedMs,
    cpuMicros: user + system,
    anonymousBytes: anonymousBytesOf(process.pid),
  });
  await client.close();
}

function tell(news: RawNews): void {
  process.send?.(news);
}

const settings = JSON.parse(process.env.RAW_SETTINGS ?? "{}") as RawSettings;
const records = await load(settings);
tell({ at: "loaded", records: records.length });
process.on("message", (job: RawJob) => {
  run(settings, records, job).catch((error: unknown) => tell({ at: "failed", message: String(error) }));
});
