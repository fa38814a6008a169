import type { ServerAddresses } from "@leadstream/infra-local";
import { connectKafka, connectRegistry, ensureTopics, type KafkaConnection, openInbox, topicOffsets } from "@leadstream/kafka";
import { AvroReader, type Decoded, topicDefinitions, topicNames } from "@leadstream/schemas";

export interface StoredEvent {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly record: Decoded;
  readonly bytes: Buffer;
}

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 50 };

/** The other side of the collector: a topic as a reader of committed records sees it. */
export class TopicReader {
  readonly connection: KafkaConnection;
  private readonly registryUrl: string;
  private readonly starts: ReadonlyMap<string, readonly number[]>;

  private constructor(connection: KafkaConnection, registryUrl: string, starts: ReadonlyMap<string, readonly number[]>) {
    this.connection = connection;
    this.registryUrl = registryUrl;
    this.starts = starts;
  }

  static async open(servers: Pick<ServerAddresses, "kafka" | "registry">): Promise<TopicReader> {
    const connection = await connectKafka({
      brokers: servers.kafka.brokers.split(","),
      clientId: "collector-tests",
      connectionTimeoutMs: 3_000,
      requestTimeoutMs: 10_000,
      retries: 10,
      initialRetryTimeMs: 50,
    });
    await ensureTopics(connection, topicDefinitions, { replicationFactor: 1 });
    const starts = new Map<string, readonly number[]>();
    for (const topic of [topicNames.leadEvents, topicNames.marketingSpend]) {
      starts.set(
        topic,
        (await topicOffsets(connection, topic)).map(({ lastStableOffset }) => lastStableOffset),
      );
    }
    return new TopicReader(connection, servers.registry.url, starts);
  }

  /** Events of the topic that `wanted` accepts, from where the reader was opened (or from the topic's start) to its end now. */
  async events(topic: string, wanted: (record: Decoded) => boolean, fromStart = false): Promise<StoredEvent[]> {
    const { wire } = await connectRegistry({ url: this.registryUrl });
    const found: StoredEvent[] = [];
    const { leaders } = await this.connection.topic(topic, true);
    for (const partition of leaders.keys()) {
      const inbox = await openInbox(this.connection, topic, partition);
      const { logStart, lastStableOffset } = await inbox.bounds();
      const start = fromStart ? logStart : (this.starts.get(topic)?.[partition] ?? logStart);
      for (let position = start; position < lastStableOffset; ) {
        const chunk = await inbox.fetch(position, FETCH);
        const cursor = chunk.cursor();
        while (cursor.next()) {
          const bytes = Buffer.from(cursor.buffer.subarray(cursor.valueStart, cursor.valueEnd));
          const key = cursor.buffer.toString("utf8", cursor.keyStart, cursor.keyEnd);
          const record = wire.read(new AvroReader(bytes));
          if (wanted(record)) found.push({ partition, offset: cursor.offset, key, record, bytes });
        }
        position = chunk.next;
      }
      await inbox.close();
    }
    return found;
  }

  close(): void {
    this.connection.close();
  }
}
