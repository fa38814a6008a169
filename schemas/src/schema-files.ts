import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An Avro schema as JSON. */
export type AvroSchema = string | AvroSchema[] | AvroNamed | { type: "array"; items: AvroSchema } | { type: "map"; values: AvroSchema };
export type AvroNamed = AvroRecord | AvroEnum;
export interface AvroRecord {
  type: "record";
  name: string;
  namespace?: string;
  doc?: string;
  /** Read most: folds decode one after the other into the same object. For our code alone, not part of the schema. */
  reused?: boolean;
  fields: AvroField[];
}
export interface AvroEnum {
  type: "enum";
  name: string;
  symbols: string[];
  doc?: string;
}
export interface AvroField {
  name: string;
  type: AvroSchema;
  doc?: string;
  default?: unknown;
  /** The field has few different values over all records (a kind, a channel, a name of a rule). */
  token?: boolean;
  /** Mostly what the record written before had; marks the first fields of a record. For our code alone. */
  repeats?: boolean;
}

const NAMESPACE = "leadstream";

/** Reads every *.avsc below `folder`; names may be used in any file, whichever defines them. */
export function loadSchemas(folder: string): { records: AvroRecord[]; named: Map<string, AvroNamed> } {
  const named = new Map<string, AvroNamed>();
  const parse = (path: string): AvroRecord => JSON.parse(readFileSync(path, "utf8")) as AvroRecord;
  const files = (path: string): string[] =>
    readdirSync(path)
      .filter((name) => name.endsWith(".avsc"))
      .sort()
      .map((name) => join(path, name));
  const shared = files(join(folder, "types")).map(parse);
  const records = files(folder).map(parse);
  for (const record of [...shared, ...records]) collect(record, named);
  return { records, named };
}

function collect(schema: AvroSchema, named: Map<string, AvroNamed>): void {
  if (typeof schema === "string") return;
  if (Array.isArray(schema)) {
    for (const branch of schema) collect(branch, named);
    return;
  }
  if (schema.type === "array") collect(schema.items, named);
  else if (schema.type === "map") collect(schema.values, named);
  else {
    if (named.has(schema.name)) throw new Error(`${schema.name} is defined twice; define it once and refer to it by name`);
    named.set(schema.name, schema);
    if (schema.type === "record") for (const field of schema.fields) collect(field.type, named);
  }
}

/** The same schema standing on its own: each named type is written out where it is first used. */
export function standalone(record: AvroRecord, named: ReadonlyMap<string, AvroNamed>): AvroRecord {
  const seen = new Set<string>();
  const expand = (schema: AvroSchema): AvroSchema => {
    if (typeof schema === "string") {
      const definition = named.get(schema);
      return definition ? expand(definition) : schema;
    }
    if (Array.isArray(schema)) return schema.map(expand);
    if (schema.type === "array") return { ...schema, items: expand(schema.items) };
    if (schema.type === "map") return { ...schema, values: expand(schema.values) };
    if (seen.has(schema.name)) return `${NAMESPACE}.${schema.name}`;
    seen.add(schema.name);
    if (schema.type === "enum") return { ...schema };
    const { reused: _, ...published } = schema;
    return { ...published, fields: schema.fields.map(({ repeats: _, ...field }) => ({ ...field, type: expand(field.type) })) };
  };
  return expand(record) as AvroRecord;
}
