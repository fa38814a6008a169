import { randomFillSync } from "node:crypto";

const RANDOM_BYTES = 10;
const POOLED = 256;
const COUNTER_LIMIT = 0x1000;

/** Ids that sort by time: 48 bits of milliseconds, a counter of 12 bits inside the millisecond, 62 random bits (RFC 9562). */
export function uuidV7Source(now: () => number): () => string {
  const pool = Buffer.alloc(RANDOM_BYTES * POOLED);
  const id = Buffer.alloc(16);
  let at = pool.length;
  let last = 0;
  let counter = 0;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    const time = now();
    if (time > last) {
      last = time;
      counter = pool.readUInt16BE(at) & 0x7ff;
    } else if (++counter === COUNTER_LIMIT) {
      // The counter is spent, or the clock went back: ids must rise all the same.
      last++;
      counter = 0;
    }
    id.writeUIntBE(last, 0, 6);
    id.writeUInt16BE(0x7000 | counter, 6);
    pool.copy(id, 8, at + 2, at + RANDOM_BYTES);
    id[8] = 0x80 | ((id[8] as number) & 0x3f);
    at += RANDOM_BYTES;
    const hex = id.toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}
