/** Writes Kafka's protocol primitives. "Compact" forms belong to the flexible request versions. Payloads can be attached without a copy. */
import { writeLong } from "../record-batch-layout.ts";

const INITIAL_BYTES = 512;

export class WireWriter {
  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private position = 0;
  private start = 0;
  private readonly pieces: Buffer[] = [];
  private pieceBytes = 0;

  int8(value: number): this {
    this.ensure(1);
    this.position = this.buffer.writeInt8(value, this.position);
    return this;
  }

  int16(value: number): this {
    this.ensure(2);
    this.position = this.buffer.writeInt16BE(value, this.position);
    return this;
  }

  int32(value: number): this {
    this.ensure(4);
    this.position = this.buffer.writeInt32BE(value, this.position);
    return this;
  }

  long(value: number): this {
    this.ensure(8);
    writeLong(this.buffer, this.position, value);
    this.position += 8;
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  unsignedVarint(value: number): this {
    this.ensure(5);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.byteLength(value);
    return this.int16(bytes).text(value, bytes);
  }

  compactString(value: string | null): this {
    if (value === null) return this.unsignedVarint(0);
    const bytes = Buffer.byteLength(value);
    return this.unsignedVarint(bytes + 1).text(value, bytes);
  }

  bytes(value: Uint8Array): this {
    return this.int32(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    this.ensure(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
    return this;
  }

  array<T>(items: readonly T[], write: (item: T) => void): this {
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.unsignedVarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  /** No tagged fields. */
  tags(): this {
    return this.unsignedVarint(0);
  }

  /** Compact bytes, sent from where they are: they must not change until the answer has come. */
  attachCompact(payload: Buffer): this {
    this.unsignedVarint(payload.length + 1);
    this.cut();
    this.pieces.push(payload);
    this.pieceBytes += payload.length;
    return this;
  }

  /** The frame's pieces with the size in front, for one write each. */
  frame(): Buffer[] {
    this.cut();
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(this.pieceBytes, 0);
    return [size, ...this.pieces];
  }

  private text(value: string, bytes: number): this {
    this.ensure(bytes);
    this.position += this.buffer.write(value, this.position, bytes, "utf8");
    return this;
  }

  private cut(): void {
    if (this.position === this.start) return;
    this.pieces.push(this.buffer.subarray(this.start, this.position));
    this.pieceBytes += this.position - this.start;
    this.start = this.position;
  }

  private ensure(bytes: number): void {
    if (this.position + bytes <= this.buffer.length) return;
    const written = this.buffer.subarray(this.start, this.position);
    const grown = Buffer.allocUnsafe(Math.max((written.length + bytes) * 2, INITIAL_BYTES));
    written.copy(grown);
    this.buffer = grown;
    this.position = written.length;
    this.start = 0;
  }
}
