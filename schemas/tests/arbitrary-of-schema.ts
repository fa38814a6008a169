import fc from "fast-check";
import type { AvroSchema } from "../src/schema-files.ts";

const LONG_BITS = 52;
/** Beyond, avsc doubles the number before it writes it and loses the last bit; reader-and-writer.unit.test.ts goes on to 2^53. */
const MAX_LONG = 2 ** LONG_BITS;

/** Longs at every length of varint, with the ends of the exact range. */
const long = fc.oneof(
  fc.integer({ min: -MAX_LONG, max: MAX_LONG }),
  fc.integer(),
  fc.integer({ min: -130, max: 130 }),
  fc
    .tuple(fc.integer({ min: 0, max: LONG_BITS }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([bits, near, negative]) => (negative ? -1 : 1) * Math.min(2 ** bits + near, MAX_LONG))
    .map((value) => value + 0),
  fc.constantFrom(MAX_LONG, -MAX_LONG, 0),
);

/** Around the lengths where the writer changes its way (48) and the reader its own (12), of several scripts. */
const text = fc.oneof(
  fc.string({ maxLength: 70 }),
  fc.string({ maxLength: 70, unit: "binary" }),
  fc.string({ minLength: 40, maxLength: 300, unit: "grapheme" }),
  fc.constantFrom("", "线索", "a".repeat(48), "a".repeat(49), `${"a".repeat(47)}é`, "\0", "__proto__", "toString", "\ufffd"),
);

/** avsc assigns a key of this name to the prototype and loses it; ours is tested in reader-and-writer.unit.test.ts. */
const mapKey = text.filter((key) => key !== "__proto__");

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

/** Values of a schema that stands on its own (`standalone` of schema-files.ts). */
export function arbitraryOf(schema: AvroSchema, named = new Map<string, fc.Arbitrary<unknown>>()): fc.Arbitrary<unknown> {
  if (typeof schema === "string") return primitiveOf(schema, named);
  if (Array.isArray(schema)) return fc.oneof(...schema.map((branch) => arbitraryOf(branch, named)));
  if (schema.type === "array") return fc.array(arbitraryOf(schema.items, named), { maxLength: 5 });
  if (schema.type === "map") return fc.dictionary(mapKey, arbitraryOf(schema.values, named), { maxKeys: 5, noNullPrototype: true });
  const arbitrary =
    schema.type === "enum"
      ? fc.constantFrom(...schema.symbols)
      : fc.record(Object.fromEntries(schema.fields.map((field) => [field.name, arbitraryOf(field.type, named)])), {
          noNullPrototype: true,
        });
  named.set(schema.name, arbitrary);
  return arbitrary;
}

function primitiveOf(name: string, named: ReadonlyMap<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  switch (name) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "int":
      return fc.integer();
    case "long":
      return long;
    case "double":
      return fc.double({ noNaN: true });
    case "string":
      return text;
    case "bytes":
      return bytes;
    default: {
      const known = named.get(name.slice(name.lastIndexOf(".") + 1));
      if (known === undefined) throw new Error(`no such type: ${name}`);
      return known;
    }
  }
}
