import { isUtf8 } from "node:buffer";

declare global {
  interface Buffer {
    /** Node's own decoder without the argument checks of toString. */
    utf8Slice(start: number, end: number): string;
    utf8Write(text: string, start: number, length: number): number;
  }
}

/** Below this a loop over ASCII is quicker than a call into the engine. */
const SHORT_STRING_BYTES = 12;
const REPLACEMENT = "\ufffd";

/** Bytes that are not what the schema says: truncated, over-long, or an impossible branch. */
export class AvroDecodeError extends Error {
  readonly code = "AVRO_DECODE";
  override readonly name = "AvroDecodeError";
}

const TOKEN_SLOT_MASK = 0xfff;
const TOKEN_MAX_BYTES = 64;
/** Tokens seen lately, one per slot of their hash; a newer one takes the place of an older one. */
const tokens: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array(TOKEN_SLOT_MASK + 1).fill(undefined);

/** Length and five bytes tell tokens apart mostly, numbered ones by their last three; `token` compares all of them. */
function tokenSlot(buffer: Buffer, start: number, end: number): number {
  const length = end - start;
  const last = end - 1;
  const ends = buffer[start]! | (buffer[start + (length >> 1)]! << 8) | (buffer[last]! << 16);
  const before = length < 3 ? length : buffer[last - 1]! | (buffer[last - 2]! << 8) | (length << 16);
  const hash = Math.imul(Math.imul(ends, 0x9e37_79b1) ^ before, 0x85eb_ca6b);
  return (hash ^ (hash >>> 15)) & TOKEN_SLOT_MASK;
}

/** Reads Avro binary from a window of a buffer; generated codecs call it field by field. */
export class AvroReader {
  buffer: Buffer;
  position: number;
  end: number;
  private viewed: Buffer | null = null;
  private view: DataView | null = null;

  constructor(buffer: Buffer = Buffer.alloc(0), start = 0, end = buffer.length) {
    this.buffer = buffer;
    this.position = start;
    this.end = end;
  }

  /** Points the reader at another window; a reader is reused to spare one object per record. */
  window(buffer: Buffer, start: number, end: number): this {
    this.buffer = buffer;
    this.position = start;
    this.end = end;
    return this;
  }

  /** The whole buffer as numbers of fixed width at any place; `take` says which bytes may be read. */
  numbers(): DataView {
    const { buffer } = this;
    if (this.viewed === buffer && this.view !== null) return this.view;
    this.viewed = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    return this.view;
  }

  /** Throws when bytes are left: a longer record than its schema is as wrong as a shorter one. */
  finish(): void {
    if (this.position !== this.end) throw new AvroDecodeError(`${this.end - this.position} bytes left after the record`);
  }

  boolean(): boolean {
    const value = this.byte();
    if (value > 1) throw new AvroDecodeError("not a boolean");
    return value === 1;
  }

  byte(): number {
    if (this.position >= this.end) throw new AvroDecodeError("record is truncated");
    return this.buffer[this.position++]!;
  }

  int(): number {
    const value = this.long();
    if (value !== (value | 0)) throw new AvroDecodeError("int out of range");
    return value;
  }

  long(): number {
    const buffer = this.buffer;
    let position = this.position;
    let byte = buffer[position++]!;
    let zigzag = byte & 0x7f;
    let shift = 7;
    while (byte > 0x7f && shift < 28) {
      byte = buffer[position++]!;
      zigzag |= (byte & 0x7f) << shift;
      shift += 7;
    }
    if (byte > 0x7f) {
      this.position = position;
      return this.longTail(zigzag);
    }
    if (position > this.end) throw new AvroDecodeError("record is truncated");
    this.position = position;
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  private longTail(low: number): number {
    let high = 0;
    let factor = 1;
    let byte: number;
    let count = 0;
    do {
      byte = this.byte();
      high += (byte & 0x7f) * factor;
      factor *= 128;
      if (++count > 6) throw new AvroDecodeError("varint too long");
    } while (byte > 0x7f);
    const magnitude = high * 0x8000000 + (low >>> 1);
    const value = (low & 1) === 1 ? -magnitude - 1 : magnitude;
    if (!Number.isSafeInteger(value)) throw new AvroDecodeError("long is not a safe integer");
    return value;
  }

  double(): number {
    const position = this.take(8);
    return this.buffer.readDoubleLE(position);
  }

  /** Moves past `length` bytes and returns where they began. */
  take(length: number): number {
    const start = this.position;
    if (length < 0 || start + length > this.end) throw new AvroDecodeError("record is truncated");
    this.position = start + length;
    return start;
  }

  bytes(): Buffer {
    const length = this.long();
    const start = this.take(length);
    return Buffer.from(this.buffer.subarray(start, this.position));
  }

  /** Throws for bytes that are not UTF-8: replaced characters would make two different keys equal. */
  string(): string {
    const length = this.long();
    const start = this.take(length);
    if (length >= SHORT_STRING_BYTES) return this.longString(start, this.position);
    let text = "";
    for (let index = start; index < this.position; index++) {
      const code = this.buffer[index]!;
      if (code > 0x7f) return this.longString(start, this.position);
      text += String.fromCharCode(code);
    }
    return text;
  }

  /** As string(), for fields of few different values: a value that was seen lately is returned without being made again. */
  token(): string {
    const length = this.long();
    const start = this.take(length);
    const { buffer, position: end } = this;
    if (length === 0) return "";
    const slot = tokenSlot(buffer, start, end);
    const known = tokens[slot];
    if (known !== undefined && known.bytes.length === length) {
      const { bytes } = known;
      let same = 0;
      while (same < length && bytes[same] === buffer[start + same]) same++;
      if (same === length) return known.text;
    }
    const text = this.longString(start, end);
    if (length <= TOKEN_MAX_BYTES) tokens[slot] = { bytes: Uint8Array.prototype.slice.call(buffer, start, end), text };
    return text;
  }

  private longString(start: number, end: number): string {
    const text = this.buffer.utf8Slice(start, end);
    if (text.includes(REPLACEMENT) && !isUtf8(this.buffer.subarray(start, end))) throw new AvroDecodeError("a string is not UTF-8");
    return text;
  }

  /** Number of items of the next block of an array or map; 0 ends it. */
  block(): number {
    const count = this.long();
    if (count >= 0) {
      if (count > this.end - this.position) throw new AvroDecodeError("more items than bytes");
      return count;
    }
    this.long();
    if (-count > this.end - this.position) throw new AvroDecodeError("more items than bytes");
    return -count;
  }

  /** Branch of a union of null and one other type: true when the value is there. */
  present(): boolean {
    const branch = this.byte();
    if (branch === 0) return false;
    if (branch === 2) return true;
    throw new AvroDecodeError("no such branch of the union");
  }
}
