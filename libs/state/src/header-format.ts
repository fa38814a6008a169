import { AvroDecodeError, AvroReader, AvroWriter } from "@leadstream/schemas";
import type { StoreHeader } from "@leadstream/stream";
import { DamagedError } from "./store-format.ts";

/** First byte of a header: a later layout has another one. */
const FORMAT = 1;

/** null: the store is there and holds nothing yet. */
export function encodeHeader(header: StoreHeader | null): Buffer {
  const writer = new AvroWriter(256);
  writer.byte(FORMAT);
  writer.boolean(header !== null);
  if (header !== null) {
    writer.long(header.offset);
    writer.string(header.fingerprint);
    writer.string(header.incarnation);
    writer.bytes(header.partition);
  }
  return writer.slice();
}

export function decodeHeader(bytes: Buffer): StoreHeader | null {
  const reader = new AvroReader(bytes);
  try {
    if (reader.byte() !== FORMAT) throw new DamagedError("the header has an unknown layout");
    if (!reader.boolean()) return null;
    const header = { offset: reader.long(), fingerprint: reader.string(), incarnation: reader.string(), partition: reader.bytes() };
    reader.finish();
    return header;
  } catch (error) {
    if (error instanceof AvroDecodeError) throw new DamagedError("the header cannot be read", { cause: error });
    throw error;
  }
}
