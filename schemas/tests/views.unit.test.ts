import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { AvroDecodeError, AvroReader, AvroWriter, codecs, type RecordCodec, type RecordName, WireFormat } from "../src/index.ts";
import type { AvroRecord } from "../src/schema-files.ts";
import { arbitraryOf } from "./arbitrary-of-schema.ts";

const names = (Object.keys(codecs) as RecordName[]).filter((name) => "view" in codecs[name]);

it("touches, which the scorer reads most, come in one object after the other", () => {
  expect(names).toEqual(["Touch"]);
});

describe.each(names)("the view of %s", (name) => {
  const codec = codecs[name] as unknown as Required<RecordCodec<Record<string, unknown>>>;
  const schema = JSON.parse(codec.schema) as AvroRecord;
  const values = arbitraryOf(schema) as fc.Arbitrary<Record<string, unknown>>;
  const fields = schema.fields.map((field) => field.name);
  const view = codec.view();
  const written = (value: Record<string, unknown>): Buffer => {
    const writer = new AvroWriter();
    codec.write(writer, value);
    return writer.slice();
  };
  const asked = (record: Record<string, unknown>, order: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(order.map((field) => [field, record[field]]));
  /** What a way of reading makes of the bytes: the record and where it ends, or that there is none. */
  const outcome = (bytes: Buffer, read: (reader: AvroReader) => Record<string, unknown>): unknown => {
    const reader = new AvroReader(bytes);
    try {
      const record = read(reader);
      return { record: asked(record, fields), end: reader.position };
    } catch (error) {
      expect(error).toBeInstanceOf(AvroDecodeError);
      return (error as Error).message;
    }
  };

  it("shows what the codec reads, in any order of questions, asked once or twice, one record after the other", () => {
    const orders = fc.shuffledSubarray(fields, { minLength: 0 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(values, orders), { minLength: 1, maxLength: 4 }),
        fc.uint8Array({ maxLength: 9 }),
        (records, around) => {
          for (const [value, order] of records) {
            const bytes = written(value);
            const reader = new AvroReader(Buffer.concat([around, bytes, around]), around.length, around.length + bytes.length);
            const shown = view.show(reader);
            reader.finish();
            expect(asked(shown, order)).toEqual(asked(value, order));
            expect(asked(shown, fields)).toEqual(asked(value, fields));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("takes and refuses the same bytes as the codec: cut, damaged, or any", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 });
    const damaged = fc.tuple(values, damage, fc.nat({ max: 40 })).map(([value, flips, cut]) => {
      const bytes = written(value);
      for (const [at, mask] of flips) bytes[at % bytes.length]! ^= mask;
      return bytes.subarray(0, Math.max(0, bytes.length - cut));
    });
    const any = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, any), (bytes) => {
        expect(outcome(bytes, (reader) => view.show(reader))).toEqual(outcome(bytes, (reader) => codec.read(reader)));
      }),
      { numRuns: 3_000 },
    );
  });

  it("is what the wire format shows, in one object; other types are read as ever", () => {
    const wire = new WireFormat([
      [name, 1],
      ["Tick", 2],
    ]);
    const writer = new AvroWriter();
    const [first, second] = fc.sample(values, 2) as [Record<string, unknown>, Record<string, unknown>];
    const show = (value: Record<string, unknown>): ReturnType<WireFormat["show"]> => {
      writer.reset();
      wire.write(writer, name, value as never);
      const bytes = writer.slice();
      expect(wire.read(new AvroReader(bytes))).toEqual({ type: name, value });
      expect(() => wire.show(new AvroReader(Buffer.concat([bytes, bytes])))).toThrow(AvroDecodeError);
      return wire.show(new AvroReader(bytes));
    };
    const shown = show(first);
    expect(asked(shown.value as never, fields)).toEqual(asked(first, fields));
    expect(show(second)).toBe(shown);
    expect(asked(shown.value as never, fields)).toEqual(asked(second, fields));
    writer.reset();
    wire.write(writer, "Tick", { writer: "one" });
    expect(wire.show(new AvroReader(writer.slice()))).toEqual({ type: "Tick", value: { writer: "one" } });
  });
});
