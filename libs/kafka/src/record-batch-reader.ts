/**
 * Reads the record batches (magic 2) of one fetch answer: checks each CRC, leaves out markers, aborted records and what lies below the position,
 * unpacks compressed batches. A truncated last batch is ignored: the next fetch brings it whole.
 */
import { crc32c } from "@node-rs/crc32";
import { AbortedFilter, type AbortedTransaction } from "./aborted-filter.ts";
import { decompress } from "./compression.ts";
import { KafkaAdapterError } from "./errors.ts";
import { BATCH_MAGIC, BATCH_PREFIX_BYTES, batchAttribute, batchField, readLong } from "./record-batch-layout.ts";
import { BatchCursor } from "./record-cursor.ts";

/** Data records that lie side by side: those of one batch. */
export interface RecordSegment {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly baseOffset: number;
  readonly baseTimestamp: number;
  /** The broker's time of the whole batch under LogAppendTime, otherwise -1. */
  readonly logAppendTime: number;
}

export interface ReadBatches {
  readonly segments: readonly RecordSegment[];
  /** Data records at or above the position. */
  readonly records: number;
  /** Behind the last whole batch; the position when there is none. */
  readonly next: number;
}

const ABORT_MARKER = 0;

/** `records`: the bytes of the partition in a fetch answer. Throws CORRUPT_BATCH. */
export async function readBatches(records: Buffer, position: number, aborted: readonly AbortedTransaction[]): Promise<ReadBatches> {
  const filter = new AbortedFilter(aborted);
  const segments: RecordSegment[] = [];
  let count = 0;
  let next = position;
  for (let at = 0; at + batchField.records <= records.length; ) {
    const end = at + BATCH_PREFIX_BYTES + records.readInt32BE(at + batchField.length);
    if (end > records.length) break;
    checkBatch(records, at, end);
    const baseOffset = readLong(records, at);
    const lastOffset = baseOffset + records.readInt32BE(at + batchField.lastOffsetDelta);
    if (isVisible(records, at, end, lastOffset, filter) && lastOffset >= position) {
      const segment = await segmentOf(records, at, end);
      segments.push(segment);
      count += records.readInt32BE(at + batchField.count) - (baseOffset < position ? recordsBelow(segment, position) : 0);
    }
    if (lastOffset >= next) next = lastOffset + 1;
    at = end;
  }
  return { segments, records: count, next };
}

function checkBatch(buffer: Buffer, at: number, end: number): void {
  const offset = readLong(buffer, at);
  if (end < at + batchField.records || buffer[at + batchField.magic] !== BATCH_MAGIC)
    throw new KafkaAdapterError(
      "CORRUPT_BATCH",
      `the batch at offset ${offset} is not in record format 2`,
      "Upgrade the topic's messages, or restore the segment.",
    );
  if (crc32c(buffer.subarray(at + batchField.attributes, end)) !== buffer.readUInt32BE(at + batchField.crc))
    throw new KafkaAdapterError(
      "CORRUPT_BATCH",
      `the batch at offset ${offset} does not match its checksum`,
      "If it stays so, the broker's segment is damaged: restore it from a replica.",
    );
}

/** False for markers and for records of aborted transactions; keeps the filter's account of both. */
function isVisible(buffer: Buffer, at: number, end: number, lastOffset: number, filter: AbortedFilter): boolean {
  const attributes = buffer.readInt16BE(at + batchField.attributes);
  if (attributes & batchAttribute.control) {
    if (isAbortMarker(buffer, at, end)) filter.abortMarker(readLong(buffer, at + batchField.producerId), lastOffset);
    return false;
  }
  if ((attributes & batchAttribute.transactional) === 0) return true;
  return !filter.drops(readLong(buffer, at + batchField.producerId), lastOffset);
}

/** The marker's key is (version int16, type int16): type 0 aborts, 1 commits. */
function isAbortMarker(buffer: Buffer, at: number, end: number): boolean {
  if (buffer.readInt32BE(at + batchField.count) === 0) return false;
  const start = at + batchField.records;
  const cursor = new BatchCursor([{ buffer, start, end, baseOffset: 0, baseTimestamp: 0, logAppendTime: -1 }], 0);
  return cursor.next() && cursor.keyEnd - cursor.keyStart >= 4 && buffer.readInt16BE(cursor.keyStart + 2) === ABORT_MARKER;
}

async function segmentOf(records: Buffer, at: number, end: number): Promise<RecordSegment> {
  const attributes = records.readInt16BE(at + batchField.attributes);
  const compression = attributes & batchAttribute.compression;
  const start = at + batchField.records;
  const unpacked = compression === 0 ? null : await decompress(compression, records.subarray(start, end));
  return {
    buffer: unpacked ?? records,
    start: unpacked === null ? start : 0,
    end: unpacked?.length ?? end,
    baseOffset: readLong(records, at),
    baseTimestamp: readLong(records, at + batchField.baseTimestamp),
    logAppendTime: attributes & batchAttribute.logAppendTime ? readLong(records, at + batchField.maxTimestamp) : -1,
  };
}

function recordsBelow(segment: RecordSegment, position: number): number {
  const cursor = new BatchCursor([segment], 0);
  let below = 0;
  while (cursor.next() && cursor.offset < position) below++;
  return below;
}
