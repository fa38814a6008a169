import { NO_TIMER } from "./fold.ts";
import type { SlabKey } from "./slab-key.ts";
import { SlotTable } from "./slot-table.ts";
import { GAP_BYTES, type StoreChanges } from "./store-changes.ts";

/** What waits: changed since the store was told, or on its way there. */
export const DIRTY = 1;
export const WRITING = 2;

const FIRST_SLOTS = 256;
const FIRST_BYTES = 1 << 16;
/** Columns of a row; its first is the start. */
const LENGTH = 1;
const ROOM = 2;
const MARKS = 3;
const TIMERS = 4;
/** As a key's length is kept in two bytes. */
const MAX_KEY_BYTES = 0xffff;

/**
 * Keys and bytes of many states in one buffer, and what is known of each in typed arrays: the collector sees none of it. A slot is a key's number
 * here; its key stands before its state, with the key's length between them. Bytes that outgrew their room leave a hole; holes go with the slab.
 */
export class StateSlab {
  private readonly table = new SlotTable();
  private count = 0;
  /** Bytes in use, holes included. */
  used = 0;
  buffer: Buffer;
  readonly timerKinds: number;
  /** Slots that were marked; a slot may have lost its mark since. */
  dirty: number[] = [];
  writing: number[] = [];
  /** Of each slot in one row, so that a slot is one line of the processor's cache: start, length, room, marks, then due and stored timers. */
  private rows: Float64Array;
  private readonly width: number;
  private room = FIRST_SLOTS;

  /** `expectedBytes`: room that is made at once; memory that is not used costs nothing, growing does. */
  constructor(timerKinds: number, expectedBytes = FIRST_BYTES) {
    this.buffer = Buffer.allocUnsafeSlow(expectedBytes);
    this.timerKinds = timerKinds;
    this.width = TIMERS + timerKinds * 2;
    this.rows = new Float64Array(FIRST_SLOTS * this.width);
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

  /** Tells a write of the slot's state, or that there is none any more. */
  copyState(slot: number, changes: StoreChanges): void {
    const keyEnd = this.keyEnd(slot);
    const keyStart = keyEnd - this.keyLength(slot);
    const start = keyEnd + GAP_BYTES;
    const length = this.lengthOf(slot);
    if (length === 0) changes.stateRemoved(this.buffer, keyStart, keyEnd);
    else changes.state(this.buffer, keyStart, start, start + length);
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

  /** A new key, without state and timers. The caller knows that it is not here. */
  add(key: SlabKey, noTimer: number): number {
    const { length } = key;
    if (length > MAX_KEY_BYTES) throw new RangeError(`a key of ${length} bytes is too long: ${MAX_KEY_BYTES} at most`);
    const slot = this.count++;
    if (slot === this.room) this.growSlots();
    this.makeRoom(length + GAP_BYTES);
    for (let index = 0; index < length; index++) this.buffer[this.used + index] = key.bytes[index]!;
    const row = slot * this.width;
    this.rows.fill(0, row, row + TIMERS);
    this.rows.fill(noTimer, row + TIMERS, row + this.width);
    this.place(slot, this.used + length, length, 0);
    this.table.add(key.hash, slot);
    return slot;
  }

  /** Ends the key at `keyEnd`; the state behind it may have `room` bytes. */
  private place(slot: number, keyEnd: number, keyLength: number, room: number): void {
    this.buffer[keyEnd] = keyLength & 0xff;
    this.buffer[keyEnd + 1] = keyLength >> 8;
    const row = slot * this.width;
    this.rows[row] = keyEnd + GAP_BYTES;
    this.rows[row + ROOM] = room;
    this.used = keyEnd + GAP_BYTES + room;
  }

  /** Takes a key over from another slab, with marks and timers; the other forgets its marks. */
  adopt(from: StateSlab, place: number, key: SlabKey): number {
    const slot = this.add(key, 0);
    const start = from.startOf(place);
    this.put(slot, from.buffer, start, start + from.lengthOf(place));
    for (let column = TIMERS; column < this.width; column++) {
      this.rows[slot * this.width + column] = from.rows[place * this.width + column]!;
    }
    const marks = from.marksOf(place);
    from.setMarks(place, 0);
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

  /** No bytes: the key has no state. */
  put(slot: number, bytes: Buffer, start: number, end: number): void {
    const draft = this.draftOf(slot);
    this.makeRoom(draft - this.used + end - start);
    bytes.copy(this.buffer, draft, start, end);
    this.keep(slot, end - start);
  }

  /** Where the bytes of a slot are written before `keep`: behind those in use, with room for the key before them. */
  draftOf(slot: number): number {
    return this.used + this.keyLength(slot) + GAP_BYTES;
  }

  /** What was written to the draft becomes the slot's: in its own place if it fits there, else where it is. */
  keep(slot: number, length: number): void {
    const row = slot * this.width;
    const { rows, used } = this;
    const draft = this.draftOf(slot);
    if (length <= rows[row + ROOM]!) this.buffer.copyWithin(rows[row]!, draft, draft + length);
    else {
      const keyLength = this.keyLength(slot);
      const keyEnd = this.keyEnd(slot);
      this.buffer.copyWithin(used, keyEnd - keyLength, keyEnd);
      // A quarter more than is needed: states grow a little with every event.
      const room = length + (length >> 2) + 16;
      this.makeRoom(draft - used + room);
      this.place(slot, used + keyLength, keyLength, room);
    }
    rows[row + LENGTH] = length;
  }

  startOf(slot: number): number {
    return this.rows[slot * this.width]!;
  }

  lengthOf(slot: number): number {
    return this.rows[slot * this.width + LENGTH]!;
  }

  dueOf(slot: number, kind: number): number {
    return this.rows[slot * this.width + TIMERS + kind]!;
  }

  setDue(slot: number, kind: number, due: number): void {
    this.rows[slot * this.width + TIMERS + kind] = due;
  }

  /** The timer that the store holds, or is about to hold. */
  storedDueOf(slot: number, kind: number): number {
    return this.rows[slot * this.width + TIMERS + this.timerKinds + kind]!;
  }

  setStoredDue(slot: number, kind: number, due: number): void {
    this.rows[slot * this.width + TIMERS + this.timerKinds + kind] = due;
  }

  marksOf(slot: number): number {
    return this.rows[slot * this.width + MARKS]!;
  }

  private setMarks(slot: number, marks: number): void {
    this.rows[slot * this.width + MARKS] = marks;
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
    for (const slot of this.writing) this.setMarks(slot, WRITING);
    this.dirty = [];
  }

  endWriting(): void {
    for (const slot of this.writing) this.setMarks(slot, this.marksOf(slot) & ~WRITING);
    this.writing = [];
  }

  /** Slots with a mark, each once. */
  *marked(): Iterable<number> {
    for (const slot of this.writing) if ((this.marksOf(slot) & WRITING) !== 0) yield slot;
    for (const slot of this.dirty) if (this.marksOf(slot) === DIRTY) yield slot;
  }

  private makeRoom(bytes: number): void {
    const needed = this.used + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, needed);
    this.buffer = grown;
  }

  private growSlots(): void {
    this.room *= 2;
    const longer = new Float64Array(this.room * this.width);
    longer.set(this.rows);
    this.rows = longer;
  }
}
