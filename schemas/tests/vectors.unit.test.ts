import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { AvroReader, AvroWriter, codecs, type RecordCodec, type RecordName, WireFormat } from "../src/index.ts";
import { avscTypeOf, recordNames } from "./avsc-types.ts";
import { exampleFiles, readExample, readRejected, vectorIds } from "./vector-files.ts";

describe("examples", () => {
  it.each(recordNames)("%s: JSON and bytes are the same record, for us and for avsc", (name) => {
    const { value, body } = readExample(name);
    const codec = codecs[name] as unknown as RecordCodec<unknown>;
    const writer = new AvroWriter();
    codec.write(writer, value);
    expect(writer.slice().toString("hex")).toBe(body.toString("hex"));
    const reader = new AvroReader(body);
    expect(codec.read(reader)).toEqual(value);
    reader.finish();
    expect(avscTypeOf(name).toBuffer(value).toString("hex")).toBe(body.toString("hex"));
  });

  it("are there for every record and for nothing else", () => {
    const expected = recordNames.flatMap((name) => Object.values(exampleFiles(name)));
    expect(readdirSync(dirname(expected[0]!)).sort()).toEqual(expected.map((path) => basename(path)).sort());
  });
});

describe("rejected payloads", () => {
  const format = new WireFormat(Object.entries(vectorIds) as [RecordName, number][]);

  it.each(readRejected())("$name: $reason", ({ payload, error, message }) => {
    let thrown: unknown;
    try {
      format.read(new AvroReader(payload));
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toMatchObject({ code: error, message: expect.stringContaining(message) });
  });

  it("are many, and the examples are none of them", () => {
    expect(readRejected().length).toBeGreaterThan(15);
    for (const [name, id] of Object.entries(vectorIds) as [RecordName, number][]) {
      const payload = Buffer.concat([Buffer.from([0, 0, 0, 0, id]), readExample(name).body]);
      expect(format.read(new AvroReader(payload))).toEqual({ type: name, value: readExample(name).value });
    }
  });
});
