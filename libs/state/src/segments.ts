import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import type { SlabKey } from "@leadstream/stream/slab-key";
import { ChangesCursor, ENTRY_UNIT_BYTES, STATE } from "@leadstream/stream/store-changes";
import { DamagedError, unsealEntry } from "./store-format.ts";

/** A place is a segment's slot and how many units of ENTRY_UNIT_BYTES it lies behind the segment's start, in 32 bits. */
const UNIT_BITS = 22;
/** A state must begin before it. */
export const MAX_SEGMENT_BYTES = 2 ** UNIT_BITS * ENTRY_UNIT_BYTES;
/** The last place of the slot behind them means something else to PlaceIndex. */
export const MAX_SEGMENTS = 2 ** (32 - UNIT_BITS) - 1;
/** First bytes of a segment. */
export const SEGMENT_MARK = Buffer.from("states 1");
/** What is read at first: nearly all states are shorter. */
const READ_BYTES = 512;

export interface SegmentName {
  readonly slot: number;
  /** Of the opening that wrote it. */
  readonly generation: number;
  /** How many segments that opening had in this slot before: a name is never given twice. */
  readonly turn: number;
}

/** A file of entries of StoreChanges, whose states are sealed; it is only ever appended to, by one opening of the store. */
export interface Segment extends SegmentName {
  /** Entries beyond it were not committed. */
  readonly bytes: number;
  /** States in them. */
  readonly states: number;
  /** Those that count. */
  readonly liveStates: number;
}

export function placeOf(slot: number, offset: number): number {
  return (slot << UNIT_BITS) | (offset / ENTRY_UNIT_BYTES);
}

export function slotOf(place: number): number {
  return place >>> UNIT_BITS;
}

function offsetOf(place: number): number {
  return (place & (2 ** UNIT_BITS - 1)) * ENTRY_UNIT_BYTES;
}

export function segmentPath(folder: string, { slot, generation, turn }: SegmentName): string {
  return join(folder, `states-${generation}-${slot}-${turn}`);
}

/** Reads states at their places; files are opened when they are asked for. */
export class SegmentReader {
  private readonly folder: string;
  private readonly generation: number;
  /** Segments that former openings wrote, by slot. */
  private readonly former: Map<number, SegmentName>;
  /** Of slots that were given up. */
  private readonly turns = new Map<number, number>();
  private readonly files = new Map<number, number>();
  private readonly cursor = new ChangesCursor(Buffer.alloc(READ_BYTES));

  constructor(folder: string, generation: number, segments: readonly Segment[]) {
    this.folder = folder;
    this.generation = generation;
    this.former = new Map(segments.map((segment) => [segment.slot, segment]));
  }

  /** Whether the state at `place` is that of `key`; it is then shown. Throws DamagedError. */
  find(place: number, key: SlabKey): boolean {
    const { cursor } = this;
    this.show(place);
    const { buffer, keyStart, keyEnd } = cursor;
    if (buffer.compare(key.bytes, 0, key.length, keyStart, keyEnd) === 0) return true;
    // Another key of the same hash, or bytes that are not what was written.
    this.state();
    return false;
  }

  /** The state that is shown, until the next one is. Throws DamagedError. */
  state(): Buffer {
    return unsealEntry(this.cursor);
  }

  private show(place: number, bytes = READ_BYTES): void {
    const { cursor } = this;
    const file = this.fileOf(slotOf(place));
    const offset = offsetOf(place);
    if (cursor.buffer.length < bytes) cursor.buffer = Buffer.allocUnsafeSlow(bytes);
    const read = readSync(file, cursor.buffer, 0, bytes, offset);
    cursor.moveTo(cursor.buffer, 0);
    cursor.next();
    if (read > 0 && cursor.kind === STATE && cursor.end <= read) return;
    if (cursor.kind !== STATE || offset + cursor.end > fstatSync(file).size) throw new DamagedError("a state is not at its place");
    this.show(place, cursor.at);
  }

  private fileOf(slot: number): number {
    const known = this.files.get(slot);
    if (known !== undefined) return known;
    const file = openToRead(segmentPath(this.folder, this.nameOf(slot)));
    this.files.set(slot, file);
    return file;
  }

  /** Of the segment that is in a slot, or that this opening would make there. */
  nameOf(slot: number): SegmentName {
    return this.former.get(slot) ?? { slot, generation: this.generation, turn: this.turns.get(slot) ?? 0 };
  }

  /** The slots have no segment any more; they may get new ones of this opening. */
  forget(slots: readonly number[]): void {
    for (const slot of slots) {
      const file = this.files.get(slot);
      if (file !== undefined) closeSync(file);
      this.files.delete(slot);
      this.former.delete(slot);
      this.turns.set(slot, (this.turns.get(slot) ?? 0) + 1);
    }
  }

  close(): void {
    for (const file of this.files.values()) closeSync(file);
    this.files.clear();
  }
}

/** Throws DamagedError when the file is missing. */
export function openToRead(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new DamagedError(`${basename(path)} is missing`, { cause: error });
    throw error;
  }
}
