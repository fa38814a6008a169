import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { AvroDecodeError, AvroReader, AvroWriter, type Touch, touchCodec, writeSource } from "../src/index.ts";
import { readArray, readMap } from "../src/record-codec.ts";
import { readExample } from "./vector-files.ts";

const readerOf = (...bytes: number[]): AvroReader => new AvroReader(Buffer.from(bytes));

describe("long", () => {
  it.each([
    [0, "00"],
    [-1, "01"],
    [1, "02"],
    [63, "7e"],
    [64, "8001"],
    [-64, "7f"],
    [2 ** 30 - 1, "feffffff07"],
    [2 ** 30, "8080808008"],
    [-(2 ** 30) - 1, "8180808008"],
    [Number.MAX_SAFE_INTEGER, "feffffffffffff1f"],
    [Number.MIN_SAFE_INTEGER, "fdffffffffffff1f"],
  ])("%d is %s", (value, hex) => {
    const writer = new AvroWriter();
    writer.long(value);
    expect(writer.slice().toString("hex")).toBe(hex);
    expect(new AvroReader(writer.slice()).long()).toBe(value);
  });

  it.each([0.5, -1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])("refuses to write %d", (value) => {
    expect(() => new AvroWriter().long(value)).toThrow(RangeError);
  });

  it("refuses what a double cannot hold, and more than ten bytes", () => {
    expect(() => new AvroReader(Buffer.from("8080808080808040", "hex")).long()).toThrow("safe integer");
    expect(() => new AvroReader(Buffer.from(`${"ff".repeat(9)}01`, "hex")).long()).toThrow("safe integer");
    expect(() => new AvroReader(Buffer.from(`${"ff".repeat(10)}01`, "hex")).long()).toThrow("too long");
    expect(() => new AvroReader(Buffer.from("ff".repeat(1_000), "hex")).long()).toThrow("too long");
  });

  it("is the zigzag varint of every exact number", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.maxSafeInteger(),
          fc.integer({ min: 2 ** 52, max: Number.MAX_SAFE_INTEGER }),
          fc.integer({ min: Number.MIN_SAFE_INTEGER, max: -(2 ** 52) }),
        ),
        (value) => {
          const writer = new AvroWriter();
          writer.long(value);
          let zigzag = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
          const expected: number[] = [];
          for (; zigzag > 0x7fn; zigzag >>= 7n) expected.push(Number(zigzag & 0x7fn) | 0x80);
          expected.push(Number(zigzag));
          expect([...writer.slice()]).toEqual(expected);
          expect(new AvroReader(writer.slice()).long()).toBe(value);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("is read as the number that its bytes say, or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 11 }), (bytes) => {
        const reader = new AvroReader(Buffer.from(bytes));
        let value: number;
        try {
          value = reader.long();
        } catch (error) {
          expect(error).toBeInstanceOf(AvroDecodeError);
          return;
        }
        let expected = 0n;
        for (let index = 0; index < reader.position; index++) expected |= BigInt(bytes[index]! & 0x7f) << BigInt(7 * index);
        expect(BigInt(value)).toBe((expected >> 1n) ^ -(expected & 1n));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("int", () => {
  it("holds 32 bits, in both directions", () => {
    const writer = new AvroWriter();
    for (const value of [2 ** 31 - 1, -(2 ** 31)]) {
      writer.reset();
      writer.int(value);
      expect(new AvroReader(writer.slice()).int()).toBe(value);
    }
    for (const value of [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN]) expect(() => writer.int(value)).toThrow(RangeError);
    writer.reset();
    writer.long(2 ** 31);
    expect(() => new AvroReader(writer.slice()).int()).toThrow("int out of range");
  });

  it("is checked in records", () => {
    const source = { topic: "t", incarnation: "i", partition: 2 ** 31, offset: 0, n: 0, seq: 0 };
    expect(() => writeSource(new AvroWriter(), source)).toThrow(RangeError);
  });
});

describe("string", () => {
  it.each([0, 1, 11, 12, 13, 47, 48, 49, 63, 64, 65, 8_191, 8_192])("survives at %d characters of one, two and three bytes", (length) => {
    for (const character of ["a", "é", "线"]) {
      const writer = new AvroWriter(16);
      writer.string(character.repeat(length));
      const reader = new AvroReader(writer.slice());
      expect(reader.string()).toBe(character.repeat(length));
      reader.finish();
    }
  });

  it("refuses bytes that are not UTF-8, short or long; the replacement character itself is one", () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [...Buffer.from("a long text before it "), 0xfe]]) {
      expect(() => readerOf(bytes.length * 2, ...bytes).string()).toThrow("a string is not UTF-8");
    }
    expect(readerOf(6, 0xef, 0xbf, 0xbd).string()).toBe("\ufffd");
  });

  it("refuses negative and over-long lengths", () => {
    expect(() => readerOf(1).string()).toThrow("truncated");
    expect(() => readerOf(6, 97, 97).string()).toThrow("truncated");
    expect(() => new AvroReader(Buffer.from("feffffffffffff1f", "hex")).bytes()).toThrow("truncated");
  });
});

describe("boolean, union, bytes and double", () => {
  it("take only what they are", () => {
    expect(() => readerOf(2).boolean()).toThrow("not a boolean");
    expect(() => readerOf(4).present()).toThrow("no such branch");
    expect(() => readerOf(1).present()).toThrow("no such branch");
    expect(() => readerOf().byte()).toThrow("truncated");
    expect(() => readerOf(1, 2, 3).double()).toThrow("truncated");
  });

  it("double survives", () => {
    const writer = new AvroWriter();
    writer.double(-1.5e300);
    expect(new AvroReader(writer.slice()).double()).toBe(-1.5e300);
  });

  it("bytes are a copy: the window may be reused", () => {
    const buffer = Buffer.from([4, 1, 2]);
    const bytes = new AvroReader(buffer).bytes();
    buffer.fill(0);
    expect([...bytes]).toEqual([1, 2]);
  });
});

describe("arrays and maps", () => {
  it("are read from several blocks, with and without their size", () => {
    const item = (reader: AvroReader): number => reader.long();
    expect(readArray(readerOf(4, 2, 4, 2, 6, 0), item)).toEqual([1, 2, 3]);
    expect(readArray(readerOf(3, 4, 2, 4, 1, 2, 6, 0), item)).toEqual([1, 2, 3]);
  });

  it("refuse more items than bytes before making any", () => {
    for (const reader of [
      new AvroReader(Buffer.from("feffffffffffff1f", "hex")),
      new AvroReader(Buffer.from("fdffffffffffff1f00", "hex")),
    ]) {
      expect(() => readArray(reader, () => 0)).toThrow("more items than bytes");
    }
  });

  it("a key of a map is a field, whatever its name", () => {
    const bytes = Buffer.from([2, 18, ...Buffer.from("__proto__"), 2, 97, 0]);
    const properties = readMap(new AvroReader(bytes), (reader) => reader.string());
    expect(Object.keys(properties)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
    const writer = new AvroWriter();
    const touch = readExample("Touch").value as Touch;
    touchCodec.write(writer, { ...touch, properties });
    expect(touchCodec.read(new AvroReader(writer.slice())).properties).toEqual(properties);
  });
});

describe("the writer's buffer", () => {
  it("grows and keeps what was written", () => {
    const writer = new AvroWriter(1);
    const text = "x".repeat(100_000);
    writer.long(7);
    writer.string(text);
    writer.raw(Buffer.from([1, 2, 3]));
    const reader = new AvroReader(writer.slice());
    expect(reader.long()).toBe(7);
    expect(reader.string()).toBe(text);
    expect(reader.end - reader.position).toBe(3);
  });
});

describe("the head of a source, which mostly is that of the record before", () => {
  const few = fc.record({
    topic: fc.constantFrom("lead.events", "lead.signals", ""),
    incarnation: fc.constantFrom("one", "two-线索"),
    partition: fc.constantFrom(0, 1, -1, 2 ** 31 - 1),
    offset: fc.integer({ min: 0, max: 2 ** 40 }),
    n: fc.nat({ max: 3 }),
    seq: fc.nat(),
  });

  it("is written as if there had been none before, whatever stood between", () => {
    fc.assert(
      fc.property(fc.array(few, { maxLength: 30 }), fc.nat({ max: 3 }), (sources, refusedAt) => {
        const [one, fresh] = [new AvroWriter(8), new AvroWriter(8)];
        sources.forEach((source, index) => {
          // A refused record leaves nothing of its head behind.
          if (index === refusedAt) expect(() => writeSource(new AvroWriter(), { ...source, partition: 0.5 })).toThrow(RangeError);
          writeSource(one, source);
          fresh.string(source.topic);
          fresh.string(source.incarnation);
          fresh.int(source.partition);
          fresh.long(source.offset);
          fresh.int(source.n);
          fresh.long(source.seq);
        });
        expect(one.slice().equals(fresh.slice())).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
