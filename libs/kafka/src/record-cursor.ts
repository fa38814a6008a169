/** The RecordCursor port over the segments of a fetch answer: shows windows, makes no object per record. */
import type { RecordCursor, RecordHeader } from "@leadstream/stream";
import { KafkaAdapterError } from "./errors.ts";
import type { RecordSegment } from "./record-batch-reader.ts";

const EMPTY = Buffer.alloc(0);

export class BatchCursor implements RecordCursor {
  offset = -1;
  timestamp = -1;
  buffer: Buffer = EMPTY;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  private readonly segments: readonly RecordSegment[];
  private readonly position: number;
  private segment = 0;
  private at = 0;
  private end = 0;
  private headersStart = 0;
  private baseOffset = 0;
  private baseTimestamp = 0;
  private logAppendTime = -1;

  /** Shows records from `position` on. */
  constructor(segments: readonly RecordSegment[], position: number) {
    this.segments = segments;
    this.position = position;
  }

  next(): boolean {
    do {
      while (this.at >= this.end) if (!this.enterSegment()) return false;
      this.readRecord();
    } while (this.offset < this.position);
    return true;
  }

  headers(): RecordHeader[] {
    const next = this.at;
    this.at = this.headersStart;
    const headers: RecordHeader[] = [];
    for (let left = this.varint(); left > 0; left--) {
      const nameBytes = this.varint();
      const name = this.buffer.toString("utf8", this.at, this.at + nameBytes);
      this.at += nameBytes;
      const valueBytes = this.varint();
      headers.push({ name, value: valueBytes < 0 ? null : Buffer.from(this.buffer.subarray(this.at, this.at + valueBytes)) });
      if (valueBytes > 0) this.at += valueBytes;
    }
    this.at = next;
    return headers;
  }

  private enterSegment(): boolean {
    const segment = this.segments[this.segment++];
    if (segment === undefined) return false;
    this.buffer = segment.buffer;
    this.at = segment.start;
    this.end = segment.end;
    this.baseOffset = segment.baseOffset;
    this.baseTimestamp = segment.baseTimestamp;
    this.logAppendTime = segment.logAppendTime;
    return true;
  }

  private readRecord(): void {
    const length = this.varint();
    const recordEnd = this.at + length;
    if (length < 0 || recordEnd > this.end) this.corrupt();
    this.at++;
    const delta = this.varlong();
    this.timestamp = this.logAppendTime >= 0 ? this.logAppendTime : this.baseTimestamp + delta;
    this.offset = this.baseOffset + this.varint();
    const keyBytes = this.varint();
    this.keyStart = keyBytes < 0 ? -1 : this.at;
    this.keyEnd = keyBytes < 0 ? -1 : this.at + keyBytes;
    if (keyBytes > 0) this.at += keyBytes;
    const valueBytes = this.varint();
    this.valueStart = valueBytes < 0 ? -1 : this.at;
    this.valueEnd = valueBytes < 0 ? -1 : this.at + valueBytes;
    if (valueBytes > 0) this.at += valueBytes;
    if (this.at > recordEnd) this.corrupt();
    this.headersStart = this.at;
    this.at = recordEnd;
  }

  private varint(): number {
    const buffer = this.buffer;
    let byte = buffer[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    let shift = 7;
    do {
      byte = buffer[this.at++]!;
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80 && shift < 35);
    return (value >>> 1) ^ -(value & 1);
  }

  private varlong(): number {
    const buffer = this.buffer;
    let byte = buffer[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = buffer[this.at++]!;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80 && factor < 2 ** 63);
    const half = Math.floor(value / 2);
    return value % 2 === 0 ? half : -half - 1;
  }

  private corrupt(): never {
    throw new KafkaAdapterError(
      "CORRUPT_BATCH",
      `a record of the batch at offset ${this.baseOffset} passes its end`,
      "Find out which producer wrote it; its checksum is right.",
    );
  }
}
