import type { ClickHouseClient } from "@leadstream/clickhouse";
import { groupPrefix, type ReplayResult, type StackClients } from "@leadstream/ctl";
import { createOffsetCommits, type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import { AvroDecodeError, AvroReader, type Decoded, topicDefinitions, UnknownSchemaIdError } from "@leadstream/schemas";
import { Kafka, logLevel } from "kafkajs";
import {
  type Evidence,
  folds,
  type LogRecord,
  type OffsetSample,
  type PartitionLog,
  type StoredOutput,
  type StoredRecord,
} from "./evidence.ts";

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 100 };

export interface GatherWish {
  readonly brokers: string;
  readonly clients: StackClients;
  readonly journal: ReadonlySet<string>;
  readonly capacities: ReadonlyMap<string, number>;
  /** Samples taken during the run; the final offsets are added. */
  readonly offsets: readonly OffsetSample[];
  readonly replays: readonly ReplayResult[];
  readonly gaveUp: readonly string[];
}

/** Reads all topics, the ledger and the event tables. Offsets are read after the topics: an output may not be newer than its input's commit. */
export async function gatherEvidence(wish: GatherWish): Promise<Evidence> {
  const { clients, journal, capacities, replays, gaveUp } = wish;
  const kafka = await clients.kafka();
  const logs = await readLogs(wish.brokers, kafka, await clients.registry());
  const clickhouse = clients.clickhouse();
  return {
    journal,
    logs,
    ledger: await readLedger(clickhouse),
    storedEvents: await readEvents(clickhouse),
    countedEvents: await readCounts(clickhouse),
    storedOutputs: await readOutputs(clickhouse),
    offsets: [...wish.offsets, ...(await sampleOffsets(kafka))],
    capacities,
    replays,
    gaveUp,
  };
}

/** Committed offsets of all folds and of the sink, now. */
export async function sampleOffsets(kafka: KafkaConnection): Promise<OffsetSample[]> {
  const groups = [
    ...folds.map(({ name, inbox }) => ({ group: name as string, topic: inbox as string })),
    ...topicDefinitions.map(({ name }) => ({ group: `sink.${name}`, topic: name })),
  ];
  const samples = await Promise.all(
    groups.map(async ({ group, topic }) => {
      const commits = createOffsetCommits(kafka, `${groupPrefix}.${group}`, null);
      try {
        const { leaders } = await kafka.topic(topic);
        const found = await commits.fetch(topic, [...leaders.keys()]);
        return [...found].map(([partition, { offset }]) => ({ group, topic, partition, offset }));
      } finally {
        commits.close();
      }
    }),
  );
  return samples.flat();
}

export async function readLogs(
  brokers: string,
  kafka: KafkaConnection,
  registry: Registry,
  topics: readonly string[] = topicDefinitions.map(({ name }) => name),
): Promise<PartitionLog[]> {
  const logs: PartitionLog[] = [];
  const admin = new Kafka({ clientId: "leadstream-checker", brokers: brokers.split(","), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    for (const topic of topics) {
      const marks = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]));
      const { leaders } = await kafka.topic(topic);
      for (const partition of leaders.keys()) {
        const { end, records } = await readPartition(kafka, registry, topic, partition);
        logs.push({ topic, partition, end, highWatermark: marks.get(partition) ?? 0, records });
      }
    }
  } finally {
    await admin.disconnect();
  }
  return logs;
}

async function readPartition(
  kafka: KafkaConnection,
  registry: Registry,
  topic: string,
  partition: number,
): Promise<Pick<PartitionLog, "end" | "records">> {
  const inbox = await openInbox(kafka, topic, partition);
  const reader = new AvroReader();
  const records: LogRecord[] = [];
  try {
    const { logStart, lastStableOffset: end } = await inbox.bounds();
    for (let position = logStart; position < end; ) {
      const chunk = await inbox.fetch(position, FETCH);
      const cursor = chunk.cursor();
      while (cursor.next() && cursor.offset < end) {
        const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
        records.push({
          offset: cursor.offset,
          logTime: cursor.timestamp,
          key: keyStart < 0 ? null : buffer.utf8Slice(keyStart, keyEnd),
          record: valueStart < 0 ? null : decode(registry, reader.window(buffer, valueStart, valueEnd)),
        });
      }
      position = chunk.next;
    }
    return { end, records };
  } finally {
    await inbox.close();
  }
}

function decode({ wire }: Registry, reader: AvroReader): Decoded | null {
  try {
    return wire.read(reader);
  } catch (error) {
    if (error instanceof AvroDecodeError || error instanceof UnknownSchemaIdError) return null;
    throw error;
  }
}

async function rows<T>(client: ClickHouseClient, query: string): Promise<T[]> {
  const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 } as const;
  return (await client.query({ query, format: "JSONEachRow", clickhouse_settings })).json<T>();
}

export function readLedger(client: ClickHouseClient): Promise<StoredRecord[]> {
  return rows(
    client,
    "SELECT topic, log_partition AS partition, log_offset AS offset, count() AS copies FROM records GROUP BY topic, incarnation, log_partition, log_offset",
  );
}

async function readEvents(client: ClickHouseClient): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const table of ["captures", "touches", "statuses", "commands"]) {
    const events = await rows<{ id: string }>(client, `SELECT concat(lead_id, ' ', event_id) AS id FROM ${table} FINAL`);
    if (new Set(events.map(({ id }) => id)).size !== events.length) throw new Error(`${table} FINAL holds an event twice`);
    found.set(table, new Set(events.map(({ id }) => id)));
  }
  return found;
}

async function readCounts(client: ClickHouseClient): Promise<Map<string, number>> {
  const counts = await rows<{ cause: string; events: number }>(client, "SELECT cause, events FROM event_counts");
  return new Map(counts.map(({ cause, events }) => [cause, events]));
}

async function readOutputs(client: ClickHouseClient): Promise<StoredOutput[]> {
  const found: StoredOutput[] = [];
  for (const table of ["scores", "signals", "assignments", "alerts"]) {
    found.push(
      ...(await rows<StoredOutput>(
        client,
        `SELECT '${table}' AS table, lead_id AS leadId, log_partition AS partition, log_offset AS offset,
           source_topic AS sourceTopic, source_offset AS sourceOffset, n FROM ${table}`,
      )),
    );
  }
  return found;
}
