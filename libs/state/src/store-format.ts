import { crc32 } from "node:zlib";
import type { TimerEntry } from "@leadstream/stream";

/** The value of an entry whose key says everything. */
export const NOTHING = Buffer.alloc(0);

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

/** Where an entry of StoreChanges has room for its checksum, and how far it goes: `entry` to `end`, with CHECKSUM_BYTES before `start`. */
interface EntryWindow {
  readonly buffer: Buffer;
  readonly entry: number;
  readonly start: number;
  readonly end: number;
}

/** Puts CRC-32 of the whole entry, its head and key included, into the room for it. */
export function sealEntry({ buffer, entry, start, end }: EntryWindow): void {
  const room = start - CHECKSUM_BYTES;
  buffer.writeUInt32LE(0, room);
  buffer.writeUInt32LE(crc32(buffer.subarray(entry, end)), room);
}

/** The state of a sealed entry, not copied. Throws DamagedError. */
export function unsealEntry({ buffer, entry, start, end }: EntryWindow): Buffer {
  const room = start - CHECKSUM_BYTES;
  const sum = buffer.readUInt32LE(room);
  buffer.writeUInt32LE(0, room);
  const matches = crc32(buffer.subarray(entry, end)) === sum;
  buffer.writeUInt32LE(sum, room);
  if (!matches) throw new DamagedError("a checksum does not match");
  return buffer.subarray(start, end);
}

/** The window of the value, not copied. Throws DamagedError. */
export function unseal(key: Uint8Array, sealed: Buffer): Buffer {
  if (sealed.length < CHECKSUM_BYTES) throw new DamagedError("a value is too short");
  const value = sealed.subarray(CHECKSUM_BYTES, sealed.length);
  if (crc32(value, crc32(key)) !== sealed.readUInt32LE(0)) throw new DamagedError("a checksum does not match");
  return value;
}

/**
 * Bytes whose order is the order (due, key bytes, kind): due as 8 bytes big endian, the key ended by 00 00 with each 00 inside written 00 FF,
 * then the kind.
 */
export function encodeTimer(due: number, kind: number, keyBytes: Buffer): Buffer {
  const key = escapeNul(keyBytes);
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
