import type { RowBinaryWriter } from "./row-binary-writer.ts";

/** How a value of one ClickHouse type is written; `type` is the type as `system.columns` spells it. */
export interface ColumnType<Value> {
  readonly type: string;
  readonly write: (writer: RowBinaryWriter, value: Value) => void;
}

const UTC_MS = "DateTime64(3, 'UTC')";
/** Last instant that DateTime64 can show; a producer's clock may say anything. */
const LAST_INSTANT_MS = 10_413_791_999_999;

export const string: ColumnType<string> = { type: "String", write: (writer, value) => writer.string(value) };
/** Few distinct values: stored as a dictionary. */
export const word: ColumnType<string> = { type: "LowCardinality(String)", write: (writer, value) => writer.string(value) };
/** null is written as the empty string: "not said". */
export const stringOrEmpty: ColumnType<string | null> = { type: "String", write: (writer, value) => writer.string(value ?? "") };
export const wordOrEmpty: ColumnType<string | null> = {
  type: "LowCardinality(String)",
  write: (writer, value) => writer.string(value ?? ""),
};
export const bool: ColumnType<boolean> = { type: "Bool", write: (writer, value) => writer.boolean(value) };
export const uint8: ColumnType<number> = { type: "UInt8", write: (writer, value) => writer.uint8(value) };
export const uint16: ColumnType<number> = { type: "UInt16", write: (writer, value) => writer.uint16(value) };
export const uint32: ColumnType<number> = { type: "UInt32", write: (writer, value) => writer.int32(value) };
export const int32: ColumnType<number> = { type: "Int32", write: (writer, value) => writer.int32(value) };
export const uint64: ColumnType<number> = { type: "UInt64", write: (writer, value) => writer.int64(value) };
export const int64: ColumnType<number> = { type: "Int64", write: (writer, value) => writer.int64(value) };
/** Milliseconds since epoch, cut to what the type can show. */
export const instant: ColumnType<number> = {
  type: UTC_MS,
  write: (writer, value) => writer.int64(Math.min(Math.max(value, 0), LAST_INSTANT_MS)),
};

export function nullable<Value>(inner: ColumnType<Value>): ColumnType<Value | null> {
  return {
    type: `Nullable(${inner.type})`,
    write(writer, value) {
      writer.isNull(value === null);
      if (value !== null) inner.write(writer, value);
    },
  };
}

/** LowCardinality wraps Nullable, not the other way round. */
export const nullableWord: ColumnType<string | null> = {
  type: "LowCardinality(Nullable(String))",
  write: nullable(string).write,
};

export function array<Value>(inner: ColumnType<Value>): ColumnType<readonly Value[]> {
  return {
    type: `Array(${inner.type})`,
    write(writer, values) {
      writer.varint(values.length);
      for (let index = 0; index < values.length; index++) inner.write(writer, values[index]!);
    },
  };
}

export const stringMap: ColumnType<Readonly<Record<string, string>>> = {
  type: "Map(String, String)",
  write(writer, map) {
    const keys = Object.keys(map);
    writer.varint(keys.length);
    for (const key of keys) {
      writer.string(key);
      writer.string(map[key]!);
    }
  },
};

/** One column of a table: its name, its type and where its value stands in a row. */
export interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly encode: (writer: RowBinaryWriter, row: Row) => void;
}

export function column<Row, Value>(name: string, type: ColumnType<Value>, value: (row: Row) => Value): Column<Row> {
  const write = type.write;
  return { name, type: type.type, encode: (writer, row) => write(writer, value(row)) };
}

/** A table as its writer sees it. */
export interface TableWriter<Row> {
  readonly table: string;
  readonly columns: readonly Column<Row>[];
  readonly columnNames: readonly string[];
  encode(writer: RowBinaryWriter, row: Row): void;
}

export function tableWriter<Row>(table: string, columns: readonly Column<Row>[]): TableWriter<Row> {
  const encoders = columns.map((each) => each.encode);
  return {
    table,
    columns,
    columnNames: columns.map((each) => each.name),
    encode(writer, row) {
      for (let index = 0; index < encoders.length; index++) encoders[index]!(writer, row);
    },
  };
}
