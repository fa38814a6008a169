import { beforeAll, describe, expect, it } from "@jest/globals";
import { crc32c } from "@node-rs/crc32";
import fc from "fast-check";
import { batchAttribute, batchField, writeLong } from "../src/record-batch-layout.ts";
import { readBatches } from "../src/record-batch-reader.ts";
import { RecordBatchWriter } from "../src/record-batch-writer.ts";
import { BatchCursor } from "../src/record-cursor.ts";
import { installStockCodecs, type PlainBatch, type PlainRecord, stockDecode, stockEncode } from "./kafkajs-codec.ts";

const headerName = fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name !== "__proto__" && !/^\d+$/.test(name));
const anyRecord: fc.Arbitrary<PlainRecord> = fc.record({
  timestamp: fc.oneof(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 })),
  key: fc.option(fc.string({ unit: "grapheme", maxLength: 40 }), { nil: null }),
  value: fc.option(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    { nil: null },
  ),
  headers: fc.uniqueArray(
    // Without null values: kafkajs cannot write them; they have an example of their own below.
    fc.record({ name: headerName, value: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)) }),
    { maxLength: 3, selector: (header) => header.name },
  ),
});
const anyBatch: fc.Arbitrary<PlainBatch> = fc.record({
  records: fc.array(anyRecord, { minLength: 1, maxLength: 150 }),
  firstOffset: fc.integer({ min: 0, max: 2 ** 50 }),
  compression: fc.constantFrom(0, 1, 2, 3, 4),
  transactional: fc.boolean(),
  producerId: fc.integer({ min: -1, max: 2 ** 45 }),
  producerEpoch: fc.integer({ min: -1, max: 32_000 }),
  baseSequence: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
});

function write(batch: PlainBatch, writer = new RecordBatchWriter(64)): Buffer {
  for (const { timestamp, key, value, headers } of batch.records) writer.append(timestamp, key, value, 0, value?.length ?? 0, headers);
  return writer.seal(batch);
}

async function read(
  records: Buffer,
  position: number,
): Promise<{ records: (PlainRecord & { offset: number })[]; next: number; count: number }> {
  const batches = await readBatches(records, position, []);
  const cursor = new BatchCursor(batches.segments, position);
  const shown = [];
  while (cursor.next()) {
    const { offset, timestamp, buffer } = cursor;
    shown.push({
      offset,
      timestamp,
      key: cursor.keyStart < 0 ? null : buffer.toString("utf8", cursor.keyStart, cursor.keyEnd),
      value: cursor.valueStart < 0 ? null : Buffer.from(buffer.subarray(cursor.valueStart, cursor.valueEnd)),
      headers: cursor.headers(),
    });
  }
  return { records: shown, next: batches.next, count: batches.records };
}

beforeAll(installStockCodecs);

describe("record batches", () => {
  it("are written byte for byte as kafkajs writes them", async () => {
    const writer = new RecordBatchWriter(64);
    await fc.assert(
      fc.asyncProperty(anyBatch, async (any) => {
        const batch = { ...any, compression: 0, firstOffset: 0 };
        writer.reset();
        expect(write(batch, writer).equals(await stockEncode(batch))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("are read back by kafkajs with every field", async () => {
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        const decoded = await stockDecode(write(batch));
        expect(decoded.producerId).toBe(String(batch.producerId));
        expect(decoded.firstSequence).toBe(batch.baseSequence);
        expect(decoded.inTransaction).toBe(batch.transactional);
        expect(decoded.records.map(({ timestamp, key, value }) => [timestamp, key?.toString() ?? null, value])).toEqual(
          batch.records.map(({ timestamp, key, value }) => [String(timestamp), key, value]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("of kafkajs are read in every compression, from any position", async () => {
    await fc.assert(
      fc.asyncProperty(anyBatch, fc.nat(200), async (batch, skip) => {
        const position = batch.firstOffset + skip;
        const shown = await read(await stockEncode(batch), position);
        const expected = batch.records.map((each, index) => ({ ...each, offset: batch.firstOffset + index })).slice(skip);
        expect(shown.records).toEqual(expected);
        expect(shown.count).toBe(expected.length);
        expect(shown.next).toBe(Math.max(position, batch.firstOffset + batch.records.length));
      }),
      { numRuns: 150 },
    );
  });

  it("keep headers without a value", async () => {
    const headers = [
      { name: "a", value: null },
      { name: "ü", value: Buffer.from("x") },
    ];
    const [record] = example({}).records;
    const shown = await read(write(example({ records: [{ ...record!, headers }] })), 0);
    expect(shown.records[0]?.headers).toEqual(headers);
  });

  it("cut short at the end are left for the next fetch", async () => {
    const first = await stockEncode(example({ firstOffset: 10 }));
    const second = await stockEncode(example({ firstOffset: 12 }));
    for (const cut of [1, 8, 13, 60, second.length - 1]) {
      const shown = await read(Buffer.concat([first, second.subarray(0, cut)]), 10);
      expect([shown.next, shown.count]).toEqual([12, 2]);
    }
  });

  it("with any flipped bit behind the checksum are refused", async () => {
    const bytes = await stockEncode(example({}));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: batchField.attributes, max: bytes.length - 1 }), fc.nat(7), async (at, bit) => {
        const broken = Buffer.from(bytes);
        broken[at] = broken[at]! ^ (1 << bit);
        await expect(read(broken, 0)).rejects.toMatchObject({ code: "CORRUPT_BATCH" });
      }),
    );
  });

  it("in an older format are refused", async () => {
    const bytes = await stockEncode(example({}));
    bytes[batchField.magic] = 1;
    await expect(read(bytes, 0)).rejects.toMatchObject({ code: "CORRUPT_BATCH" });
  });

  it("under LogAppendTime show the broker's time for every record", async () => {
    const bytes = await stockEncode(example({}));
    bytes.writeInt16BE(bytes.readInt16BE(batchField.attributes) | batchAttribute.logAppendTime, batchField.attributes);
    writeLong(bytes, batchField.maxTimestamp, 1_900_000_000_123);
    bytes.writeUInt32BE(crc32c(bytes.subarray(batchField.attributes)), batchField.crc);
    const shown = await read(bytes, 0);
    expect(shown.records.map((each) => each.timestamp)).toEqual([1_900_000_000_123, 1_900_000_000_123]);
  });
});

function example(fields: Partial<PlainBatch>): PlainBatch {
  const records = [1, 2].map((n) => ({ timestamp: 1_700_000_000_000 + n, key: `lead-${n}`, value: Buffer.from([n]), headers: [] }));
  return { records, firstOffset: 0, compression: 0, transactional: false, producerId: -1, producerEpoch: -1, baseSequence: -1, ...fields };
}
