import { crc32 } from "node:zlib";
import { AvroDecodeError, AvroReader, AvroWriter } from "@leadstream/schemas";
import type { StoreHeader, TimerEntry } from "@leadstream/stream";

/** First byte of a header: a later layout has another one. */
const FORMAT = 1;
const CHECKSUM_BYTES = 4;
const DUE_BYTES = 8;
const HIGH = 0x1_0000_0000;
const NUL = 0x00;
const ESCAPED = 0xff;

/** Stored bytes that are not what was written. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";
}

/** CRC-32 over key and value, then the value: a value found under another key is as wrong as a flipped bit. */
export function seal(key: Uint8Array, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(CHECKSUM_BYTES + value.length);
  sealed.set(value, CHECKSUM_BYTES);
  sealed.writeUInt32LE(crc32(value, crc32(key)), 0);
  return sealed;
}

/** The window of the value, not copied. Throws DamagedError. */
export function unseal(key: Uint8Array, sealed: Buffer): Buffer {
  if (sealed.length < CHECKSUM_BYTES) throw new DamagedError("a value is too short");
  const value = sealed.subarray(CHECKSUM_BYTES, sealed.length);
  if (crc32(value, crc32(key)) !== sealed.readUInt32LE(0)) throw new DamagedError("a checksum does not match");
  return value;
}

/** null: the store is there and holds nothing yet. */
export function encodeHeader(header: StoreHeader | null): Buffer {
  const writer = new AvroWriter(256);
  writer.byte(FORMAT);
  writer.boolean(header !== null);
  if (header !== null) {
    writer.long(header.offset);
    writer.string(header.fingerprint);
    writer.string(header.incarnation);
    writer.bytes(header.partition);
  }
  return writer.slice();
}

export function decodeHeader(bytes: Buffer): StoreHeader | null {
  const reader = new AvroReader(bytes);
  try {
    if (reader.byte() !== FORMAT) throw new DamagedError("the header has an unknown layout");
    if (!reader.boolean()) return null;
    const header = { offset: reader.long(), fingerprint: reader.string(), incarnation: reader.string(), partition: reader.bytes() };
    reader.finish();
    return header;
  } catch (error) {
    if (error instanceof AvroDecodeError) throw new DamagedError("the header cannot be read", { cause: error });
    throw error;
  }
}

/**
 * Bytes whose order is the order (due, key bytes, kind): due as 8 bytes big endian, the key ended by 00 00 with each 00 inside written 00 FF,
 * then the kind. `due` is a safe integer from 0 on, `kind` at most 255.
 */
export function encodeTimer(timer: TimerEntry): Buffer {
  const { due, kind } = timer;
  if (!Number.isSafeInteger(due) || due < 0) throw new RangeError("a timer's due time must be a whole number of milliseconds from 0 on");
  if (!Number.isInteger(kind) || kind < 0 || kind > 255) throw new RangeError("a timer's kind must be 0 to 255");
  const key = escapeNul(Buffer.from(timer.key, "utf8"));
  const bytes = Buffer.allocUnsafe(DUE_BYTES + key.length + 3);
  bytes.writeUInt32BE(Math.floor(due / HIGH), 0);
  bytes.writeUInt32BE(due % HIGH, 4);
  bytes.set(key, DUE_BYTES);
  bytes[bytes.length - 3] = NUL;
  bytes[bytes.length - 2] = NUL;
  bytes[bytes.length - 1] = kind;
  return bytes;
}

export function decodeTimer(bytes: Buffer): TimerEntry {
  if (bytes.length < DUE_BYTES + 3) throw new DamagedError("a timer is too short");
  const due = bytes.readUInt32BE(0) * HIGH + bytes.readUInt32BE(4);
  const key = unescapeNul(bytes.subarray(DUE_BYTES, bytes.length - 3)).toString("utf8");
  return { due, key, kind: bytes[bytes.length - 1]! };
}

function escapeNul(key: Buffer): Buffer {
  if (!key.includes(NUL)) return key;
  return Buffer.from([...key].flatMap((byte) => (byte === NUL ? [NUL, ESCAPED] : [byte])));
}

function unescapeNul(key: Buffer): Buffer {
  if (!key.includes(NUL)) return key;
  return Buffer.from([...key].filter((_, index) => index === 0 || key[index - 1] !== NUL));
}
