import { closeSync, fdatasync, fsync, openSync, writeSync } from "node:fs";
import { promisify } from "node:util";

/** Resolves when the bytes of an open file are on the disk. */
export const flushed = promisify(fdatasync);
const allFlushed = promisify(fsync);

/** Writes all of `bytes` at `offset`: the system may take a part at a time. */
export function writeAll(file: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, offset + done);
}

/** Resolves when the names in a folder are on the disk. */
export async function namesFlushed(folder: string): Promise<void> {
  const file = openSync(folder, "r");
  try {
    await allFlushed(file);
  } finally {
    closeSync(file);
  }
}
