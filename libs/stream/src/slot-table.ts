import { release } from "./release.ts";

const FIRST_PLACES = 512;
const FREE = 0;
const REMOVED = -1;

/** Slots by the hash of their key: one array of pairs (hash, slot + 1), at most half full, so a key is found with one or two looks at memory. */
export class SlotTable {
  private pairs = new Int32Array(FIRST_PLACES * 2);
  private mask = FIRST_PLACES - 1;
  private taken = 0;

  /** Forgets every slot and keeps its memory. */
  clear(): void {
    this.pairs.fill(FREE);
    this.taken = 0;
  }

  /** Where the search for `hash` begins. */
  first(hash: number): number {
    return hash & this.mask;
  }

  /** The next place from `place` on whose slot has this hash, or -1 when there is none. */
  seek(hash: number, place: number): number {
    const { pairs, mask } = this;
    for (let at = place; ; at = (at + 1) & mask) {
      const slot = pairs[at * 2 + 1]!;
      if (slot === FREE) return -1;
      if (pairs[at * 2] === hash && slot !== REMOVED) return at;
    }
  }

  after(place: number): number {
    return (place + 1) & this.mask;
  }

  slotAt(place: number): number {
    return this.pairs[place * 2 + 1]! - 1;
  }

  removeAt(place: number): void {
    this.pairs[place * 2 + 1] = REMOVED;
  }

  /** The caller knows that the key is not there. */
  add(hash: number, slot: number): void {
    if ((this.taken + 1) * 2 > this.mask) this.grow();
    this.taken++;
    this.put(hash, slot + 1);
  }

  private put(hash: number, slot: number): void {
    const { pairs, mask } = this;
    let at = hash & mask;
    while (pairs[at * 2 + 1] !== FREE) at = (at + 1) & mask;
    pairs[at * 2] = hash;
    pairs[at * 2 + 1] = slot;
  }

  private grow(): void {
    const former = this.pairs;
    this.pairs = new Int32Array(former.length * 2);
    this.mask = this.pairs.length / 2 - 1;
    this.taken = 0;
    for (let at = 0; at < former.length; at += 2) {
      const slot = former[at + 1]!;
      if (slot === FREE || slot === REMOVED) continue;
      this.put(former[at]!, slot);
      this.taken++;
    }
    release(former);
  }
}
