import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { DamagedError } from "./store-format.ts";

/** Places in a root page of the data file, as lmdb 3.5 writes it on 64-bit little-endian machines. Two of them stand at the file's start. */
const META_BYTES = 160;
const MAGIC_AT = 24;
const PAGE_BYTES_AT = 48;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const MAGIC = 0xbeefc0de;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 65_536;

/**
 * Looks at a data file before it is mapped into memory. The library believes what it maps: a cut or overwritten file would kill the process with
 * a bus or segmentation fault instead of an error. Throws DamagedError; a missing or empty file is a new store.
 */
export function checkDataFile(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size === 0) return;
    const first = rootPage(file, 0);
    const second = rootPage(file, first.pageBytes);
    const newest = second.transaction > first.transaction ? second : first;
    if ((newest.lastPage + 1n) * BigInt(newest.pageBytes) > BigInt(size)) throw new DamagedError("the file was cut");
  } finally {
    closeSync(file);
  }
}

interface RootPage {
  readonly pageBytes: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function rootPage(file: number, at: number): RootPage {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, at) < META_BYTES) throw new DamagedError("the file was cut");
  if (bytes.readUInt32LE(MAGIC_AT) !== MAGIC) throw new DamagedError("the file is not a store");
  const pageBytes = bytes.readUInt32LE(PAGE_BYTES_AT);
  if (pageBytes < MIN_PAGE_BYTES || pageBytes > MAX_PAGE_BYTES) throw new DamagedError("the file's root page is wrong");
  return { pageBytes, lastPage: bytes.readBigUInt64LE(LAST_PAGE_AT), transaction: bytes.readBigUInt64LE(TRANSACTION_AT) };
}
