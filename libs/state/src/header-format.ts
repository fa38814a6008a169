import { AvroDecodeError, AvroReader, AvroWriter } from "@leadstream/schemas";
import { type StoreHeader, unreadableStore } from "@leadstream/stream";
import { DamagedError } from "./store-format.ts";

/** First byte of a header: a later layout has another one. */
const FORMAT = 2;

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

/** Throws DamagedError, and STORE_LAYOUT when another version wrote the bytes. */
export function decodeHeader(bytes: Buffer): StoreHeader | null {
  const reader = new AvroReader(bytes);
  try {
    if (reader.byte() !== FORMAT) throw unreadableStore(new Error("an unknown layout of the header"));
    if (!reader.boolean()) return null;
    const header = { offset: reader.long(), fingerprint: reader.string(), incarnation: reader.string(), partition: reader.bytes() };
    reader.finish();
    return header;
  } catch (error) {
    if (error instanceof AvroDecodeError) throw new DamagedError("the header cannot be read", { cause: error });
    throw error;
  }
}
