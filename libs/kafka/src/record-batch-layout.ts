/** Record batch, magic 2 (the only one that brokers since 4.0 store): where its fields stand, counted from the batch's first byte. */
export const batchField = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** Bytes before the part that `length` counts. */
export const BATCH_PREFIX_BYTES = 12;
export const BATCH_MAGIC = 2;

export const batchAttribute = { compression: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const;

const HIGH = 0x1_0000_0000;

/** A 64-bit field as a number: exact up to 2^53 either way. */
export function readLong(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * HIGH + buffer.readUInt32BE(at + 4);
}

export function writeLong(buffer: Buffer, at: number, value: number): void {
  const high = Math.floor(value / HIGH);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * HIGH, at + 4);
}
