/** What waits: changed since the store was told, or on its way there. */
export const DIRTY = 1;
export const WRITING = 2;

const FIRST_SLOTS = 256;
const FIRST_BYTES = 1 << 16;

/**
 * The bytes of many keys in one buffer, and what is known of each key in typed arrays: a key costs its string, a map entry and its bytes,
 * and the collector sees none of it. A slot is a key's number here. Bytes that outgrew their room leave a hole; holes go with the slab.
 */
export class StateSlab {
  readonly slots = new Map<string, number>();
  readonly keys: string[] = [];
  /** Bytes in use, holes included. */
  used = 0;
  buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  readonly timerKinds: number;
  /** Slots that were marked; a slot may have lost its mark since. */
  dirty: number[] = [];
  writing: number[] = [];
  private starts = new Float64Array(FIRST_SLOTS);
  private lengths = new Uint32Array(FIRST_SLOTS);
  private rooms = new Uint32Array(FIRST_SLOTS);
  private marks = new Uint8Array(FIRST_SLOTS);
  private dues: Float64Array;
  private storedDues: Float64Array;

  constructor(timerKinds: number) {
    this.timerKinds = timerKinds;
    this.dues = new Float64Array(FIRST_SLOTS * timerKinds);
    this.storedDues = new Float64Array(FIRST_SLOTS * timerKinds);
  }

  /** A new key, without state and timers. */
  add(key: string, noTimer: number): number {
    const slot = this.keys.length;
    if (slot === this.lengths.length) this.growSlots();
    this.keys.push(key);
    this.slots.set(key, slot);
    const from = slot * this.timerKinds;
    this.dues.fill(noTimer, from, from + this.timerKinds);
    this.storedDues.fill(noTimer, from, from + this.timerKinds);
    return slot;
  }

  /** Takes a key over from another slab, with marks and timers; the other forgets its marks. */
  adopt(from: StateSlab, place: number): number {
    const slot = this.add(from.keys[place]!, 0);
    const start = from.starts[place]!;
    this.put(slot, from.buffer, start, start + from.lengths[place]!);
    for (let kind = 0; kind < this.timerKinds; kind++) {
      this.dues[slot * this.timerKinds + kind] = from.dueOf(place, kind);
      this.storedDues[slot * this.timerKinds + kind] = from.storedDueOf(place, kind);
    }
    const marks = from.marks[place]!;
    from.marks[place] = 0;
    if ((marks & DIRTY) !== 0) this.mark(slot);
    if ((marks & WRITING) !== 0) {
      this.marks[slot]! |= WRITING;
      this.writing.push(slot);
    }
    return slot;
  }

  /** No bytes: the key has no state. */
  put(slot: number, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length > this.rooms[slot]!) this.makeRoom(slot, length);
    bytes.copy(this.buffer, this.starts[slot]!, start, end);
    this.lengths[slot] = length;
  }

  startOf(slot: number): number {
    return this.starts[slot]!;
  }

  lengthOf(slot: number): number {
    return this.lengths[slot]!;
  }

  dueOf(slot: number, kind: number): number {
    return this.dues[slot * this.timerKinds + kind]!;
  }

  setDue(slot: number, kind: number, due: number): void {
    this.dues[slot * this.timerKinds + kind] = due;
  }

  /** The timer that the store holds, or is about to hold. */
  storedDueOf(slot: number, kind: number): number {
    return this.storedDues[slot * this.timerKinds + kind]!;
  }

  setStoredDue(slot: number, kind: number, due: number): void {
    this.storedDues[slot * this.timerKinds + kind] = due;
  }

  marksOf(slot: number): number {
    return this.marks[slot]!;
  }

  /** True when the slot was not dirty before. */
  mark(slot: number): boolean {
    if ((this.marks[slot]! & DIRTY) !== 0) return false;
    this.marks[slot]! |= DIRTY;
    this.dirty.push(slot);
    return true;
  }

  /** What is dirty is on its way to the store from now on. */
  beginWriting(): void {
    this.writing = this.dirty.filter((slot) => (this.marks[slot]! & DIRTY) !== 0);
    for (const slot of this.writing) this.marks[slot] = WRITING;
    this.dirty = [];
  }

  endWriting(): void {
    for (const slot of this.writing) this.marks[slot]! &= ~WRITING;
    this.writing = [];
  }

  /** Slots with a mark, each once. */
  *marked(): Iterable<number> {
    for (const slot of this.writing) if ((this.marks[slot]! & WRITING) !== 0) yield slot;
    for (const slot of this.dirty) if (this.marks[slot] === DIRTY) yield slot;
  }

  /** A quarter more than is needed: states grow a little with every event. */
  private makeRoom(slot: number, length: number): void {
    const room = length === 0 ? 0 : length + (length >> 2) + 16;
    const needed = this.used + room;
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, this.used);
      this.buffer = grown;
    }
    this.starts[slot] = this.used;
    this.rooms[slot] = room;
    this.used = needed;
  }

  private growSlots(): void {
    const slots = this.lengths.length * 2;
    const longer = <T extends Float64Array | Uint32Array | Uint8Array>(short: T, long: T): T => {
      long.set(short);
      return long;
    };
    this.starts = longer(this.starts, new Float64Array(slots));
    this.lengths = longer(this.lengths, new Uint32Array(slots));
    this.rooms = longer(this.rooms, new Uint32Array(slots));
    this.marks = longer(this.marks, new Uint8Array(slots));
    this.dues = longer(this.dues, new Float64Array(slots * this.timerKinds));
    this.storedDues = longer(this.storedDues, new Float64Array(slots * this.timerKinds));
  }
}
