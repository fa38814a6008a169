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

interface Waiter {
  resolve(offset: number): void;
  reject(error: Error): void;
}

export class ProducerBatch {
  readonly writer: RecordBatchWriter;
  readonly endsAt: number;
  /** The sealed bytes once it was sent: a repetition must be the same. */
  sealed: Buffer | null = null;
  attempts = 0;
  private readonly waiters: Waiter[] = [];

  constructor(writer: RecordBatchWriter, endsAt: number) {
    this.writer = writer;
    this.endsAt = endsAt;
  }

  wait(): Promise<number> {
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** `baseOffset` -1: written, but the broker no longer knows where. */
  resolve(baseOffset: number): void {
    for (const [index, waiter] of this.waiters.entries()) waiter.resolve(baseOffset < 0 ? -1 : baseOffset + index);
  }

  reject(error: Error): void {
    for (const waiter of this.waiters) waiter.reject(error);
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
  private readonly ready: (queue: PartitionQueue) => void;
  private batches: ProducerBatch[] = [];
  private linger: NodeJS.Timeout | null = null;
  private spare: RecordBatchWriter | null = null;

  constructor(topic: string, partition: number, limits: QueueLimits, ready: (queue: PartitionQueue) => void) {
    this.topic = topic;
    this.partition = partition;
    this.limits = limits;
    this.ready = ready;
  }

  /** Resolves to the record's offset. */
  append(
    timestamp: number,
    key: string | Uint8Array | null,
    value: Buffer | null,
    headers: readonly RecordHeader[] | undefined,
  ): Promise<number> {
    const batch = this.openBatch(recordBytesAtMost(key, value?.length ?? 0));
    batch.writer.append(timestamp, key, value, 0, value?.length ?? 0, headers);
    const offset = batch.wait();
    if (!this.busy) {
      if (this.batches.length > 1 || batch.writer.records >= this.limits.maxBatchRecords || this.limits.lingerMs === 0) this.flush();
      else this.linger ??= setTimeout(() => this.flush(), this.limits.lingerMs);
    }
    return offset;
  }

  flush(): void {
    if (this.linger !== null) clearTimeout(this.linger);
    this.linger = null;
    if (this.busy || this.batches.length === 0) return;
    this.busy = true;
    this.ready(this);
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
    const batch = new ProducerBatch(this.spare ?? new RecordBatchWriter(), performance.now() + deliveryTimeoutMs);
    this.spare = null;
    this.batches.push(batch);
    return batch;
  }
}
