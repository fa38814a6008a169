import type { AvroReader, AvroWriter } from "@leadstream/schemas";

export function writeText(writer: AvroWriter, text: string | null): void {
  writer.boolean(text !== null);
  if (text !== null) writer.string(text);
}

export function readText(reader: AvroReader): string | null {
  return reader.boolean() ? reader.string() : null;
}

/** A list that was written as its length and then its items. */
export function readItems<T>(reader: AvroReader, item: (reader: AvroReader) => T): T[] {
  const count = reader.long();
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(item(reader));
  return items;
}
