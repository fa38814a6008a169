/** What the suites against a real broker share: our connection, a stock kafkajs client on the other side, topics under unique names. */
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import type { RecordChunk } from "@leadstream/stream";
import { eventually } from "@leadstream/testing";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { connectKafka, type KafkaConnection, type KafkaOptions } from "../src/index.ts";

export function options(overrides: Partial<KafkaOptions> = {}): KafkaOptions {
  return {
    brokers: sharedTestServers().kafka.brokers.split(","),
    clientId: "kafka-tests",
    connectionTimeoutMs: 3_000,
    requestTimeoutMs: 10_000,
    retries: 8,
    initialRetryTimeMs: 20,
    ...overrides,
  };
}

export const connect = (overrides: Partial<KafkaOptions> = {}): Promise<KafkaConnection> => connectKafka(options(overrides));

export function stockClient(): Kafka {
  return new Kafka({
    brokers: [...options().brokers],
    clientId: "stock",
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 20 },
  });
}

export async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = stockClient().admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export async function createTopic(partitions: number, name = uniqueName("kafka"), settings: Record<string, string> = {}): Promise<string> {
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
  await withAdmin(async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic: name, numPartitions: partitions, replicationFactor: 1, configEntries }],
    });
    // A leader is named a moment before it serves.
    await eventually(async () => (await admin.fetchTopicOffsets(name)).length === partitions, { what: `leaders of ${name}` });
  });
  return name;
}

export interface ShownRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
}

export function recordsOf(chunk: RecordChunk): ShownRecord[] {
  const cursor = chunk.cursor();
  const records: ShownRecord[] = [];
  while (cursor.next()) {
    const { offset, timestamp, buffer } = cursor;
    records.push({
      offset,
      timestamp,
      key: cursor.keyStart < 0 ? null : buffer.toString("utf8", cursor.keyStart, cursor.keyEnd),
      value: cursor.valueStart < 0 ? null : buffer.toString("utf8", cursor.valueStart, cursor.valueEnd),
    });
  }
  return records;
}
