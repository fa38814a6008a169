/** Unpacks the records of a compressed batch: producers of others may compress, ours do not. Every codec that Kafka knows. */
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { KafkaAdapterError } from "./errors.ts";

interface Codec {
  decompress(data: Buffer): Promise<Buffer> | Buffer;
}

const require = createRequire(import.meta.url);
/** A batch that unpacks to more is an attack: brokers take a megabyte or a few. */
const maxOutputLength = 256 * 1024 * 1024;
const gunzipAsync = promisify(gunzip);
const zstdDecompressAsync = promisify(zstdDecompress);

/** By the codec number in the batch's attributes. Snappy and LZ4 are loaded when first met. */
const codecs: readonly (() => Codec)[] = [
  () => ({ decompress: (data) => data }),
  () => ({ decompress: (data) => gunzipAsync(data, { maxOutputLength }) }),
  () => (require("kafkajs-snappy") as () => Codec)(),
  () => lz4(),
  () => ({ decompress: (data) => zstdDecompressAsync(data, { maxOutputLength }) }),
];

function lz4(): Codec {
  const Lz4 = require("@2l/kafkajs-lz4") as new () => { codec(): Codec };
  return new Lz4().codec();
}

const loaded = new Map<number, Codec>();

/** `compression`: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. Throws CORRUPT_BATCH for another one and for bytes that do not unpack. */
export async function decompress(compression: number, data: Buffer): Promise<Buffer> {
  const make = codecs[compression];
  if (make === undefined)
    throw new KafkaAdapterError("CORRUPT_BATCH", `a batch names the unknown codec ${compression}`, "Find out which producer wrote it.");
  const codec = loaded.get(compression) ?? make();
  loaded.set(compression, codec);
  try {
    const unpacked = await codec.decompress(data);
    return Buffer.isBuffer(unpacked) ? unpacked : Buffer.from(unpacked);
  } catch (cause) {
    throw new KafkaAdapterError(
      "CORRUPT_BATCH",
      `a batch with codec ${compression} does not unpack`,
      "Find out which producer wrote it; its checksum is right.",
      { cause },
    );
  }
}
