import { AvroReader, AvroWriter, codecs, type Decoded, type RecordName, type Records, WireFormat } from "@leadstream/schemas";
import { partitionOf } from "./partitioner.ts";
import type { Outbox, OutboxLane, RecordChunk, RecordCursor, RecordHeader } from "./ports.ts";

export interface MemoryRecord {
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** Wire format with ids of its own, for runs without a registry. */
export function memoryWireFormat(): WireFormat {
  return new WireFormat((Object.keys(codecs) as RecordName[]).map((name, index) => [name, index + 1] as const));
}

/** Topics in memory: what was appended, in order, per partition. */
export class MemoryBroker {
  readonly wire: WireFormat = memoryWireFormat();
  private readonly topics = new Map<string, MemoryRecord[][]>();
  private readonly writer = new AvroWriter();

  /** Partitions of a topic, made at its first use with `partitions` of them. */
  topic(name: string, partitions = 1): readonly MemoryRecord[][] {
    let records = this.topics.get(name);
    if (records === undefined) {
      records = Array.from({ length: partitions }, () => []);
      this.topics.set(name, records);
    }
    return records;
  }

  appendBytes(topic: string, partition: number, record: MemoryRecord): void {
    this.topics.get(topic)![partition]!.push(record);
  }

  /** Encodes and appends as a producer would; partition by key unless given. */
  append<N extends RecordName>(topic: string, type: N, key: string | null, value: Records[N], timestamp: number, partition?: number): void {
    const partitions = this.topics.get(topic)!;
    this.writer.reset();
    this.wire.write(this.writer, type, value);
    const target = partition ?? (key === null ? 0 : partitionOf(key, partitions.length));
    this.appendBytes(topic, target, { timestamp, key: key === null ? null : Buffer.from(key), value: this.writer.slice(), headers: [] });
  }

  /** Everything on a topic, decoded, partition by partition. */
  read(topic: string): Decoded[] {
    const reader = new AvroReader();
    return (this.topics.get(topic) ?? []).flat().map((record) => this.wire.read(reader.window(record.value!, 0, record.value!.length)));
  }
}

/** Cursor over records in memory, from `from` to the end. */
export class MemoryCursor implements RecordCursor {
  offset: number;
  private readonly records: readonly MemoryRecord[];
  private readonly end: number;
  timestamp = 0;
  buffer: Buffer = Buffer.alloc(0);
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;

  constructor(records: readonly MemoryRecord[], from: number, end = records.length) {
    this.records = records;
    this.offset = from - 1;
    this.end = end;
  }

  next(): boolean {
    if (this.offset + 1 >= this.end) return false;
    const record = this.records[++this.offset]!;
    const key = record.key ?? Buffer.alloc(0);
    const value = record.value ?? Buffer.alloc(0);
    this.buffer = Buffer.concat([key, value]);
    this.timestamp = record.timestamp;
    this.keyStart = record.key === null ? -1 : 0;
    this.keyEnd = record.key === null ? -1 : key.length;
    this.valueStart = record.value === null ? -1 : key.length;
    this.valueEnd = record.value === null ? -1 : key.length + value.length;
    return true;
  }

  headers(): RecordHeader[] {
    return [...this.records[this.offset]!.headers];
  }
}

export function memoryChunk(records: readonly MemoryRecord[], from: number, limit = Number.POSITIVE_INFINITY): RecordChunk {
  const end = Math.min(records.length, from + limit);
  return { records: end - from, next: end, lastStableOffset: records.length, cursor: () => new MemoryCursor(records, from, end) };
}

/** Outbox that keeps what was appended until it is taken: by a commit, or at once by the driver. */
export class MemoryOutbox implements Outbox {
  records = 0;
  bytes = 0;
  private pending: { topic: string; partition: number; record: MemoryRecord }[] = [];

  lane(topic: string, partition: number): OutboxLane {
    return {
      append: (timestamp, key, value, start, end) => {
        const bytes = Buffer.from(value.subarray(start, end));
        this.pending.push({
          topic,
          partition,
          record: { timestamp, key: key === null ? null : Buffer.from(key), value: bytes, headers: [] },
        });
        this.records++;
        this.bytes += bytes.length;
      },
    };
  }

  take(): { topic: string; partition: number; record: MemoryRecord }[] {
    const { pending } = this;
    this.pending = [];
    this.records = 0;
    this.bytes = 0;
    return pending;
  }
}
