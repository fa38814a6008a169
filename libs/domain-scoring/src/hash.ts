/** FNV-1a over UTF-16 units, 32 bits, signed: names a rule, a decay or a cap in the state, whatever the model's order. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash | 0;
}

/** Second, independent lane for event ids: together with `hash32` 64 bits. */
export function secondHash32(text: string): number {
  const both = new TwoHashes();
  both.take(text);
  return both.low;
}

/** Both lanes of a text in one pass: every event's id is hashed. */
export class TwoHashes {
  /** As `hash32`. */
  high = 0;
  /** The second lane. */
  low = 0;

  take(text: string): void {
    let high = 0x811c9dc5;
    let low = 0x9747b28c;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ unit, 0x5bd1e995);
      low ^= low >>> 15;
    }
    this.high = high | 0;
    this.low = low | 0;
  }
}
