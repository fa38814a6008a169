import { release } from "./release.ts";

/** Kinds of changes. */
export const STATE = 1;
export const STATE_REMOVED = 2;
export const TIMER_ADDED = 3;
export const TIMER_REMOVED = 4;

/** Room between a key and its state: a slab keeps the key's length there, a store its checksum. */
export const GAP_BYTES = 4;
/** Longest key of a state or timer, in UTF-8. */
export const MAX_KEY_BYTES = 1_900;

/** Entries begin at multiples of it, so that a place in a large file fits few bits. */
export const ENTRY_UNIT_BYTES = 8;

const FIRST_BYTES = 1 << 12;
/** Beside the kind of a state. */
const KNOWN = 0x80;
const STATE_HEAD_BYTES = 7;
const REMOVED_HEAD_BYTES = 3;
const TIMER_HEAD_BYTES = 12;
const MAX_TIMER_KIND = 255;

/**
 * What one write changes, as bytes in one buffer of its own: whoever writes them to a disk may be another thread, and may write them as they are.
 * Changes count in their order. An entry is its kind in a byte (of a state with a bit whether its key is known to have one in the store), the key's
 * length in two, then
 *   of a state: the state's length in four, key, GAP_BYTES, state;
 *   of a state that is removed: key;
 *   of a timer: its kind in a byte, due in eight, key;
 * then zeros up to a multiple of ENTRY_UNIT_BYTES.
 */
export class StoreChanges {
  private buffer: Buffer<ArrayBuffer>;
  private used = 0;

  constructor(expectedBytes = FIRST_BYTES) {
    this.buffer = Buffer.allocUnsafeSlow(expectedBytes);
  }

  /** The entries so far. The buffer below holds nothing else, so it may be given away, and the changes with it. */
  get bytes(): Buffer<ArrayBuffer> {
    return this.buffer.subarray(0, this.used);
  }

  /**
   * Copies a key and its state: in `source` the key begins at `keyStart` and ends GAP_BYTES before `start`, where the state begins. `known`: the store
   * has a state of this key for certain, which spares looking whether it is that key's.
   */
  state(source: Buffer, keyStart: number, start: number, end: number, known = false): void {
    const bytes = end - keyStart;
    const at = this.begin(known ? STATE | KNOWN : STATE, start - GAP_BYTES - keyStart, STATE_HEAD_BYTES + bytes);
    this.buffer.writeUInt32LE(end - start, at + 3);
    source.copy(this.buffer, at + STATE_HEAD_BYTES, keyStart, end);
  }

  stateRemoved(source: Buffer, keyStart: number, keyEnd: number): void {
    const at = this.begin(STATE_REMOVED, keyEnd - keyStart, REMOVED_HEAD_BYTES + keyEnd - keyStart);
    source.copy(this.buffer, at + REMOVED_HEAD_BYTES, keyStart, keyEnd);
  }

  /** `due` is a whole number of milliseconds from 0 on, `timerKind` at most 255. */
  timerAdded(due: number, timerKind: number, source: Buffer, keyStart: number, keyEnd: number): void {
    this.timer(TIMER_ADDED, due, timerKind, source, keyStart, keyEnd);
  }

  timerRemoved(due: number, timerKind: number, source: Buffer, keyStart: number, keyEnd: number): void {
    this.timer(TIMER_REMOVED, due, timerKind, source, keyStart, keyEnd);
  }

  private timer(kind: number, due: number, timerKind: number, source: Buffer, keyStart: number, keyEnd: number): void {
    if (!Number.isSafeInteger(due) || due < 0) throw new RangeError("a timer's due time must be a whole number of milliseconds from 0 on");
    if (!Number.isInteger(timerKind) || timerKind < 0 || timerKind > MAX_TIMER_KIND)
      throw new RangeError("a timer's kind must be 0 to 255");
    const at = this.begin(kind, keyEnd - keyStart, TIMER_HEAD_BYTES + keyEnd - keyStart);
    this.buffer[at + 3] = timerKind;
    this.buffer.writeDoubleLE(due, at + 4);
    source.copy(this.buffer, at + TIMER_HEAD_BYTES, keyStart, keyEnd);
  }

  /** Room for an entry; its place. A write is refused here or not at all. */
  private begin(kind: number, keyBytes: number, entryBytes: number): number {
    if (keyBytes < 1 || keyBytes > MAX_KEY_BYTES) {
      throw new RangeError(`a key of ${keyBytes} bytes does not fit the store: 1 to ${MAX_KEY_BYTES} bytes`);
    }
    const at = this.used;
    this.used = padded(at + entryBytes);
    if (this.used > this.buffer.length) this.grow();
    const { buffer } = this;
    buffer.writeDoubleLE(0, this.used - ENTRY_UNIT_BYTES);
    buffer[at] = kind;
    buffer[at + 1] = keyBytes & 0xff;
    buffer[at + 2] = keyBytes >> 8;
    return at;
  }

  private grow(): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.used, this.buffer.length * 2));
    this.buffer.copy(grown);
    release(this.buffer);
    this.buffer = grown;
  }
}

function padded(end: number): number {
  return Math.ceil(end / ENTRY_UNIT_BYTES) * ENTRY_UNIT_BYTES;
}

/** Shows one change at a time without making an object of it: windows into `buffer`. */
export class ChangesCursor {
  buffer: Buffer;
  /** Where the entry begins. */
  entry = 0;
  /** Where the next one begins. */
  at = 0;
  kind = 0;
  keyStart = 0;
  keyEnd = 0;
  /** Of a state. */
  start = 0;
  end = 0;
  known = false;
  /** Of a timer. */
  due = 0;
  timerKind = 0;

  constructor(bytes: Buffer) {
    this.buffer = bytes;
  }

  /** Stands before the entry that begins at `at` of `buffer`. */
  moveTo(buffer: Buffer, at: number): void {
    this.buffer = buffer;
    this.at = at;
  }

  /** Moves on; false after the last change. */
  next(): boolean {
    const { buffer, at } = this;
    if (at === buffer.length) return false;
    const kind = buffer[at]! & ~KNOWN;
    this.entry = at;
    const keyBytes = buffer[at + 1]! + buffer[at + 2]! * 256;
    this.kind = kind;
    if (kind === STATE) {
      this.keyStart = at + STATE_HEAD_BYTES;
      this.start = this.keyStart + keyBytes + GAP_BYTES;
      this.end = this.start + buffer.readUInt32LE(at + 3);
      this.at = padded(this.end);
      this.known = (buffer[at]! & KNOWN) !== 0;
    } else {
      this.keyStart = at + (kind === STATE_REMOVED ? REMOVED_HEAD_BYTES : TIMER_HEAD_BYTES);
      this.at = padded(this.keyStart + keyBytes);
      if (kind !== STATE_REMOVED) {
        this.timerKind = buffer[at + 3]!;
        this.due = buffer.readDoubleLE(at + 4);
      }
    }
    this.keyEnd = this.keyStart + keyBytes;
    return true;
  }

  key(): string {
    return this.buffer.utf8Slice(this.keyStart, this.keyEnd);
  }
}
