/** FNV-1a over UTF-16 units, 32 bits, signed: names a rule, a decay or a cap in the state, whatever the model's order. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash | 0;
}

/** Second, independent lane for event ids: together with `hash32` 64 bits. */
export function secondHash32(text: string): number {
  let hash = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash | 0;
}
