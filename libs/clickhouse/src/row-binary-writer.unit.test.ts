import { describe, expect, it } from "@jest/globals";
import { array, instant, int32, int64, nullable, string, stringMap, uint64 } from "./column.ts";
import { RowBinaryWriter } from "./row-binary-writer.ts";

function written(write: (writer: RowBinaryWriter) => void): Buffer {
  const writer = new RowBinaryWriter(1);
  write(writer);
  return Buffer.from(writer.window());
}

describe("RowBinary", () => {
  it.each([0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, -(2 ** 32), 1_700_000_000_123, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    "writes %i as eight little-endian bytes",
    (value) => {
      expect(written((writer) => int64.write(writer, value)).readBigInt64LE()).toBe(BigInt(value));
    },
  );

  it.each([0, 127, 128, 16_383, 16_384, 5_000_000_000])("writes %i as an unsigned varint", (value) => {
    const bytes = written((writer) => writer.varint(value));
    const back = [...bytes].reduceRight((rest, byte) => rest * 128 + (byte & 0x7f), 0);
    expect(back).toBe(value);
    expect([...bytes].map((byte) => byte > 127)).toEqual([...bytes].map((_, index) => index < bytes.length - 1));
  });

  it.each(["", "a", "x".repeat(63), "x".repeat(64), "x".repeat(300), "Grüße", `${"x".repeat(50)}ü`, "线索"])("writes text %#", (text) => {
    const bytes = written((writer) => string.write(writer, text));
    const length = Buffer.byteLength(text);
    expect(bytes.subarray(length < 128 ? 1 : 2).toString()).toBe(text);
    expect(bytes.length).toBe(length + (length < 128 ? 1 : 2));
  });

  it("writes NULL, arrays and maps", () => {
    expect(written((writer) => nullable(int32).write(writer, null))).toEqual(Buffer.from([1]));
    expect(written((writer) => nullable(int32).write(writer, -2))).toEqual(Buffer.from([0, 254, 255, 255, 255]));
    expect(written((writer) => array(string).write(writer, ["a", ""]))).toEqual(Buffer.from([2, 1, 97, 0]));
    expect(written((writer) => stringMap.write(writer, { k: "v" }))).toEqual(Buffer.from([1, 1, 107, 1, 118]));
  });

  it("cuts instants to what the type can show, so that a producer's clock cannot stop an insert", () => {
    expect(written((writer) => instant.write(writer, -5)).readBigInt64LE()).toBe(0n);
    expect(written((writer) => instant.write(writer, Number.MAX_SAFE_INTEGER)).readBigInt64LE()).toBe(10_413_791_999_999n);
  });

  it("forgets a row that was begun", () => {
    const writer = new RowBinaryWriter(4);
    uint64.write(writer, 7);
    const length = writer.bytes;
    string.write(writer, "half a row");
    writer.truncate(length);
    expect(writer.bytes).toBe(8);
  });
});
