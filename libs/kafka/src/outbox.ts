/**
 * Encoded outputs by partition. Each lane has two sides: what is sent now stays untouched on one while the other is filled,
 * so the caller may go on as soon as a commit has been called.
 */
import type { Outbox, OutboxLane } from "@leadstream/stream";
import { RecordBatchWriter, recordBytesAtMost } from "./record-batch-writer.ts";

/** What one partition gets in a transaction: whole batches in order. */
export interface LaneBatches {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly RecordBatchWriter[];
}

export class KafkaOutbox implements Outbox {
  records = 0;
  bytes = 0;
  private readonly lanes = new Map<string, KafkaOutboxLane>();
  private readonly maximumBatchBytes: number;

  constructor(maximumBatchBytes: number) {
    this.maximumBatchBytes = maximumBatchBytes;
  }

  lane(topic: string, partition: number): OutboxLane {
    const name = `${topic}/${partition}`;
    let lane = this.lanes.get(name);
    if (lane === undefined) {
      lane = new KafkaOutboxLane(this, topic, partition, this.maximumBatchBytes);
      this.lanes.set(name, lane);
    }
    return lane;
  }

  /** Hands over what is there and empties the outbox; the batches stay untouched until the next take. */
  take(): LaneBatches[] {
    this.records = 0;
    this.bytes = 0;
    return [...this.lanes.values()].flatMap((lane) => lane.take() ?? []);
  }

  /** Forgets everything, sent or not, buffers included: a broken connection may still hold them. */
  clear(): void {
    this.records = 0;
    this.bytes = 0;
    for (const lane of this.lanes.values()) lane.clear();
  }
}

class KafkaOutboxLane implements OutboxLane {
  private readonly outbox: KafkaOutbox;
  private readonly topic: string;
  private readonly partition: number;
  private readonly maximumBatchBytes: number;
  private filling = new LaneSide();
  private sending = new LaneSide();

  constructor(outbox: KafkaOutbox, topic: string, partition: number, maximumBatchBytes: number) {
    this.outbox = outbox;
    this.topic = topic;
    this.partition = partition;
    this.maximumBatchBytes = maximumBatchBytes;
  }

  append(timestamp: number, key: string | null, value: Buffer, start: number, end: number): void {
    let batch = this.filling.batch;
    if (batch.records > 0 && batch.bytes + recordBytesAtMost(key, end - start) > this.maximumBatchBytes) batch = this.filling.nextBatch();
    const before = batch.bytes;
    batch.append(timestamp, key, value, start, end);
    this.outbox.records++;
    this.outbox.bytes += batch.bytes - before;
  }

  take(): LaneBatches | null {
    const batches = this.filling.used();
    if (batches.length === 0) return null;
    const emptied = this.sending;
    emptied.reset();
    this.sending = this.filling;
    this.filling = emptied;
    return { topic: this.topic, partition: this.partition, batches };
  }

  clear(): void {
    this.filling = new LaneSide();
    this.sending = new LaneSide();
  }
}

/** Batches of one side; writers are kept for the next round. */
class LaneSide {
  batch = new RecordBatchWriter();
  private readonly batches: RecordBatchWriter[] = [this.batch];
  private current = 0;

  nextBatch(): RecordBatchWriter {
    this.current++;
    this.batches[this.current] ??= new RecordBatchWriter();
    this.batch = this.batches[this.current]!;
    return this.batch;
  }

  used(): readonly RecordBatchWriter[] {
    return this.batches.slice(0, this.current + 1).filter((batch) => batch.records > 0);
  }

  reset(): void {
    for (const batch of this.batches) batch.reset();
    this.current = 0;
    this.batch = this.batches[0]!;
  }
}
