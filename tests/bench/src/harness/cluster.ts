import { join } from "node:path";
import {
  freePorts,
  loadStack,
  type PortName,
  type Ports,
  type ServerAddresses,
  type ServerName,
  startServers,
} from "@leadstream/infra-local";
import {
  connectKafka,
  connectRegistry,
  createProducer,
  ensureTopics,
  type KafkaConnection,
  type Producer,
  type Registry,
} from "@leadstream/kafka";
import { defaultPartitions, topicDefinitions } from "@leadstream/schemas";
import { type Admin, Kafka, logLevel } from "kafkajs";
import type { BenchContext } from "./bench.ts";
import { until } from "./poll.ts";

/** Servers of a bench with the clients that it prepares and measures with. */
export interface Cluster {
  readonly addresses: ServerAddresses;
  readonly kafka: KafkaConnection;
  readonly registry: Registry;
  readonly producer: Producer;
  readonly admin: Admin;
  /** Deletes the topics where they exist and makes them anew, empty. */
  emptyTopics(topics: readonly string[]): Promise<void>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const TOPIC_LIMIT_MS = 30_000;

/** Starts fresh servers, always its own: a bench empties topics that others may use. Makes all topics. */
export async function openCluster(
  { root, workFolder, log }: BenchContext,
  only: readonly ServerName[] = ["kafka", "registry"],
): Promise<Cluster> {
  const servers = await startServers({ root, dataDir: join(workFolder, "servers"), ports: await stackPorts(root), log, only });
  const brokers = servers.kafka.brokers.split(",");
  const kafka = await connectKafka({
    brokers,
    clientId: "bench",
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: 30_000,
    retries: 12,
    initialRetryTimeMs: 20,
  });
  const registry = await connectRegistry({ url: servers.registry.url });
  await ensureTopics(kafka, topicDefinitions, { replicationFactor: 1 });
  const producer = createProducer(kafka, { lingerMs: 5, maxBatchRecords: 4_000, maxBufferedBytes: 64 << 20, requestTimeoutMs: 30_000 });
  const admin = new Kafka({
    brokers,
    clientId: "bench-watch",
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, retries: 20 },
  }).admin();
  await admin.connect();
  const deleteTopics = async (topics: readonly string[]): Promise<void> => {
    const existing = new Set(await admin.listTopics());
    const wanted = topics.filter((topic) => existing.has(topic));
    if (wanted.length > 0) await admin.deleteTopics({ topics: wanted });
    await until(`deletion of ${wanted.join(", ")}`, TOPIC_LIMIT_MS, 50, async () => {
      const left = new Set(await admin.listTopics());
      return wanted.some((topic) => left.has(topic)) ? null : true;
    });
  };
  return {
    addresses: servers,
    kafka,
    registry,
    producer,
    admin,
    deleteTopics,
    async emptyTopics(topics) {
      await deleteTopics(topics);
      await admin.createTopics({
        // The stock wait takes a topic that is not known everywhere yet for a fault.
        waitForLeaders: false,
        topics: topics.map((topic) => ({
          topic,
          numPartitions: defaultPartitions.lead,
          replicationFactor: 1,
          configEntries: [
            { name: "message.timestamp.type", value: "LogAppendTime" },
            { name: "retention.ms", value: "-1" },
          ],
        })),
      });
      await until(`leaders of ${topics.join(", ")}`, TOPIC_LIMIT_MS, 50, async () => {
        const found = await admin.fetchTopicMetadata({ topics: [...topics] }).catch(() => null);
        const led = found?.topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
        return led?.length === topics.length ? true : null;
      });
    },
    async close() {
      await admin.disconnect();
      await producer.close();
      kafka.close();
      await servers.stop();
    },
  };
}

async function stackPorts(root: string): Promise<Ports> {
  const names = Object.keys(loadStack(root).ports) as PortName[];
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, free[index]])) as Ports;
}
