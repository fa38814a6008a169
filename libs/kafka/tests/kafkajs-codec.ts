/** The record codec of kafkajs itself, as the second opinion of our own. Deep imports, pinned by the package's exact version. */
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { RecordHeader } from "@leadstream/stream";

const require = createRequire(import.meta.url);

interface StockEncoder {
  readonly buffer: Buffer;
}
export interface StockRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer>;
}
interface StockBatch {
  readonly records: readonly StockRecord[];
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly inTransaction: boolean;
}

const { RecordBatch } = require("kafkajs/src/protocol/recordBatch/v0") as { RecordBatch(options: object): Promise<StockEncoder> };
const record = require("kafkajs/src/protocol/recordBatch/record/v0") as (options: object) => StockEncoder;
const decodeBatch = require("kafkajs/src/protocol/recordBatch/v0/decoder") as (decoder: unknown) => Promise<StockBatch>;
const Decoder = require("kafkajs/src/protocol/decoder") as new (buffer: Buffer) => unknown;
const Long = require("kafkajs/src/utils/long") as { fromValue(value: number): unknown };
const compression = require("kafkajs/src/protocol/message/compression") as { Codecs: Record<number, () => unknown> };

/** Installs snappy, lz4 and zstd in kafkajs for this process. */
export function installStockCodecs(): void {
  compression.Codecs[2] = require("kafkajs-snappy") as () => unknown;
  const Lz4 = require("@2l/kafkajs-lz4") as new () => { codec: () => unknown };
  compression.Codecs[3] = new Lz4().codec;
  compression.Codecs[4] = () => ({
    compress: (encoder: StockEncoder) => promisify(zstdCompress)(encoder.buffer),
    decompress: (buffer: Buffer) => promisify(zstdDecompress)(buffer),
  });
}

export interface PlainRecord {
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export interface PlainBatch {
  readonly records: readonly PlainRecord[];
  readonly firstOffset: number;
  readonly compression: number;
  readonly transactional: boolean;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

export async function stockEncode(batch: PlainBatch): Promise<Buffer> {
  const firstTimestamp = batch.records[0]!.timestamp;
  const encoded = await RecordBatch({
    compression: batch.compression,
    firstOffset: Long.fromValue(batch.firstOffset),
    firstTimestamp,
    maxTimestamp: Math.max(...batch.records.map((each) => each.timestamp)),
    partitionLeaderEpoch: -1,
    lastOffsetDelta: batch.records.length - 1,
    transactional: batch.transactional,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    firstSequence: batch.baseSequence,
    records: batch.records.map((each, offsetDelta) =>
      record({
        offsetDelta,
        timestampDelta: each.timestamp - firstTimestamp,
        key: each.key,
        value: each.value,
        headers: Object.fromEntries(each.headers.map(({ name, value }) => [name, value])),
      }),
    ),
  });
  return Buffer.from(encoded.buffer);
}

export function stockDecode(batch: Buffer): Promise<StockBatch> {
  return decodeBatch(new Decoder(batch));
}
