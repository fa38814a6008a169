import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { writeAll } from "./file-writes.ts";
import type { IndexExtent } from "./log-extent.ts";
import { NO_PAIR, NOWHERE, PlaceIndex } from "./place-index.ts";
import { openToRead } from "./segments.ts";
import { DamagedError } from "./store-format.ts";

/** Of a block: its length in words, and the checksum of them. */
const HEAD_BYTES = 8;
/** Of a move: hash of the key, former and new place. */
const MOVE_WORDS = 3;
/** A file is replaced when its moves are longer than its table and than this. */
const MIN_MOVES_BYTES = 1 << 20;

export function indexPath(folder: string, { generation, number }: Pick<IndexExtent, "generation" | "number">): string {
  return join(folder, `index-${generation}-${number}`);
}

/** An index on the disk: the table as it was when the file was begun, then the moves of each write. Made by one opening of the store. */
export class IndexFile {
  readonly path: string;
  readonly file: number;
  private readonly generation: number;
  private readonly number: number;
  private readonly tableBytes: number;
  private bytes = 0;

  /** Makes the file, with the table as it is. */
  constructor(folder: string, generation: number, number: number, index: PlaceIndex) {
    this.generation = generation;
    this.number = number;
    this.path = indexPath(folder, { generation, number });
    this.file = openSync(this.path, "w+");
    this.write(new Int32Array(index.memory));
    this.tableBytes = this.bytes;
  }

  get extent(): IndexExtent {
    return { generation: this.generation, number: this.number, bytes: this.bytes };
  }

  /** Whether a new file would be shorter by half. */
  get long(): boolean {
    return this.bytes - this.tableBytes > Math.max(MIN_MOVES_BYTES, this.tableBytes);
  }

  /** Whole moves. */
  append(moves: readonly number[]): void {
    this.write(Int32Array.from(moves));
  }

  private write(words: Int32Array): void {
    const content = bytesOf(words);
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt32LE(words.length, 0);
    head.writeUInt32LE(crc32(content), 4);
    writeAll(this.file, head, this.bytes);
    writeAll(this.file, content, this.bytes + HEAD_BYTES);
    this.bytes += HEAD_BYTES + content.length;
  }

  close(): void {
    closeSync(this.file);
  }
}

/** The index as of `extent`. Throws DamagedError. */
export function readIndex(folder: string, extent: IndexExtent | null): PlaceIndex {
  if (extent === null) return new PlaceIndex();
  const file = openToRead(indexPath(folder, extent));
  try {
    if (fstatSync(file).size < extent.bytes) throw new DamagedError("the index was cut");
    const table = readBlock(file, 0, extent.bytes, (length) => new SharedArrayBuffer(length));
    const index = new PlaceIndex(table.words.buffer as SharedArrayBuffer);
    for (let at = table.end; at < extent.bytes; ) {
      const { words, end } = readBlock(file, at, extent.bytes, (length) => new ArrayBuffer(length));
      for (let move = 0; move < words.length; move += MOVE_WORDS) take(index, words[move]!, words[move + 1]!, words[move + 2]!);
      at = end;
    }
    return index;
  } finally {
    closeSync(file);
  }
}

function take(index: PlaceIndex, hash: number, from: number, to: number): void {
  const pair = from === NOWHERE ? NO_PAIR : index.find(hash, from);
  if (from === NOWHERE) index.add(hash, to);
  else if (pair === NO_PAIR) throw new DamagedError("the index moves what it does not hold");
  else if (to === NOWHERE) index.remove(pair);
  else index.move(pair, to);
}

function readBlock(file: number, at: number, limit: number, make: (length: number) => ArrayBufferLike): { words: Int32Array; end: number } {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  readSync(file, head, 0, HEAD_BYTES, at);
  const length = head.readUInt32LE(0) * Int32Array.BYTES_PER_ELEMENT;
  const end = at + HEAD_BYTES + length;
  if (end > limit) throw new DamagedError("a block of the index has a wrong length");
  const words = new Int32Array(make(length));
  const content = bytesOf(words);
  readSync(file, content, 0, length, at + HEAD_BYTES);
  if (crc32(content) !== head.readUInt32LE(4)) throw new DamagedError("a checksum of the index does not match");
  return { words, end };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
