/**
 * A batching idempotent producer (acks=all) for what is not part of a fold's transaction: edge events, dead letters, ticks, configuration.
 * Per partition one batch is under way while the next one fills, so order and sequence numbers need no more bookkeeping; a repeated batch keeps its
 * sequence numbers and is written once. Nothing is claimed that the broker did not answer.
 */
import { partitionOf, type RecordHeader } from "@leadstream/stream";
import type { KafkaConnection } from "./connect.ts";
import { KafkaAdapterError } from "./errors.ts";
import { PartitionQueue } from "./producer-queue.ts";
import { ProducerSenders } from "./producer-sender.ts";
import { recordBytesAtMost } from "./record-batch-writer.ts";

export interface ProducerOptions {
  /** How long a first record waits for company. 0: it goes at once, and what comes while a send to its broker is under way goes with the next. */
  readonly lingerMs: number;
  readonly maxBatchRecords: number;
  /** Above this sum of waiting records, `send` rejects with BUFFER_FULL. */
  readonly maxBufferedBytes: number;
  /** After this time without the broker's answer a record is given up with UNAVAILABLE. */
  readonly requestTimeoutMs: number;
  /** Larger records are refused at once. Below the topic's max.message.bytes; default 1 000 000. */
  readonly maxRecordBytes?: number;
}

export interface SendOptions {
  /** Ignored by topics with LogAppendTime; default now. */
  readonly timestamp?: number;
  readonly headers?: readonly RecordHeader[];
}

export interface SentRecord {
  readonly partition: number;
  readonly offset: number;
}

export interface Producer {
  /**
   * Resolves when all in-sync replicas have the record. `partition` null: murmur2 of the key. The value is copied before the call returns.
   * Rejects with BUFFER_FULL or UNAVAILABLE (the record may still have been written: a retry must carry the same event id), RECORD_TOO_LARGE,
   * TOPIC_MISSING, REFUSED or CLOSED.
   */
  send(
    topic: string,
    partition: number | null,
    key: string | Uint8Array | null,
    value: Buffer | null,
    options?: SendOptions,
  ): Promise<SentRecord>;
  /** Bytes that wait for an answer. */
  readonly bufferedBytes: number;
  /** Waits for what was sent so far (at most requestTimeoutMs), then closes. */
  close(): Promise<void>;
}

const DEFAULT_RECORD_BYTES = 1_000_000;
const NO_OPTIONS: SendOptions = {};

export function createProducer(connection: KafkaConnection, options: ProducerOptions): Producer {
  return new KafkaProducer(connection, options);
}

class KafkaProducer implements Producer {
  private readonly connection: KafkaConnection;
  private readonly options: ProducerOptions;
  private readonly maximumBytes: number;
  private readonly senders: ProducerSenders;
  private readonly queues = new Map<string, PartitionQueue[]>();
  private waiting = 0;
  private pending = 0;
  private idle: (() => void) | null = null;
  private closed = false;

  constructor(connection: KafkaConnection, options: ProducerOptions) {
    this.connection = connection;
    this.options = options;
    this.maximumBytes = options.maxRecordBytes ?? DEFAULT_RECORD_BYTES;
    this.senders = new ProducerSenders(connection, options.requestTimeoutMs);
  }

  get bufferedBytes(): number {
    return this.waiting;
  }

  send(
    topic: string,
    partition: number | null,
    key: string | Uint8Array | null,
    value: Buffer | null,
    options: SendOptions = NO_OPTIONS,
  ): Promise<SentRecord> {
    try {
      const bytes = this.sizeOf(topic, key, value, options.headers);
      const queues = this.queues.get(topic);
      if (queues === undefined) return this.sendFirst(topic, partition, key, value && Buffer.from(value), options, bytes);
      return this.append(topic, queues, partition, key, value, options, bytes);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The topic's partitions are asked for first; until then the record waits and counts. */
  private async sendFirst(
    topic: string,
    partition: number | null,
    key: string | Uint8Array | null,
    value: Buffer | null,
    options: SendOptions,
    bytes: number,
  ): Promise<SentRecord> {
    this.began(bytes);
    let sent: Promise<SentRecord>;
    try {
      const queues = await this.openTopic(topic);
      sent = this.append(topic, queues, partition, key, value, options, bytes);
    } finally {
      this.ended(1, bytes);
    }
    return sent;
  }

  private append(
    topic: string,
    queues: readonly PartitionQueue[],
    partition: number | null,
    key: string | Uint8Array | null,
    value: Buffer | null,
    options: SendOptions,
    bytes: number,
  ): Promise<SentRecord> {
    const index = partition ?? this.partitionFor(topic, key, queues.length);
    const queue = queues[index];
    if (queue === undefined)
      throw new KafkaAdapterError("TOPIC_DIFFERS", `${topic} has no partition ${index}`, "Use the count that the topic was made with.");
    const sent = queue.append(options.timestamp ?? Date.now(), key, value, options.headers, bytes);
    this.began(bytes);
    if (this.closed) queue.flush();
    return sent;
  }

  private began(bytes: number): void {
    this.waiting += bytes;
    this.pending++;
  }

  private readonly ended = (records: number, bytes: number): void => {
    this.waiting -= bytes;
    this.pending -= records;
    if (this.pending === 0) this.idle?.();
  };

  async close(): Promise<void> {
    this.closed = true;
    for (const queues of this.queues.values()) for (const queue of queues) queue.flush();
    if (this.pending > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
      });
    }
    this.senders.close();
  }

  /** Throws where the record cannot be taken at all. */
  private sizeOf(topic: string, key: string | Uint8Array | null, value: Buffer | null, headers: readonly RecordHeader[] = []): number {
    if (this.closed) throw new KafkaAdapterError("CLOSED", "the producer is closed", "Nothing was sent.");
    let bytes = recordBytesAtMost(key, value?.length ?? 0);
    for (const header of headers) bytes += header.name.length * 3 + (header.value?.length ?? 0) + 10;
    if (bytes > this.maximumBytes)
      throw new KafkaAdapterError(
        "RECORD_TOO_LARGE",
        `a record of about ${bytes} bytes for ${topic} is above the limit of ${this.maximumBytes}`,
        "Send a smaller one.",
      );
    if (this.waiting + bytes > this.options.maxBufferedBytes)
      throw new KafkaAdapterError(
        "BUFFER_FULL",
        `${this.waiting} bytes wait for Kafka, the limit is ${this.options.maxBufferedBytes}`,
        "Try again later.",
      );
    return bytes;
  }

  private partitionFor(topic: string, key: string | Uint8Array | null, partitions: number): number {
    if (key === null) throw new TypeError(`a record for ${topic} has neither partition nor key`);
    return partitionOf(key, partitions);
  }

  private async openTopic(topic: string): Promise<PartitionQueue[]> {
    const { leaders } = await this.connection.topic(topic);
    const { lingerMs, maxBatchRecords, requestTimeoutMs } = this.options;
    const hooks = { ready: (queue: PartitionQueue) => this.senders.ready(queue), ended: this.ended };
    const limits = { lingerMs, maxBatchRecords, maxBatchBytes: this.maximumBytes, deliveryTimeoutMs: requestTimeoutMs };
    const made = leaders.map((_, partition) => new PartitionQueue(topic, partition, limits, hooks));
    // Another call may have been quicker meanwhile.
    const queues = this.queues.get(topic) ?? made;
    this.queues.set(topic, queues);
    return queues;
  }
}
