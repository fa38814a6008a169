/**
 * Writes records straight into the bytes of a record batch (magic 2, uncompressed): no object per record, one buffer that grows and is used again.
 * Uncompressed, because our values are small binaries and the processor is the scarce thing.
 */

import type { RecordHeader } from "@leadstream/stream";
import { crc32c } from "@node-rs/crc32";
import { BATCH_MAGIC, BATCH_PREFIX_BYTES, batchAttribute, batchField, writeLong } from "./record-batch-layout.ts";

/** Who sends the batch; `baseSequence` counts records of this producer and epoch in the partition. */
export interface BatchProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
}

export const NO_PRODUCER: BatchProducer = { producerId: -1, producerEpoch: -1, baseSequence: -1, transactional: false };

const INITIAL_BYTES = 16_384;
/** Five varints of at most ten bytes each and the attributes. */
const RECORD_OVERHEAD_BYTES = 51;
const NO_HEADERS: readonly RecordHeader[] = [];

export class RecordBatchWriter {
  private buffer: Buffer;
  private position: number = batchField.records;
  private count = 0;
  private baseTimestamp = 0;
  private maxTimestamp = 0;

  constructor(initialBytes = INITIAL_BYTES) {
    this.buffer = Buffer.allocUnsafe(Math.max(initialBytes, batchField.records + RECORD_OVERHEAD_BYTES));
  }

  get records(): number {
    return this.count;
  }

  /** Size of the batch as it stands, header included. */
  get bytes(): number {
    return this.position;
  }

  /** Empties the writer; a sealed batch of it is overwritten by the next records. */
  reset(): void {
    this.position = batchField.records;
    this.count = 0;
  }

  /** Copies the window of `value` (null: a null value). */
  append(
    timestamp: number,
    key: string | Uint8Array | null,
    value: Buffer | null,
    start: number,
    end: number,
    headers: readonly RecordHeader[] = NO_HEADERS,
  ): void {
    if (this.count === 0) {
      this.baseTimestamp = timestamp;
      this.maxTimestamp = timestamp;
    } else if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp;
    const delta = timestamp - this.baseTimestamp;
    const keyBytes = key === null ? -1 : typeof key === "string" ? textBytes(key) : key.length;
    const valueBytes = value === null ? -1 : end - start;
    const headerBytes = headers.length === 0 ? 1 : sizeOfHeaders(headers);
    const size =
      1 +
      sizeOfVarlong(delta) +
      sizeOfVarint(this.count) +
      sizeOfVarint(keyBytes) +
      Math.max(keyBytes, 0) +
      sizeOfVarint(valueBytes) +
      Math.max(valueBytes, 0) +
      headerBytes;
    this.ensure(size + RECORD_OVERHEAD_BYTES);
    this.varint(size);
    this.buffer[this.position++] = 0;
    this.varlong(delta);
    this.varint(this.count);
    this.varint(keyBytes);
    if (key !== null) this.bytesOf(key, keyBytes);
    this.varint(valueBytes);
    if (value !== null) this.position += value.copy(this.buffer, this.position, start, end);
    if (headers.length === 0) this.buffer[this.position++] = 0;
    else this.headers(headers);
    this.count++;
  }

  /** Fills in the header. The window lies in the writer's buffer: it holds until the next append or reset. */
  seal(producer: BatchProducer): Buffer {
    const buffer = this.buffer;
    const end = this.position;
    writeLong(buffer, batchField.baseOffset, 0);
    buffer.writeInt32BE(end - BATCH_PREFIX_BYTES, batchField.length);
    buffer.writeInt32BE(-1, batchField.leaderEpoch);
    buffer[batchField.magic] = BATCH_MAGIC;
    buffer.writeInt16BE(producer.transactional ? batchAttribute.transactional : 0, batchField.attributes);
    buffer.writeInt32BE(this.count - 1, batchField.lastOffsetDelta);
    writeLong(buffer, batchField.baseTimestamp, this.baseTimestamp);
    writeLong(buffer, batchField.maxTimestamp, this.maxTimestamp);
    writeLong(buffer, batchField.producerId, producer.producerId);
    buffer.writeInt16BE(producer.producerEpoch, batchField.producerEpoch);
    buffer.writeInt32BE(producer.baseSequence, batchField.baseSequence);
    buffer.writeInt32BE(this.count, batchField.count);
    buffer.writeUInt32BE(crc32c(buffer.subarray(batchField.attributes, end)), batchField.crc);
    return buffer.subarray(0, end);
  }

  private ensure(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }

  private varint(value: number): void {
    const buffer = this.buffer;
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest >= 0x80) {
      buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    buffer[this.position++] = rest;
  }

  private varlong(value: number): void {
    if (value === (value | 0)) {
      this.varint(value);
      return;
    }
    let rest = zigzag(value);
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.position++] = rest;
  }

  private bytesOf(data: string | Uint8Array, bytes: number): void {
    if (typeof data !== "string") this.buffer.set(data, this.position);
    else if (bytes !== data.length) this.buffer.write(data, this.position, bytes, "utf8");
    else {
      // Short plain keys: a loop is quicker than the call into the runtime.
      for (let index = 0; index < bytes; index++) this.buffer[this.position + index] = data.charCodeAt(index);
    }
    this.position += bytes;
  }

  private headers(headers: readonly RecordHeader[]): void {
    this.varint(headers.length);
    for (const { name, value } of headers) {
      const nameBytes = textBytes(name);
      this.varint(nameBytes);
      this.bytesOf(name, nameBytes);
      this.varint(value === null ? -1 : value.length);
      if (value !== null) this.bytesOf(value, value.length);
    }
  }
}

/** Size in UTF-8, without a call for plain ASCII. */
function textBytes(text: string): number {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function sizeOfVarint(value: number): number {
  const rest = ((value << 1) ^ (value >> 31)) >>> 0;
  if (rest < 0x80) return 1;
  if (rest < 0x4000) return 2;
  if (rest < 0x20_0000) return 3;
  return rest < 0x1000_0000 ? 4 : 5;
}

function sizeOfVarlong(value: number): number {
  if (value === (value | 0)) return sizeOfVarint(value);
  let size = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

function sizeOfHeaders(headers: readonly RecordHeader[]): number {
  let size = sizeOfVarint(headers.length);
  for (const { name, value } of headers) {
    const nameBytes = textBytes(name);
    const valueBytes = value === null ? 0 : value.length;
    size += sizeOfVarint(nameBytes) + nameBytes + sizeOfVarint(value === null ? -1 : valueBytes) + valueBytes;
  }
  return size;
}

/** The most that a record without headers adds to a batch. */
export function recordBytesAtMost(key: string | Uint8Array | null, valueBytes: number): number {
  const keyBytes = key === null ? 0 : typeof key === "string" ? key.length * 3 : key.length;
  return keyBytes + valueBytes + RECORD_OVERHEAD_BYTES;
}
