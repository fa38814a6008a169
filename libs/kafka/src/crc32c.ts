/** CRC-32C (Castagnoli), the checksum of record batches; Node has only CRC-32. Slicing by eight: eight table look-ups per eight bytes. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;
const tables = makeTables();

function makeTables(): readonly Int32Array[] {
  const slices = Array.from({ length: SLICES }, () => new Int32Array(256));
  const first = slices[0]!;
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    first[byte] = value;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    const previous = slices[slice - 1]!;
    for (let byte = 0; byte < 256; byte++) slices[slice]![byte] = (previous[byte]! >>> 8) ^ first[previous[byte]! & 0xff]!;
  }
  return slices;
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** Checksum of the window as an unsigned 32-bit number. */
export function crc32c(buffer: Uint8Array, start: number, end: number): number {
  const words = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  let crc = -1;
  let at = start;
  const whole = start + ((end - start) & ~7);
  for (; at < whole; at += 8) {
    crc ^= words.getInt32(at, true);
    const next = words.getInt32(at + 4, true);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[next & 0xff]! ^
      t2[(next >>> 8) & 0xff]! ^
      t1[(next >>> 16) & 0xff]! ^
      t0[next >>> 24]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t0[(crc ^ buffer[at]!) & 0xff]!;
  return ~crc >>> 0;
}
