const encoder = new TextEncoder();
/** Keys up to this length are encoded in place: most are ids of plain ASCII. */
const SHORT_KEY_CHARACTERS = 256;
const shortKey = new Uint8Array(SHORT_KEY_CHARACTERS);

/** Kafka's murmur2 over a window of bytes, as the Java client computes it. */
export function murmur2(data: Uint8Array, start = 0, end: number = data.length): number {
  const length = end - start;
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ length;
  const blocks = length >> 2;
  for (let index = 0; index < blocks; index++) {
    const at = start + (index << 2);
    let k = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const tail = start + (blocks << 2);
  const rest = length & 3;
  if (rest === 3) h ^= data[tail + 2]! << 16;
  if (rest >= 2) h ^= data[tail + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ data[tail]!, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** Partition of a key among `partitions`: the Java client's default partitioner (librdkafka's default differs). */
export function partitionOf(key: string | Uint8Array, partitions: number): number {
  return (hashOf(key) & 0x7fffffff) % partitions;
}

function hashOf(key: string | Uint8Array): number {
  if (typeof key !== "string") return murmur2(key);
  const { length } = key;
  if (length > SHORT_KEY_CHARACTERS) return murmur2(encoder.encode(key));
  for (let index = 0; index < length; index++) {
    const code = key.charCodeAt(index);
    if (code > 0x7f) return murmur2(encoder.encode(key));
    shortKey[index] = code;
  }
  return murmur2(shortKey, 0, length);
}

/** The same for a key that is a window of `buffer`. */
export function partitionOfWindow(buffer: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(buffer, start, end) & 0x7fffffff) % partitions;
}

/**
 * Where partition `partition` of `own` is heard among `others`: those of the same number, counted round. With more others each hears of exactly one
 * partition; with fewer, some have nobody to tell.
 */
export function partitionsOfSameNumber(partition: number, own: number, others: number): number[] {
  const targets: number[] = [];
  for (let target = partition; target < others; target += own) targets.push(target);
  return targets;
}
