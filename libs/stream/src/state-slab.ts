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

/**
 * The bytes of many keys in one buffer, and what is known of each key in typed arrays: a key costs its string, a map entry and its bytes,
 * and the collector sees none of it. A slot is a key's number here. Bytes that outgrew their room leave a hole; holes go with the slab.
 */
export class StateSlab {
  readonly slots = new Map<string, number>();
  readonly keys: string[] = [];
  /** Bytes in use, holes included. */
  used = 0;
  buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  readonly timerKinds: number;
  /** Slots that were marked; a slot may have lost its mark since. */
  dirty: number[] = [];
  writing: number[] = [];
  /** Of each slot in one row, so that a slot is one line of the processor's cache: start, length, room, marks, then due and stored timers. */
  private rows: Float64Array;
  private readonly width: number;
  private room = FIRST_SLOTS;

  constructor(timerKinds: number) {
    this.timerKinds = timerKinds;
    this.width = TIMERS + timerKinds * 2;
    this.rows = new Float64Array(FIRST_SLOTS * this.width);
  }

  /** A new key, without state and timers. */
  add(key: string, noTimer: number): number {
    const slot = this.keys.length;
    if (slot === this.room) this.growSlots();
    this.keys.push(key);
    this.slots.set(key, slot);
    this.rows.fill(noTimer, slot * this.width + TIMERS, (slot + 1) * this.width);
    return slot;
  }

  /** Takes a key over from another slab, with marks and timers; the other forgets its marks. */
  adopt(from: StateSlab, place: number): number {
    const slot = this.add(from.keys[place]!, 0);
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

  /** No bytes: the key has no state. */
  put(slot: number, bytes: Buffer, start: number, end: number): void {
    this.makeRoom(end - start);
    bytes.copy(this.buffer, this.used, start, end);
    this.keep(slot, end - start);
  }

  /** What was written behind the bytes in use becomes the slot's: in its own place if it fits there, else where it is. */
  keep(slot: number, length: number): void {
    const row = slot * this.width;
    const { rows, used } = this;
    if (length <= rows[row + ROOM]!) this.buffer.copyWithin(rows[row]!, used, used + length);
    else {
      // A quarter more than is needed: states grow a little with every event.
      const room = length + (length >> 2) + 16;
      this.makeRoom(room);
      rows[row] = used;
      rows[row + ROOM] = room;
      this.used = used + room;
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
