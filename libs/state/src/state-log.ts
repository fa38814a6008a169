import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { release } from "@leadstream/stream/release";
import { SlabKey } from "@leadstream/stream/slab-key";
import { ChangesCursor, STATE, STATE_REMOVED } from "@leadstream/stream/store-changes";
import { flushed, namesFlushed, writeAll } from "./file-writes.ts";
import { IndexFile, indexPath } from "./index-file.ts";
import type { LogExtent } from "./log-extent.ts";
import { NO_PAIR, NOWHERE, PlaceIndex } from "./place-index.ts";
import { MAX_SEGMENTS, openToRead, placeOf, SEGMENT_MARK, type Segment, SegmentReader, segmentPath, slotOf } from "./segments.ts";
import { DamagedError, sealEntry } from "./store-format.ts";

/** What the thread that writes needs to go on with the states of a store. */
export interface StateLogOpening {
  readonly generation: number;
  readonly extent: LogExtent;
  /** Of the index. */
  readonly memory: SharedArrayBuffer;
  /** A segment that is longer gets no more states. */
  readonly segmentBytes: number;
}

/** Keys whose first state came, or whose last one went, in a write: windows into its changes. */
export interface KeyChange {
  readonly added: boolean;
  readonly start: number;
  readonly end: number;
}

/** More segments than this, beside those that hold what counts, are merged. */
const SPARE_SEGMENTS = 16;

type OpenSegment = { -readonly [Name in keyof Segment]: Segment[Name] };

/**
 * States of one store, appended to segments, with an index of their places. Nothing that is on the disk is changed: what a write appends counts when
 * the extent after it was committed. A fault in between leaves an index that is of no use: read it from the disk again.
 */
export class StateLog {
  private readonly folder: string;
  private readonly generation: number;
  private readonly segmentBytes: number;
  private readonly segments: Map<number, OpenSegment>;
  private readonly index: PlaceIndex;
  private readonly reader: SegmentReader;
  private readonly asked = new SlabKey();
  private tail: { readonly segment: OpenSegment; readonly file: number } | null = null;
  private indexFile: IndexFile | null = null;
  /** Path of the index that the last committed extent names. */
  private indexPath: string | null;
  private indexFiles = 0;
  /** Of this write: triples for the index file, files to flush, and whether files were made. */
  private moves: number[] = [];
  private touched = new Set<number>();
  /** Files of segments that get no more; closed when they are on the disk. */
  private readonly full: number[] = [];
  private filesMade = false;
  /** What the last committed extent does not name any more; taken away with the next write. */
  private retiredSlots: number[] = [];
  private retiredFiles: string[] = [];

  constructor(folder: string, { generation, extent, memory, segmentBytes }: StateLogOpening) {
    this.folder = folder;
    this.generation = generation;
    this.segmentBytes = segmentBytes;
    this.segments = new Map(extent.segments.map((segment) => [segment.slot, { ...segment }]));
    this.index = new PlaceIndex(memory);
    this.reader = new SegmentReader(folder, generation, extent.segments);
    this.indexPath = extent.index === null ? null : indexPath(folder, extent.index);
  }

  get memory(): SharedArrayBuffer {
    return this.index.memory;
  }

  get extent(): LogExtent {
    return { segments: [...this.segments.values()].map((segment) => ({ ...segment })), index: this.indexFile?.extent ?? null };
  }

  /** Slots that lost their segment by the last write. The commit that says so must be on the disk before the next write begins. */
  get retired(): readonly number[] {
    return this.retiredSlots;
  }

  /** Whether the last write needs its commit on the disk. */
  get retires(): boolean {
    return this.retiredFiles.length > 0;
  }

  /** Appends the states of `changes`, sealed in place. Gives the keys that came and went. */
  write(changes: Buffer, goOn: () => void): KeyChange[] {
    this.takeRetiredAway();
    this.moves = [];
    this.touched = new Set();
    const places = this.append(changes, true);
    const keys = this.note(changes, places, goOn);
    for (let victim = this.emptiest(); victim !== null && this.wasteful(); victim = this.emptiest()) this.compact(victim, goOn);
    this.noteMoves();
    return keys;
  }

  /** Resolves when everything that the extent names is on the disk. */
  async flush(): Promise<void> {
    const flushes = [...this.touched].map((file) => flushed(file));
    if (this.filesMade) flushes.push(namesFlushed(this.folder));
    await Promise.all(flushes);
    this.filesMade = false;
    for (const file of this.full.splice(0)) closeSync(file);
  }

  close(): void {
    this.reader.close();
    this.indexFile?.close();
    for (const file of this.full) closeSync(file);
    if (this.tail !== null) closeSync(this.tail.file);
  }

  private takeRetiredAway(): void {
    this.reader.forget(this.retiredSlots);
    for (const path of this.retiredFiles) rmSync(path, { force: true });
    this.retiredSlots = [];
    this.retiredFiles = [];
  }

  /** Entries as they are, timers among them; the places of the states in their order. `fresh`: the states are not sealed yet. */
  private append(changes: Buffer, fresh: boolean): number[] {
    const places: number[] = [];
    const change = new ChangesCursor(changes);
    let from = 0;
    let { segment, file } = this.tailWithRoom();
    while (change.next()) {
      if (change.kind !== STATE) continue;
      if (segment.bytes + change.entry - from >= this.segmentBytes) {
        this.extend(segment, file, changes.subarray(from, change.entry));
        from = change.entry;
        ({ segment, file } = this.tailWithRoom());
      }
      if (fresh) sealEntry(change);
      places.push(placeOf(segment.slot, segment.bytes + change.entry - from));
      segment.states++;
      segment.liveStates++;
    }
    this.extend(segment, file, changes.subarray(from));
    return places;
  }

  private extend(segment: OpenSegment, file: number, bytes: Buffer): void {
    if (bytes.length === 0) return;
    writeAll(file, bytes, segment.bytes);
    segment.bytes += bytes.length;
    this.touched.add(file);
  }

  private tailWithRoom(): { segment: OpenSegment; file: number } {
    if (this.tail !== null && this.tail.segment.bytes < this.segmentBytes) return this.tail;
    let slot = 0;
    while (this.segments.has(slot) || this.retiredSlots.includes(slot)) slot++;
    if (this.tail !== null) this.full.push(this.tail.file);
    this.tail = null;
    if (slot >= MAX_SEGMENTS) throw new Error(`it has ${MAX_SEGMENTS} segments, as many as it can`);
    const segment = { ...this.reader.nameOf(slot), bytes: 0, states: 0, liveStates: 0 };
    const file = openSync(segmentPath(this.folder, segment), "w+");
    this.filesMade = true;
    this.extend(segment, file, SEGMENT_MARK);
    this.segments.set(slot, segment);
    this.tail = { segment, file };
    return this.tail;
  }

  /** Tells the index where the states are now. */
  private note(changes: Buffer, places: readonly number[], goOn: () => void): KeyChange[] {
    const { asked, index } = this;
    const keys: KeyChange[] = [];
    const change = new ChangesCursor(changes);
    for (let states = 0; change.next(); ) {
      if (change.kind !== STATE && change.kind !== STATE_REMOVED) continue;
      goOn();
      const { keyStart: start, keyEnd: end } = change;
      asked.setBytes(changes, start, end);
      const pair = this.find(change.kind === STATE && change.known);
      const from = pair === NO_PAIR ? NOWHERE : index.placeAt(pair);
      if (pair !== NO_PAIR) this.segmentAt(from).liveStates--;
      if (change.kind === STATE) {
        const place = places[states++]!;
        if (pair === NO_PAIR) index.add(asked.hash, place);
        else index.move(pair, place);
        this.moves.push(asked.hash, from, place);
        if (pair === NO_PAIR) keys.push({ added: true, start, end });
      } else if (pair !== NO_PAIR) {
        index.remove(pair);
        this.moves.push(asked.hash, from, NOWHERE);
        keys.push({ added: false, start, end });
      }
    }
    return keys;
  }

  /** The pair of the key in question, or NO_PAIR. Where the key is known to have one and only one pair has its hash, no key is compared. */
  private find(known: boolean): number {
    const { asked, index, reader } = this;
    let pair = index.first(asked.hash);
    if (known && pair !== NO_PAIR && index.after(asked.hash, pair) === NO_PAIR) return pair;
    while (pair !== NO_PAIR && !reader.find(index.placeAt(pair), asked)) pair = index.after(asked.hash, pair);
    return pair;
  }

  private segmentAt(place: number): OpenSegment {
    const segment = this.segments.get(slotOf(place));
    if (segment === undefined) throw new DamagedError("the index names a segment that is not there");
    return segment;
  }

  /** Less than half of all bytes count, or there are many short segments. One segment's worth is always granted. */
  private wasteful(): boolean {
    let bytes = 0;
    let liveBytes = 0;
    for (const segment of this.segments.values()) {
      bytes += segment.bytes;
      liveBytes += liveBytesOf(segment);
    }
    return bytes > 2 * liveBytes + this.segmentBytes || this.segments.size > (2 * liveBytes) / this.segmentBytes + SPARE_SEGMENTS;
  }

  /** The segment that costs least to be rid of; never the one that is being written. */
  private emptiest(): OpenSegment | null {
    let least: OpenSegment | null = null;
    for (const segment of this.segments.values()) {
      if (segment !== this.tail?.segment && (least === null || liveBytesOf(segment) < liveBytesOf(least))) least = segment;
    }
    return least;
  }

  /** Appends what counts of a segment once more; the segment is not needed then. */
  private compact(victim: OpenSegment, goOn: () => void): void {
    const { asked, index, moves } = this;
    const content = this.contentOf(victim);
    const change = new ChangesCursor(content);
    change.moveTo(content, SEGMENT_MARK.length);
    const kept: number[] = [];
    let end = SEGMENT_MARK.length;
    while (nextEntry(change)) {
      if (change.kind !== STATE) continue;
      goOn();
      const { hash } = asked.setBytes(content, change.keyStart, change.keyEnd);
      const from = placeOf(victim.slot, change.entry);
      if (index.find(hash, from) === NO_PAIR) continue;
      kept.push(hash, from);
      content.copyWithin(end, change.entry, change.at);
      end += change.at - change.entry;
    }
    if (victim.liveStates * 2 !== kept.length) throw new DamagedError("a segment does not hold the states that its index names");
    const places = this.append(content.subarray(SEGMENT_MARK.length, end), false);
    for (const [state, place] of places.entries()) {
      const hash = kept[state * 2]!;
      const from = kept[state * 2 + 1]!;
      index.move(index.find(hash, from), place);
      moves.push(hash, from, place);
    }
    release(content);
    this.segments.delete(victim.slot);
    this.retiredSlots.push(victim.slot);
    this.retiredFiles.push(segmentPath(this.folder, victim));
  }

  private contentOf(segment: OpenSegment): Buffer {
    const content = Buffer.allocUnsafeSlow(segment.bytes);
    const file = openToRead(segmentPath(this.folder, segment));
    try {
      for (let done = 0; done < content.length; ) {
        const read = readSync(file, content, done, content.length - done, done);
        if (read === 0) throw new DamagedError("a segment was cut");
        done += read;
      }
    } finally {
      closeSync(file);
    }
    return content;
  }

  private noteMoves(): void {
    const { indexFile, moves } = this;
    this.moves = [];
    if (indexFile !== null && moves.length === 0) return;
    if (indexFile !== null && !indexFile.long) {
      indexFile.append(moves);
      this.touched.add(indexFile.file);
      return;
    }
    indexFile?.close();
    if (this.indexPath !== null) this.retiredFiles.push(this.indexPath);
    this.indexFile = new IndexFile(this.folder, this.generation, this.indexFiles++, this.index);
    this.indexPath = this.indexFile.path;
    this.touched.add(this.indexFile.file);
    this.filesMade = true;
  }
}

/** Throws DamagedError where an entry cannot be one. */
function nextEntry(change: ChangesCursor): boolean {
  try {
    if (!change.next()) return false;
    if (change.at <= change.buffer.length) return true;
    throw new RangeError("an entry goes beyond its segment");
  } catch (cause) {
    throw new DamagedError("an entry of a segment has a wrong length", { cause });
  }
}

/** As if all states of a segment were of one length. */
function liveBytesOf({ bytes, states, liveStates }: Segment): number {
  return states === 0 ? 0 : (bytes * liveStates) / states;
}
