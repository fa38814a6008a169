import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import { RoutingError } from "./errors.ts";

/**
 * First byte of what a fold stores; another layout takes another number, always an odd one: what was stored before there were numbers begins with a
 * length or a version, which is even. Throws RoutingError STATE_LAYOUT for bytes of another version, so that they are never misread.
 */
export function readLayout(reader: AvroReader, expected: number, what: string): void {
  const found = reader.byte();
  if (found === expected) return;
  throw new RoutingError("STATE_LAYOUT", `${what} has layout ${found}, this version reads ${expected}`);
}

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
