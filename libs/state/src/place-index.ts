/** No record is at this place: each segment begins with bytes of its own. */
export const NOWHERE = 0;

/** There is no such pair. */
export const NO_PAIR = -1;

const REMOVED = -1;
const FIRST_PLACES = 512;
/** Words before the pairs: how many keys the table knows, and how many of its pairs are in use, removed ones included. */
const KEYS = 0;
const TAKEN = 1;
const HEAD_WORDS = 2;
/** Of all pairs in use. A pair is eight bytes, and looking at the next one costs nothing: it lies in the same line of the processor's cache. */
const MAX_LOAD = 0.7;

/**
 * Where the states of all keys lie: an open table of pairs (hash of the key, place) in shared memory, 8 bytes each. Keys of the same hash have a pair each, so the
 * caller compares keys. One thread writes; another may look for keys that are not being written.
 */
export class PlaceIndex {
  private words: Int32Array;
  private mask: number;

  constructor(memory: SharedArrayBuffer = memoryFor(FIRST_PLACES)) {
    this.words = new Int32Array(memory);
    this.mask = (this.words.length - HEAD_WORDS) / 2 - 1;
  }

  get memory(): SharedArrayBuffer {
    return this.words.buffer as SharedArrayBuffer;
  }

  /** The first pair of this hash, or NO_PAIR. */
  first(hash: number): number {
    return this.seek(hash, hash & this.mask);
  }

  /** The next pair of this hash behind `pair`, or NO_PAIR. */
  after(hash: number, pair: number): number {
    return this.seek(hash, (pair + 1) & this.mask);
  }

  private seek(hash: number, from: number): number {
    const { words, mask } = this;
    for (let pair = from; ; pair = (pair + 1) & mask) {
      const at = HEAD_WORDS + pair * 2;
      // The other thread writes the place last.
      const place = Atomics.load(words, at + 1);
      if (place === NOWHERE) return NO_PAIR;
      if (words[at] === hash && place !== REMOVED) return pair;
    }
  }

  /** The pair of this hash and place, or NO_PAIR. */
  find(hash: number, place: number): number {
    let pair = this.first(hash);
    while (pair !== NO_PAIR && this.placeAt(pair) !== place) pair = this.after(hash, pair);
    return pair;
  }

  placeAt(pair: number): number {
    return Atomics.load(this.words, HEAD_WORDS + pair * 2 + 1);
  }

  move(pair: number, place: number): void {
    Atomics.store(this.words, HEAD_WORDS + pair * 2 + 1, place);
  }

  remove(pair: number): void {
    this.move(pair, REMOVED);
    this.words[KEYS]!--;
  }

  /** The caller knows that the key is not there. May take new memory. */
  add(hash: number, place: number): void {
    if (this.words[TAKEN]! >= MAX_LOAD * (this.mask + 1)) this.grow();
    this.put(hash, place);
  }

  private put(hash: number, place: number): void {
    const { words, mask } = this;
    let pair = hash & mask;
    while (words[HEAD_WORDS + pair * 2 + 1] !== NOWHERE) pair = (pair + 1) & mask;
    words[HEAD_WORDS + pair * 2] = hash;
    this.move(pair, place);
    words[KEYS]!++;
    words[TAKEN]!++;
  }

  /** Into twice the room, or into as much where most pairs were removed. The former memory stays as it is for whoever looks at it. */
  private grow(): void {
    const former = this.words;
    const places = this.mask + 1;
    this.words = new Int32Array(memoryFor(former[KEYS]! * 2 > MAX_LOAD * places ? places * 2 : places));
    this.mask = (this.words.length - HEAD_WORDS) / 2 - 1;
    for (let at = HEAD_WORDS; at < former.length; at += 2) {
      const place = former[at + 1]!;
      if (place !== NOWHERE && place !== REMOVED) this.put(former[at]!, place);
    }
  }
}

function memoryFor(places: number): SharedArrayBuffer {
  return new SharedArrayBuffer((HEAD_WORDS + places * 2) * Int32Array.BYTES_PER_ELEMENT);
}
