import { NEVER } from "./never.ts";

/** Words of an id: two hashes, then the time's high and low half. */
const WORDS = 4;
const WORD_BYTES = 4;
export const ID_BYTES = WORDS * WORD_BYTES;
const FIRST_IDS = 4;
const GROWTH = 4;
const HALF = 0x1_0000_0000;

export interface IdLimits {
  readonly windowMs: number;
  readonly events: number;
}

/**
 * Recent event ids of a lead as two 32-bit hashes, in order of arrival, with the log time; NEVER for imported ones, which leave by number only.
 * Kept as flat words, so that storing and restoring them is one copy.
 */
export class RecentIds {
  count = 0;
  private words = new Int32Array(FIRST_IDS * WORDS);

  /** The event's id was seen inside the declared window (F15). Ids of imported events leave by number only, never by time. */
  has(high: number, low: number, now: number, windowMs: number): boolean {
    const { words } = this;
    for (let place = (this.count - 1) * WORDS; place >= 0; place -= WORDS) {
      if (words[place] !== high || words[place + 1] !== low) continue;
      const time = this.timeAt(place);
      if (time === NEVER || now - time <= windowMs) return true;
    }
    return false;
  }

  /** Appends an id and lets go of those that are too old or too many, the oldest first. */
  remember(high: number, low: number, time: number, limits: IdLimits): void {
    this.makeRoom(this.count + 1);
    const place = this.count * WORDS;
    this.words[place] = high;
    this.words[place + 1] = low;
    this.words[place + 2] = Math.floor(time / HALF);
    this.words[place + 3] = time | 0;
    this.count++;
    let gone = Math.max(0, this.count - limits.events);
    while (gone < this.count - 1 && time !== NEVER && this.isOlder(gone * WORDS, time - limits.windowMs)) gone++;
    if (gone === 0) return;
    this.words.copyWithin(0, gone * WORDS, this.count * WORDS);
    this.count -= gone;
  }

  /** Copies the ids out to `target` from `start` on; returns where they end. */
  writeTo(target: DataView, start: number): number {
    const { words } = this;
    const end = start + this.count * ID_BYTES;
    for (let at = start, place = 0; at < end; at += WORD_BYTES, place++) target.setInt32(at, words[place]!, true);
    return end;
  }

  /** Takes `count` ids over from bytes that `writeTo` made. */
  readFrom(source: DataView, start: number, count: number): void {
    this.makeRoom(count);
    this.count = count;
    const { words } = this;
    const end = start + count * ID_BYTES;
    for (let at = start, place = 0; at < end; at += WORD_BYTES, place++) words[place] = source.getInt32(at, true);
  }

  private isOlder(place: number, bound: number): boolean {
    const time = this.timeAt(place);
    return time !== NEVER && time < bound;
  }

  private timeAt(place: number): number {
    return this.words[place + 2]! * HALF + (this.words[place + 3]! >>> 0);
  }

  private makeRoom(count: number): void {
    if (count * WORDS <= this.words.length) return;
    const longer = new Int32Array(Math.max(count * WORDS, this.words.length * GROWTH));
    longer.set(this.words);
    this.words = longer;
  }
}
