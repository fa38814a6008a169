import { describe, expect, it } from "@jest/globals";
import {
  AvroReader,
  AvroWriter,
  codecs,
  subjectOf,
  type Tick,
  topicDefinitions,
  topicNames,
  UnknownSchemaIdError,
  WireFormat,
} from "../src/index.ts";

const ids = [
  ["Tick", 7],
  ["Touch", 0x01020304],
] as const;
const tick: Tick = { writer: "scoring-0" };

const encoded = (format: WireFormat): Buffer => {
  const writer = new AvroWriter();
  format.write(writer, "Tick", tick);
  return writer.slice();
};

describe("the wire format", () => {
  it("is the magic byte, the id in four bytes big endian, and the body", () => {
    const format = new WireFormat([["Tick", 0x01020304]]);
    const bytes = encoded(format);
    expect(bytes.subarray(0, 5).toString("hex")).toBe("0001020304");
    expect(codecs.Tick.read(new AvroReader(bytes, 5))).toEqual(tick);
    expect(format.read(new AvroReader(bytes))).toEqual({ type: "Tick", value: tick });
  });

  it("is written where the writer stands, also across its growth", () => {
    const format = new WireFormat(ids);
    const writer = new AvroWriter(4);
    writer.long(5);
    const start = writer.position;
    format.write(writer, "Tick", tick);
    expect(format.read(new AvroReader(writer.buffer, start, writer.position))).toEqual({ type: "Tick", value: tick });
  });

  it("asks for a reader of an id it does not know, and uses it once it was added", () => {
    const format = new WireFormat(ids);
    const old = Buffer.concat([Buffer.from([0, 0, 0, 0, 99]), encoded(format).subarray(5)]);
    const reader = new AvroReader(old);
    expect(() => format.read(reader)).toThrow(UnknownSchemaIdError);
    try {
      format.read(reader);
    } catch (error) {
      expect((error as UnknownSchemaIdError).schemaId).toBe(99);
    }
    format.addReader(99, { type: "Tick", read: codecs.Tick.read });
    expect(format.read(reader)).toEqual({ type: "Tick", value: tick });
  });

  it("refuses what no consumer could read", () => {
    const format = new WireFormat(ids);
    const bytes = encoded(format);
    expect(() => format.read(new AvroReader(Buffer.alloc(0)))).toThrow("shorter than the five bytes");
    expect(() => format.read(new AvroReader(bytes.subarray(0, 4)))).toThrow("shorter than the five bytes");
    expect(() => format.read(new AvroReader(Buffer.concat([Buffer.from([1]), bytes.subarray(1)])))).toThrow("magic byte is not 0");
    expect(() => format.read(new AvroReader(Buffer.concat([bytes, Buffer.from([0])])))).toThrow("1 bytes left");
    expect(() => format.write(new AvroWriter(), "Score", {} as never)).toThrow("no schema id for Score: register it first");
  });
});

describe("topics", () => {
  it("have each record type once per topic and a subject for it", () => {
    const subjects = topicDefinitions.flatMap((topic) => topic.records.map((record) => subjectOf(topic.name, record)));
    expect(new Set(subjects).size).toBe(subjects.length);
    expect(subjects).toContain("lead.events-leadstream.Touch");
  });

  it("hold every record type, and every name is defined", () => {
    expect(new Set(topicDefinitions.flatMap((topic) => topic.records))).toEqual(new Set(Object.keys(codecs)));
    expect(Object.values(topicNames).sort()).toEqual(topicDefinitions.map((topic) => topic.name).sort());
  });
});
