import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { logicFingerprint } from "@leadstream/config";
import {
  connectKafka,
  connectRegistry,
  createGroup,
  createProducer,
  createTickWriter,
  createTransactionalWriter,
  KafkaAdapterError,
  openInbox,
  type Registry,
} from "@leadstream/kafka";
import { AvroDecodeError, AvroWriter, type TopicName, topicDefinitions, type WireFormat } from "@leadstream/schemas";
import { type FolderLock, lockFolder, openStateStore } from "@leadstream/state";
import type { InboxTopic, OutputTopic, StateStores, StreamIo, TickWriter, Transactions } from "@leadstream/stream";
import type { FoldServiceSettings } from "./settings.ts";

/** The clients of one fold service; the only place where they are made. */
export interface FoldIo extends StreamIo {
  close(): Promise<void>;
}

/**
 * Connects to broker and registry. `logicFolders` are the packages whose code decides what a state is: their fingerprint names the logic of every store.
 * Throws an error that names the setting to correct when a server does not answer.
 */
export async function openFoldIo(service: string, settings: FoldServiceSettings, logicFolders: readonly string[]): Promise<FoldIo> {
  const directory = join(settings.dataDir, service);
  mkdirSync(directory, { recursive: true });
  // Before anything is joined: a second process on this folder would join in the first one's name and end its session (F20).
  const lock = await lockFolder(directory);
  try {
    return await connect(service, settings, { directory, logicFolders, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Place {
  readonly directory: string;
  readonly logicFolders: readonly string[];
  readonly lock: FolderLock;
}

async function connect(service: string, settings: FoldServiceSettings, { directory, logicFolders, lock }: Place): Promise<FoldIo> {
  const connecting = connectKafka({
    brokers: settings.kafkaBrokers,
    clientId: `${settings.groupPrefix}-${service}`,
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: settings.requestTimeoutMs,
    retries: 12,
    initialRetryTimeMs: 20,
  });
  const asking = connectRegistry({ url: settings.registryUrl, cacheFile: join(directory, "schema-ids.json") });
  const [kafka, registry] = await Promise.all([connecting, asking]);
  const producer = createProducer(kafka, {
    lingerMs: 0,
    maxBatchRecords: 1_000,
    maxBufferedBytes: 8 << 20,
    requestTimeoutMs: settings.requestTimeoutMs,
  });
  const tick = encodeTick(registry.wire, service);
  const fingerprint = logicFingerprint(logicFolders);
  const partitionsOf = (topic: TopicName): number => {
    const group = topicDefinitions.find((definition) => definition.name === topic)?.group ?? "other";
    return { lead: settings.leadPartitions, team: settings.teamPartitions, other: settings.otherPartitions }[group];
  };
  const groupIdOf = (topologyName: string): string => `${settings.groupPrefix}.${topologyName}`;
  return {
    inbox: (topic, topologyName): InboxTopic => ({
      topic,
      partitions: partitionsOf(topic),
      wire: registry.wire,
      resolveSchema: (schemaId) => resolveSchema(registry, schemaId),
      group: () =>
        createGroup(kafka, {
          groupId: groupIdOf(topologyName),
          topic,
          sessionTimeoutMs: settings.sessionTimeoutMs,
          heartbeatIntervalMs: Math.floor(settings.sessionTimeoutMs / 4),
          rebalanceTimeoutMs: settings.shutdownLimitMs * 2,
          memberIdFile: join(directory, `${topologyName}-member`),
        }),
      open: (partition) => openInbox(kafka, topic, partition, true),
    }),
    output: (topic): OutputTopic => ({ topic, partitions: partitionsOf(topic) }),
    stores: (topologyName): StateStores => ({
      fingerprint,
      store: (partition) =>
        openStateStore({
          directory,
          name: topologyName,
          partition,
          mapSizeBytes: settings.storeMapMb * 2 ** 20,
          writeLimitMs: settings.storeWriteLimitMs,
        }),
    }),
    transactions: (topologyName, inbox): Transactions => ({
      writer: (partition, outputs) =>
        createTransactionalWriter(kafka, {
          transactionalId: `${groupIdOf(topologyName)}.${partition}`,
          groupId: groupIdOf(topologyName),
          topic: inbox,
          partition,
          outputs,
        }),
    }),
    ticks: (topic): TickWriter => createTickWriter(producer, topic, tick),
    close: async () => {
      await producer.close();
      kafka.close();
      await lock.release();
    },
  };
}

function encodeTick(wire: WireFormat, writer: string): Buffer {
  const bytes = new AvroWriter(64);
  wire.write(bytes, "Tick", { writer });
  return bytes.slice();
}

/** A schema id that the registry does not know, or that is none of ours, makes its records poison; a registry that is away makes them wait. */
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
