import type { AvroReader } from "./avro-reader.ts";
import type { AvroWriter } from "./avro-writer.ts";

/** Generated reader and writer of one record type, and its schema as JSON text. */
export interface RecordCodec<T> {
  readonly name: string;
  readonly schema: string;
  readonly write: (writer: AvroWriter, value: T) => void;
  readonly read: (reader: AvroReader) => T;
  /** Makes a place for one record at a time, where the schema says that such records are read most. */
  readonly view?: () => RecordView<T>;
}

/** One record, until the next `show` fills it anew. */
export interface RecordView<T> {
  /** Reads the reader's record, throws where the codec's `read` would, and returns this view as the record. */
  show(reader: AvroReader): T;
}

export function readArray<T>(reader: AvroReader, item: (reader: AvroReader) => T): T[] {
  const items: T[] = [];
  for (let count = reader.block(); count > 0; count = reader.block()) {
    for (let index = 0; index < count; index++) items.push(item(reader));
  }
  return items;
}

export function readMap<T>(reader: AvroReader, item: (reader: AvroReader) => T): Record<string, T> {
  const map: Record<string, T> = {};
  for (let count = reader.block(); count > 0; count = reader.block()) {
    for (let index = 0; index < count; index++) {
      const key = reader.token();
      // A key named __proto__ must become a field like any other.
      if (key === "__proto__")
        Object.defineProperty(map, key, { value: item(reader), enumerable: true, configurable: true, writable: true });
      else map[key] = item(reader);
    }
  }
  return map;
}
