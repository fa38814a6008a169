/** Records of one partition on their way: batches that fill, wait and are under way, in order. */
import type { RecordHeader } from "@leadstream/stream";
import { KafkaAdapterError } from "./errors.ts";
import { RecordBatchWriter, recordBytesAtMost } from "./record-batch-writer.ts";

export interface QueueLimits {
  readonly lingerMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly deliveryTimeoutMs: number;
}

/** Where a record came to lie. */
interface Place {
  readonly partition: number;
  readonly offset: number;
}

interface Waiter {
  resolve(place: Place): void;
  reject(error: Error): void;
}

export interface QueueHooks {
  /** The queue has a batch to send. */
  ready(queue: PartitionQueue): void;
  /** So many records, with the bytes that were told for them, were answered or given up. */
  ended(records: number, bytes: number): void;
}

export class ProducerBatch {
  readonly writer: RecordBatchWriter;
  readonly endsAt: number;
  /** The sealed bytes once it was sent: a repetition must be the same. */
  sealed: Buffer | null = null;
  attempts = 0;
  private readonly partition: number;
  private readonly ended: QueueHooks["ended"];
  private readonly waiters: Waiter[] = [];
  private bytes = 0;

  constructor(writer: RecordBatchWriter, endsAt: number, partition: number, ended: QueueHooks["ended"]) {
    this.writer = writer;
    this.endsAt = endsAt;
    this.partition = partition;
    this.ended = ended;
  }

  wait(bytes: number): Promise<Place> {
    this.bytes += bytes;
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** `baseOffset` -1: written, but the broker no longer knows where. */
  resolve(baseOffset: number): void {
    const { waiters, partition } = this;
    for (let index = 0; index < waiters.length; index++)
      waiters[index]!.resolve({ partition, offset: baseOffset < 0 ? -1 : baseOffset + index });
    this.ended(waiters.length, this.bytes);
  }

  reject(error: Error): void {
    for (const waiter of this.waiters) waiter.reject(error);
    this.ended(this.waiters.length, this.bytes);
  }
}

export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Set while a sender has the queue: it looks for further batches itself. */
  busy = false;
  /** The leader has refused or was not reached: ask who it is. */
  leaderDoubtful = false;
  /** Next sequence number under the producer id `sequenceOf`. */
  sequence = 0;
  sequenceOf = -1;
  private readonly limits: QueueLimits;
  private readonly hooks: QueueHooks;
  private batches: ProducerBatch[] = [];
  private linger: NodeJS.Timeout | null = null;
  private spare: RecordBatchWriter | null = null;

  constructor(topic: string, partition: number, limits: QueueLimits, hooks: QueueHooks) {
    this.topic = topic;
    this.partition = partition;
    this.limits = limits;
    this.hooks = hooks;
  }

  /** Resolves to where the record lies. `bytes`: what it counts for until then. */
  append(
    timestamp: number,
    key: string | Uint8Array | null,
    value: Buffer | null,
    headers: readonly RecordHeader[] | undefined,
    bytes: number,
  ): Promise<Place> {
    const batch = this.openBatch(recordBytesAtMost(key, value?.length ?? 0));
    batch.writer.append(timestamp, key, value, 0, value?.length ?? 0, headers);
    const place = batch.wait(bytes);
    if (!this.busy) {
      if (this.batches.length > 1 || batch.writer.records >= this.limits.maxBatchRecords || this.limits.lingerMs === 0) this.flush();
      else this.linger ??= setTimeout(() => this.flush(), this.limits.lingerMs);
    }
    return place;
  }

  flush(): void {
    if (this.linger !== null) clearTimeout(this.linger);
    this.linger = null;
    if (this.busy || this.batches.length === 0) return;
    this.busy = true;
    this.hooks.ready(this);
  }

  get head(): ProducerBatch | undefined {
    return this.batches[0];
  }

  /** The head was answered or given up. */
  removeHead(): void {
    const batch = this.batches.shift();
    if (batch === undefined) return;
    batch.writer.reset();
    this.spare ??= batch.writer;
  }

  /** Gives up what has waited too long; true when the head was among it and had been sent, so that its fate is unknown. */
  expire(now: number, reason: string): boolean {
    const late = this.batches.filter((batch) => batch.endsAt <= now);
    if (late.length === 0) return false;
    const unknown = late[0] === this.head && late[0]!.sealed !== null;
    this.batches = this.batches.filter((batch) => batch.endsAt > now);
    for (const batch of late)
      batch.reject(
        new KafkaAdapterError(
          "UNAVAILABLE",
          `${this.topic}[${this.partition}] took no records within ${this.limits.deliveryTimeoutMs} ms (${reason})`,
          "Try again with the same ids: what was not acknowledged may have been written all the same.",
        ),
      );
    return unknown;
  }

  private openBatch(bytes: number): ProducerBatch {
    const last = this.batches.at(-1);
    const { maxBatchRecords, maxBatchBytes, deliveryTimeoutMs } = this.limits;
    const fits =
      last !== undefined && last.sealed === null && last.writer.records < maxBatchRecords && last.writer.bytes + bytes <= maxBatchBytes;
    if (fits) return last;
    const batch = new ProducerBatch(
      this.spare ?? new RecordBatchWriter(),
      performance.now() + deliveryTimeoutMs,
      this.partition,
      this.hooks.ended,
    );
    this.spare = null;
    this.batches.push(batch);
    return batch;
  }
}
