import { closeSync, fdatasync, openSync, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { DamagedError } from "./store-format.ts";

export const KEY_BYTES = 32;
const SLOT_BYTES = KEY_BYTES + 4;
const ZEROS = Buffer.alloc(SLOT_BYTES);
const flush = promisify(fdatasync);

/**
 * Keys in a plain file, one slot each, overwritten in place. Not in LMDB: a copy-on-write tree leaves the old bytes in free pages, and a key that
 * can be read from the disk is not destroyed.
 */
export class KeySlots {
  private readonly file: number;

  /** Makes the file where there is none; only its owner may read it. */
  constructor(path: string) {
    closeSync(openSync(path, "a", 0o600));
    this.file = openSync(path, "r+");
  }

  /** null: never written, or destroyed. Throws DamagedError. */
  read(slot: number): Buffer | null {
    const bytes = Buffer.alloc(SLOT_BYTES);
    readSync(this.file, bytes, 0, SLOT_BYTES, slot * SLOT_BYTES);
    if (bytes.equals(ZEROS)) return null;
    const key = bytes.subarray(0, KEY_BYTES);
    if (crc32(key) !== bytes.readUInt32LE(KEY_BYTES)) throw new DamagedError("the checksum of a key does not match");
    return key;
  }

  /** Writes keys side by side, the first into `slot`. */
  write(slot: number, keys: readonly Buffer[]): void {
    const bytes = Buffer.alloc(SLOT_BYTES * keys.length);
    for (const [index, key] of keys.entries()) {
      bytes.set(key, index * SLOT_BYTES);
      bytes.writeUInt32LE(crc32(key), index * SLOT_BYTES + KEY_BYTES);
    }
    writeSync(this.file, bytes, 0, bytes.length, slot * SLOT_BYTES);
  }

  erase(slot: number): void {
    writeSync(this.file, ZEROS, 0, SLOT_BYTES, slot * SLOT_BYTES);
  }

  /** Resolves when what was written before is on the disk. */
  flush(): Promise<void> {
    return flush(this.file);
  }

  close(): void {
    closeSync(this.file);
  }
}
