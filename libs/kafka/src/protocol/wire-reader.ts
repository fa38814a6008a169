/** Reads Kafka's protocol primitives from one answer. "Compact" forms belong to the flexible request versions. */
import { readLong } from "../record-batch-layout.ts";

export class WireReader {
  private readonly buffer: Buffer;
  private position = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  int8(): number {
    return this.buffer.readInt8(this.forward(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.forward(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.forward(4));
  }

  long(): number {
    return readLong(this.buffer, this.forward(8));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  unsignedVarint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.buffer.readUInt8(this.forward(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  nullableString(): string | null {
    const bytes = this.int16();
    return bytes < 0 ? null : this.text(bytes);
  }

  string(): string {
    return this.nullableString() ?? "";
  }

  nullableCompactString(): string | null {
    const bytes = this.unsignedVarint() - 1;
    return bytes < 0 ? null : this.text(bytes);
  }

  compactString(): string {
    return this.nullableCompactString() ?? "";
  }

  /** A window, not a copy. */
  bytes(): Buffer {
    const bytes = this.int32();
    return this.raw(Math.max(bytes, 0));
  }

  raw(bytes: number): Buffer {
    const start = this.forward(bytes);
    return this.buffer.subarray(start, start + bytes);
  }

  array<T>(read: () => T): T[] {
    return this.items(this.int32(), read);
  }

  compactArray<T>(read: () => T): T[] {
    return this.items(this.unsignedVarint() - 1, read);
  }

  /** Passes tagged fields; `known` may read one of them. */
  tags(known?: (tag: number, value: WireReader) => void): void {
    for (let left = this.unsignedVarint(); left > 0; left--) {
      const tag = this.unsignedVarint();
      const value = this.raw(this.unsignedVarint());
      known?.(tag, new WireReader(value));
    }
  }

  private items<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let index = 0; index < count; index++) items.push(read());
    return items;
  }

  private text(bytes: number): string {
    const start = this.forward(bytes);
    return this.buffer.toString("utf8", start, start + bytes);
  }

  private forward(bytes: number): number {
    const start = this.position;
    if (start + bytes > this.buffer.length) throw new RangeError("the answer is shorter than its fields");
    this.position = start + bytes;
    return start;
  }
}
