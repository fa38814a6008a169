/** Writes ClickHouse's RowBinary into one growing buffer. Integers are little-endian, lengths are unsigned varints. */
export class RowBinaryWriter {
  private buffer: Buffer;
  private length = 0;

  constructor(initialBytes = 16_384) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  get bytes(): number {
    return this.length;
  }

  reset(): void {
    this.length = 0;
  }

  /** What was written; valid until the next write or reset. */
  window(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** Forgets what was written after `length`: a row that turned out to be bad. */
  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  private ensure(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  uint8(value: number): void {
    this.ensure(1);
    this.buffer[this.length++] = value;
  }

  boolean(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  uint16(value: number): void {
    this.ensure(2);
    this.buffer[this.length++] = value & 0xff;
    this.buffer[this.length++] = (value >>> 8) & 0xff;
  }

  /** Int32 and UInt32 alike: the low 32 bits. */
  int32(value: number): void {
    this.ensure(4);
    const { buffer, length } = this;
    buffer[length] = value & 0xff;
    buffer[length + 1] = (value >>> 8) & 0xff;
    buffer[length + 2] = (value >>> 16) & 0xff;
    buffer[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  /** Int64 and UInt64 of a safe integer; DateTime64(3) as milliseconds since epoch. */
  int64(value: number): void {
    this.int32(value | 0);
    this.int32(Math.floor(value / 4_294_967_296) | 0);
  }

  float64(value: number): void {
    this.ensure(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  varint(value: number): void {
    this.ensure(8);
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  string(value: string): void {
    const length = value.length;
    if (length > 63) {
      this.longString(value);
      return;
    }
    this.ensure(length + 1);
    const buffer = this.buffer;
    let position = this.length + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.longString(value);
        return;
      }
      buffer[position++] = code;
    }
    buffer[this.length] = length;
    this.length = position;
  }

  private longString(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.varint(bytes);
    this.ensure(bytes);
    this.length += this.buffer.write(value, this.length, bytes, "utf8");
  }

  /** Flag of a Nullable column: true = NULL follows nothing, false = the value follows. */
  isNull(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }
}
