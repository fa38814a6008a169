import { NO_TIMER } from "./fold.ts";
import { release } from "./release.ts";
import type { SlabKey } from "./slab-key.ts";
import { SlotTable } from "./slot-table.ts";
import { GAP_BYTES, type StoreChanges } from "./store-changes.ts";

/** What waits: changed since the store was told, or on its way there. */
export const DIRTY = 1;
export const WRITING = 2;
/** The store has a state of the key, or will have one when the write under way is done. */
const STORED = 4;

const FIRST_SLOTS = 256;
const FIRST_BYTES = 1 << 16;
/** Whole numbers at the start of a row, four bytes each; the first is the start. Its timers follow, eight bytes each. */
const LENGTH = 1;
const ROOM = 2;
const MARKS = 3;
const NUMBERS = 4;
/** Of a row. */
const WORD_BYTES = 8;
const NUMBER_WORDS = (NUMBERS * 4) / WORD_BYTES;
/** Of a key in the table, whose places are a quarter to a half taken. */
const TABLE_BYTES = 24;
/** As a key's length is kept in two bytes. */
const MAX_KEY_BYTES = 0xffff;

/**
 * Keys and bytes of many states in one buffer, and what is known of each in typed arrays: the collector sees none of it. A slot is a key's number
 * here; its key stands before its state, with the key's length between them. Bytes that outgrew their room leave a hole; holes go with the slab.
 */
export class StateSlab {
  private readonly table = new SlotTable();
  private count = 0;
  /** Bytes of the buffer in use, holes included. */
  private used = 0;
  buffer: Buffer;
  readonly timerKinds: number;
  /** Slots that were marked; a slot may have lost its mark since. */
  dirty: number[] = [];
  writing: number[] = [];
  /** Of each slot in one row, so that a slot is one line of the processor's cache: start, length, room, marks, then due and stored timers. */
  private numbers: Int32Array;
  /** The same memory, for the timers. */
  private timers: Float64Array;
  /** Of a row, in words. */
  private readonly width: number;
  private room = FIRST_SLOTS;

  /** `expectedBytes`: room that is made at once. Memory that is not used costs nothing, growing does. */
  constructor(timerKinds: number, expectedBytes = 0) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, expectedBytes));
    this.timerKinds = timerKinds;
    this.width = NUMBER_WORDS + timerKinds * 2;
    this.timers = new Float64Array(FIRST_SLOTS * this.width);
    this.numbers = new Int32Array(this.timers.buffer);
  }

  /** Memory that the keys of this slab take, with their rows and places in the table. */
  get bytes(): number {
    return this.used + this.count * (this.width * WORD_BYTES + TABLE_BYTES);
  }

  /** Forgets every key and keeps its memory. */
  clear(): void {
    this.table.clear();
    this.count = 0;
    this.used = 0;
    this.dirty = [];
    this.writing = [];
  }

  /** The slot of a key, or -1. */
  find(key: SlabKey): number {
    const place = this.placeOf(key);
    return place < 0 ? -1 : this.table.slotAt(place);
  }

  /** The key is not here any more; its slot stays as it is. */
  remove(key: SlabKey): void {
    const place = this.placeOf(key);
    if (place >= 0) this.table.removeAt(place);
  }

  private placeOf(key: SlabKey): number {
    const { table } = this;
    const { hash } = key;
    let place = table.seek(hash, table.first(hash));
    while (place >= 0 && !this.isKey(table.slotAt(place), key)) place = table.seek(hash, table.after(place));
    return place;
  }

  private isKey(slot: number, { bytes, length }: SlabKey): boolean {
    const end = this.keyEnd(slot);
    if (this.keyLength(slot) !== length) return false;
    const { buffer } = this;
    const start = end - length;
    for (let index = 0; index < length; index++) if (buffer[start + index] !== bytes[index]) return false;
    return true;
  }

  private keyEnd(slot: number): number {
    return this.startOf(slot) - GAP_BYTES;
  }

  private keyLength(slot: number): number {
    const end = this.keyEnd(slot);
    return this.buffer[end]! + this.buffer[end + 1]! * 256;
  }

  keyOf(slot: number): string {
    const end = this.keyEnd(slot);
    return this.buffer.utf8Slice(end - this.keyLength(slot), end);
  }

  /** Tells a write of the slot's state, or that there is none any more. What it was told counts as stored: a write that fails takes the slab with it. */
  copyState(slot: number, changes: StoreChanges): void {
    const keyEnd = this.keyEnd(slot);
    const keyStart = keyEnd - this.keyLength(slot);
    const start = keyEnd + GAP_BYTES;
    const length = this.lengthOf(slot);
    const marks = this.marksOf(slot);
    if (length === 0) changes.stateRemoved(this.buffer, keyStart, keyEnd);
    else changes.state(this.buffer, keyStart, start, start + length, (marks & STORED) !== 0);
    this.setMarks(slot, length === 0 ? marks & ~STORED : marks | STORED);
  }

  /** The store has a state of the slot's key. */
  markStored(slot: number): void {
    this.setMarks(slot, this.marksOf(slot) | STORED);
  }

  /**
   * Tells a write how the slot's timers change by `now`. Those in the store are lower bounds: one that has not passed stays until it passes, when
   * the state has a later one by then or none, because timers move on with every event and few of them ever fire.
   */
  copyTimers(slot: number, now: number, changes: StoreChanges): void {
    for (let kind = 0; kind < this.timerKinds; kind++) {
      const due = this.dueOf(slot, kind);
      const stored = this.storedDueOf(slot, kind);
      if (due === stored || (stored > now && (due > stored || due === NO_TIMER))) continue;
      const keyEnd = this.keyEnd(slot);
      const keyStart = keyEnd - this.keyLength(slot);
      if (stored !== NO_TIMER) changes.timerRemoved(stored, kind, this.buffer, keyStart, keyEnd);
      if (due !== NO_TIMER) changes.timerAdded(due, kind, this.buffer, keyStart, keyEnd);
      this.setStoredDue(slot, kind, due);
    }
  }

  /** Order of the slot's key and another. */
  compareKey(slot: number, { bytes, length }: SlabKey): number {
    const end = this.keyEnd(slot);
    const own = this.keyLength(slot);
    const shorter = Math.min(own, length);
    for (let index = 0, at = end - own; index < shorter; index++, at++) {
      const difference = this.buffer[at]! - bytes[index]!;
      if (difference !== 0) return difference;
    }
    return own - length;
  }

  /** A new key, without timers, with the state from `start` to `end`, or none. The caller knows that it is not here. */
  add(key: SlabKey, noTimer: number, bytes = this.buffer, start = 0, end = 0): number {
    const { length } = key;
    if (length > MAX_KEY_BYTES) throw new RangeError(`a key of ${length} bytes is too long: ${MAX_KEY_BYTES} at most`);
    const slot = this.count++;
    if (slot === this.room) this.growSlots();
    const stateRoom = start === end ? 0 : roomFor(end - start);
    this.makeRoom(length + GAP_BYTES + stateRoom);
    for (let index = 0; index < length; index++) this.buffer[this.used + index] = key.bytes[index]!;
    const row = this.rowOf(slot);
    this.numbers[row + LENGTH] = end - start;
    this.numbers[row + MARKS] = 0;
    const timers = slot * this.width + NUMBER_WORDS;
    for (let index = 0; index < this.timerKinds * 2; index++) this.timers[timers + index] = noTimer;
    this.place(slot, this.used + length, length, stateRoom);
    if (stateRoom > 0) bytes.copy(this.buffer, this.startOf(slot), start, end);
    this.table.add(key.hash, slot);
    return slot;
  }

  /** Ends the key at `keyEnd`; the state behind it may have `room` bytes. */
  private place(slot: number, keyEnd: number, keyLength: number, room: number): void {
    this.buffer[keyEnd] = keyLength & 0xff;
    this.buffer[keyEnd + 1] = keyLength >> 8;
    const row = this.rowOf(slot);
    this.numbers[row] = keyEnd + GAP_BYTES;
    this.numbers[row + ROOM] = room;
    this.used = keyEnd + GAP_BYTES + room;
  }

  /** Takes a key over from another slab, with marks and timers; the other forgets its marks. */
  adopt(from: StateSlab, place: number, key: SlabKey): number {
    const start = from.startOf(place);
    const slot = this.add(key, 0, from.buffer, start, start + from.lengthOf(place));
    for (let word = NUMBER_WORDS; word < this.width; word++) {
      this.timers[slot * this.width + word] = from.timers[place * this.width + word]!;
    }
    const marks = from.marksOf(place);
    from.setMarks(place, 0);
    this.setMarks(slot, marks & STORED);
    if ((marks & DIRTY) !== 0) this.mark(slot);
    if ((marks & WRITING) !== 0) {
      this.setMarks(slot, this.marksOf(slot) | WRITING);
      this.writing.push(slot);
    }
    return slot;
  }

  /** Fills `key` with the slot's. */
  copyKey(slot: number, key: SlabKey): SlabKey {
    const end = this.keyEnd(slot);
    return key.setBytes(this.buffer, end - this.keyLength(slot), end);
  }

  /** Where the bytes of a slot are written before `keep`: behind those in use, with room for the key before them. */
  draftOf(slot: number): number {
    return this.used + this.keyLength(slot) + GAP_BYTES;
  }

  /** What was written to the draft becomes the slot's: in its own place if it fits there, else where it is. */
  keep(slot: number, length: number): void {
    const row = this.rowOf(slot);
    const { numbers, used } = this;
    const draft = this.draftOf(slot);
    if (length <= numbers[row + ROOM]!) this.buffer.copyWithin(numbers[row]!, draft, draft + length);
    else {
      const keyLength = this.keyLength(slot);
      const keyEnd = this.keyEnd(slot);
      this.buffer.copyWithin(used, keyEnd - keyLength, keyEnd);
      const room = roomFor(length);
      this.makeRoom(draft - used + room);
      this.place(slot, used + keyLength, keyLength, room);
    }
    numbers[row + LENGTH] = length;
  }

  private rowOf(slot: number): number {
    return slot * this.width * 2;
  }

  startOf(slot: number): number {
    return this.numbers[this.rowOf(slot)]!;
  }

  lengthOf(slot: number): number {
    return this.numbers[this.rowOf(slot) + LENGTH]!;
  }

  dueOf(slot: number, kind: number): number {
    return this.timers[slot * this.width + NUMBER_WORDS + kind]!;
  }

  setDue(slot: number, kind: number, due: number): void {
    this.timers[slot * this.width + NUMBER_WORDS + kind] = due;
  }

  /** The timer that the store holds, or is about to hold. */
  storedDueOf(slot: number, kind: number): number {
    return this.timers[slot * this.width + NUMBER_WORDS + this.timerKinds + kind]!;
  }

  setStoredDue(slot: number, kind: number, due: number): void {
    this.timers[slot * this.width + NUMBER_WORDS + this.timerKinds + kind] = due;
  }

  marksOf(slot: number): number {
    return this.numbers[this.rowOf(slot) + MARKS]!;
  }

  private setMarks(slot: number, marks: number): void {
    this.numbers[this.rowOf(slot) + MARKS] = marks;
  }

  /** True when the slot was not dirty before. */
  mark(slot: number): boolean {
    const marks = this.marksOf(slot);
    if ((marks & DIRTY) !== 0) return false;
    this.setMarks(slot, marks | DIRTY);
    this.dirty.push(slot);
    return true;
  }

  /** What is dirty is on its way to the store from now on. */
  beginWriting(): void {
    this.writing = this.dirty.filter((slot) => (this.marksOf(slot) & DIRTY) !== 0);
    for (const slot of this.writing) this.setMarks(slot, (this.marksOf(slot) & STORED) | WRITING);
    this.dirty = [];
  }

  endWriting(): void {
    for (const slot of this.writing) this.setMarks(slot, this.marksOf(slot) & ~WRITING);
    this.writing = [];
  }

  /** Slots with a mark, each once. */
  *marked(): Iterable<number> {
    for (const slot of this.writing) if ((this.marksOf(slot) & WRITING) !== 0) yield slot;
    for (const slot of this.dirty) if ((this.marksOf(slot) & (DIRTY | WRITING)) === DIRTY) yield slot;
  }

  private makeRoom(bytes: number): void {
    const needed = this.used + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, needed);
    release(this.buffer);
    this.buffer = grown;
  }

  private growSlots(): void {
    this.room *= 2;
    const longer = new Float64Array(this.room * this.width);
    longer.set(this.timers);
    release(this.timers);
    this.timers = longer;
    this.numbers = new Int32Array(longer.buffer);
  }
}

/** A quarter more than is needed: states grow a little with every event. */
function roomFor(length: number): number {
  return length + (length >> 2) + 16;
}
