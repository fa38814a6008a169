/** Writes Avro binary into one growing buffer; generated codecs call it field by field. */
export class AvroWriter {
  buffer: Buffer;
  position = 0;
  private viewed: Buffer | null = null;
  private view: DataView | null = null;

  constructor(initialBytes = 4096) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** A copy of what was written since `start`. */
  slice(start = 0): Buffer {
    return Buffer.from(this.buffer.subarray(start, this.position));
  }

  reset(): void {
    this.position = 0;
  }

  ensure(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }

  /** The whole buffer as numbers of fixed width at any place; holds until the next `ensure`. */
  numbers(): DataView {
    const { buffer } = this;
    if (this.viewed === buffer && this.view !== null) return this.view;
    this.viewed = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    return this.view;
  }

  byte(value: number): void {
    this.ensure(1);
    this.buffer[this.position++] = value;
  }

  boolean(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  /** Zigzag varint; exact for safe integers, throws RangeError otherwise. */
  long(value: number): void {
    this.ensure(10);
    const buffer = this.buffer;
    let position = this.position;
    const whole = value | 0;
    if (whole === value && whole >= -0x40000000 && whole < 0x40000000) {
      let zigzag = (whole << 1) ^ (whole >> 31);
      while (zigzag > 0x7f || zigzag < 0) {
        buffer[position++] = (zigzag & 0x7f) | 0x80;
        zigzag >>>= 7;
      }
      buffer[position++] = zigzag;
      this.position = position;
      return;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError("not a safe integer");
    // Above 31 bits: as two halves, low 28 bits first, so that every step stays exact in a double.
    const magnitude = value >= 0 ? value : -(value + 1);
    let high = Math.floor(magnitude / 0x8000000);
    const low = (magnitude - high * 0x8000000) * 2 + (value < 0 ? 1 : 0);
    // Times come this way, several in each record: no loop.
    buffer[position] = (low & 0x7f) | 0x80;
    buffer[position + 1] = ((low >>> 7) & 0x7f) | 0x80;
    buffer[position + 2] = ((low >>> 14) & 0x7f) | 0x80;
    buffer[position + 3] = (low >>> 21) | 0x80;
    position += 4;
    while (high > 0x7f) {
      buffer[position++] = (high & 0x7f) | 0x80;
      high >>>= 7;
    }
    buffer[position++] = high;
    this.position = position;
  }

  /** Throws RangeError for what no reader would take for an int. */
  int(value: number): void {
    if (value !== (value | 0)) throw new RangeError("not a 32-bit integer");
    this.long(value);
  }

  double(value: number): void {
    this.ensure(8);
    this.buffer.writeDoubleLE(value, this.position);
    this.position += 8;
  }

  bytes(value: Uint8Array): void {
    this.long(value.length);
    this.ensure(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
  }

  raw(value: Uint8Array): void {
    this.ensure(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
  }

  string(value: string): void {
    const length = value.length;
    if (length > 48) {
      this.longString(value);
      return;
    }
    this.ensure(length * 3 + 2);
    const buffer = this.buffer;
    const start = this.position;
    let position = start + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.longString(value);
        return;
      }
      buffer[position++] = code;
    }
    buffer[start] = length << 1;
    this.position = position;
  }

  private longString(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.long(bytes);
    this.ensure(bytes);
    this.position += this.buffer.utf8Write(value, this.position, bytes);
  }
}
