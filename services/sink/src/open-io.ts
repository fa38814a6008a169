import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type ClickHouseClient, connectClickHouse, insertBlock, migrate, prepareDatabase, waitForClickHouse } from "@leadstream/clickhouse";
import {
  connectKafka,
  connectRegistry,
  createGroup,
  createOffsetCommits,
  createProducer,
  KafkaAdapterError,
  type KafkaConnection,
  openInbox,
  type Producer,
  type Registry,
  retriable,
} from "@leadstream/kafka";
import { AvroDecodeError, AvroWriter, type TopicDefinition, topicDefinitions, topicNames } from "@leadstream/schemas";
import { DeadLetterGuard, type InboxTopic } from "@leadstream/stream";
import { systemClock, type Telemetry } from "@leadstream/telemetry";
import type { SinkConfig } from "./config.ts";
import type { BlockStore, DeadLetterWriter } from "./ports.ts";
import type { SinkPorts } from "./sink-io.ts";

/** The clients of the sink; the only place where they are made. */
export interface SinkIo {
  /** One entry per topic. */
  readonly topics: readonly SinkPorts[];
  close(): Promise<void>;
}

const migrations = join(import.meta.dirname, "../../../infra/clickhouse/migrations");

/** Connects to broker, registry and ClickHouse and brings the tables up to date. Throws an error that names the setting to correct. */
export async function openSinkIo(config: SinkConfig, telemetry: Telemetry, stop: AbortSignal): Promise<SinkIo> {
  const directory = join(config.dataDir, "sink");
  mkdirSync(directory, { recursive: true });
  const client = await openClickHouse(config);
  const kafka = await connectKafka({
    brokers: config.kafkaBrokers,
    clientId: `${config.groupPrefix}-sink`,
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: config.requestTimeoutMs,
    retries: 12,
    initialRetryTimeMs: 20,
  });
  const registry = await connectRegistry({ url: config.registryUrl, cacheFile: join(directory, "schema-ids.json") });
  const producer = createProducer(kafka, {
    lingerMs: 0,
    maxBatchRecords: 1_000,
    maxBufferedBytes: 32 << 20,
    maxRecordBytes: 4 << 20,
    requestTimeoutMs: config.requestTimeoutMs,
  });
  const shared = {
    deadLetters: deadLetterWriter(producer, registry),
    store: blockStore(client, config, telemetry, stop),
    clock: systemClock,
  };
  const topics = topicDefinitions.map((definition) => ({ ...shared, ...topicIo(definition, config, kafka, registry, directory) }));
  return {
    topics,
    close: async () => {
      await producer.close();
      for (const topic of topics) topic.closeOffsets();
      kafka.close();
      await client.close();
    },
  };
}

async function openClickHouse(config: SinkConfig): Promise<ClickHouseClient> {
  const options = {
    url: config.clickhouseUrl,
    user: config.clickhouseUser,
    password: config.clickhousePassword,
    database: config.clickhouseDatabase,
    requestTimeoutMs: config.insertTimeoutMs,
    application: "leadstream-sink",
  };
  const client = connectClickHouse(options);
  await waitForClickHouse(client, config.clickhouseWaitMs);
  await prepareDatabase(options);
  await migrate(client, migrations, config.clickhouseCluster === undefined ? {} : { cluster: config.clickhouseCluster });
  return client;
}

function topicIo(definition: TopicDefinition, config: SinkConfig, kafka: KafkaConnection, registry: Registry, directory: string) {
  const { name: topic } = definition;
  const groupId = `${config.groupPrefix}.sink.${topic}`;
  const group = createGroup(kafka, {
    groupId,
    topic,
    sessionTimeoutMs: config.sessionTimeoutMs,
    heartbeatIntervalMs: Math.floor(config.sessionTimeoutMs / 4),
    rebalanceTimeoutMs: config.shutdownLimitMs * 2,
    // The port that this process listens on keeps a second one from sharing the file.
    memberIdFile: config.sinkPort === 0 ? undefined : join(directory, `member-${hostname()}-${config.sinkPort}-${topic}`),
  });
  const commits = createOffsetCommits(kafka, groupId, group);
  const inbox: InboxTopic = {
    topic,
    partitions: { lead: config.leadPartitions, team: config.teamPartitions, other: config.otherPartitions }[definition.group],
    wire: registry.wire,
    resolveSchema: (schemaId) => resolveSchema(registry, schemaId),
    group: () => group,
    open: (partition) => openInbox(kafka, topic, partition),
  };
  return {
    inbox,
    offsets: {
      committed: (partitions: readonly number[]) => commits.fetch(topic, partitions),
      commit: (offsets: readonly { partition: number; offset: number; metadata: string }[]) =>
        commits.commit(offsets.map((each) => ({ topic, ...each }))),
    },
    guard: new DeadLetterGuard(topic, {
      maxRun: config.deadLetterMaxRun,
      maxRatio: config.deadLetterMaxRatio,
      window: config.deadLetterWindow,
    }),
    closeOffsets: () => commits.close(),
  };
}

/** A schema id that the registry does not know, or that is none of ours, makes its records bad; a registry that is away makes them wait. */
async function resolveSchema(registry: Registry, schemaId: number): Promise<void> {
  try {
    await registry.resolveUnknown(schemaId);
  } catch (error) {
    if (!(error instanceof KafkaAdapterError) || (error.code !== "UNKNOWN_SCHEMA_ID" && error.code !== "SCHEMA_REFUSED")) throw error;
    const { message } = error;
    const read = (): never => {
      throw new AvroDecodeError(message);
    };
    registry.wire.addReader(schemaId, { type: "Tick", read });
  }
}

function deadLetterWriter(producer: Producer, registry: Registry): DeadLetterWriter {
  return {
    async append(letters) {
      const writer = new AvroWriter();
      try {
        await Promise.all(
          letters.map((letter) => {
            writer.reset();
            registry.wire.write(writer, "DeadLetter", letter);
            return producer.send(topicNames.deadLetters, null, `${letter.topic}-${letter.partition}-${letter.offset}`, writer.slice());
          }),
        );
      } catch (error) {
        throw retriable(error);
      }
    },
  };
}

function blockStore(client: ClickHouseClient, config: SinkConfig, { metrics, log }: Telemetry, stop: AbortSignal): BlockStore {
  const limits = {
    initialBackoffMs: config.insertBackoffMs,
    maximumBackoffMs: config.insertMaximumBackoffMs,
    limitMs: config.insertLimitMs,
  };
  return {
    async insert(block) {
      const { table } = block;
      const startedMs = performance.now();
      await insertBlock(client, { ...block, format: "RowBinary" }, limits, {
        signal: stop,
        sleep: (durationMs) => systemClock.sleep(durationMs, stop),
        retrying: (attempt, error) => {
          const code = (error as { type?: string; code?: string }).type ?? (error as { code?: string }).code ?? "UNKNOWN";
          metrics.insertRetries.add({ table, code });
          if (attempt === 1 || attempt % 10 === 0) log.warn({ table, attempt, code }, "insert is sent again");
        },
      });
      metrics.insertLatency.observe({ table }, (performance.now() - startedMs) / 1_000);
      metrics.insertBlockRows.observe({ table }, block.rows);
      metrics.insertedRows.add({ table }, block.rows);
    },
  };
}
