/** From 32-bit hashes to small numbers: open addressing over two typed arrays, several times faster than a Map on the hot path. */
export class HashIndex {
  private readonly keys: Int32Array;
  private readonly values: Int32Array;
  private readonly mask: number;

  /** Of two entries with one hash the first stays. */
  constructor(entries: readonly (readonly [hash: number, value: number])[]) {
    let size = 8;
    while (size < entries.length * 4) size *= 2;
    this.mask = size - 1;
    this.keys = new Int32Array(size);
    this.values = new Int32Array(size).fill(-1);
    for (const [hash, value] of entries) {
      const place = this.placeOf(hash);
      if (this.values[place] !== -1) continue;
      this.keys[place] = hash;
      this.values[place] = value;
    }
  }

  /** -1 when there is none. */
  get(hash: number): number {
    return this.values[this.placeOf(hash)]!;
  }

  private placeOf(hash: number): number {
    let place = (hash ^ (hash >>> 15)) & this.mask;
    while (this.values[place] !== -1 && this.keys[place] !== hash) place = (place + 1) & this.mask;
    return place;
  }
}
