import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { AvroDecodeError, AvroReader, AvroWriter, codecs, type RecordCodec } from "../src/index.ts";
import type { AvroSchema } from "../src/schema-files.ts";
import { arbitraryOf } from "./arbitrary-of-schema.ts";
import { avscTypeOf, recordNames } from "./avsc-types.ts";

const writer = new AvroWriter(64);
const written = (codec: RecordCodec<never>, value: unknown): Buffer => {
  writer.reset();
  codec.write(writer, value as never);
  return writer.slice();
};
const read = (codec: RecordCodec<never>, bytes: Buffer): unknown => {
  const reader = new AvroReader(bytes);
  const value = codec.read(reader);
  reader.finish();
  return value;
};
/** Records of avsc have classes of their own; ours are plain. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
};

describe.each(recordNames)("the generated codec of %s", (name) => {
  const codec = codecs[name] as unknown as RecordCodec<never>;
  const values = arbitraryOf(JSON.parse(codec.schema) as AvroSchema);
  const theirs = avscTypeOf(name);

  it("writes the bytes that avsc writes, and each reads the other's", () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = written(codec, value);
        expect(bytes.equals(theirs.toBuffer(value))).toBe(true);
        expect(read(codec, bytes)).toEqual(value);
        expect(plain(theirs.fromBuffer(bytes))).toEqual(value);
      }),
      { numRuns: 150 },
    );
  });

  it("reads a window inside other bytes, and nothing beyond it", () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 20 }), (value, around) => {
        const bytes = written(codec, value);
        const buffer = Buffer.concat([around, bytes, around]);
        const reader = new AvroReader().window(buffer, around.length, around.length + bytes.length);
        expect(codec.read(reader)).toEqual(value);
        reader.finish();
        for (let cut = 1; cut <= Math.min(bytes.length, 40); cut++) {
          reader.window(buffer, around.length, around.length + bytes.length - cut);
          expect(() => {
            codec.read(reader);
            reader.finish();
          }).toThrow(AvroDecodeError);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("answers damaged bytes with a value or AvroDecodeError, quickly and without large memory", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, damage, fc.nat(), (value, flips, cut) => {
        const bytes = written(codec, value);
        for (const [at, mask] of flips) if (bytes.length > 0) bytes[at % bytes.length]! ^= mask;
        expectValueOrError(codec, bytes.subarray(0, bytes.length - (cut % 3)));
      }),
      { numRuns: 300 },
    );
  });

  it("answers any bytes with a value or AvroDecodeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectValueOrError(codec, Buffer.from(bytes))),
      { numRuns: 300 },
    );
  });
});

/** What a decoded value may weigh per byte read: the smallest item is one byte for an empty string, the largest an object of some fields. */
const MAX_ITEMS_PER_BYTE = 2;

function expectValueOrError(codec: RecordCodec<never>, bytes: Buffer): void {
  let value: unknown;
  try {
    value = read(codec, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(AvroDecodeError);
    return;
  }
  expect(itemsOf(value)).toBeLessThanOrEqual(bytes.length * MAX_ITEMS_PER_BYTE);
}

function itemsOf(value: unknown): number {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return 1;
  const parts = Object.values(value);
  return parts.reduce((sum: number, part) => sum + itemsOf(part), 1);
}
