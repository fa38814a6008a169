import { type Column, column, instant, string, uint16, uint32, uint64, word } from "@leadstream/clickhouse";
import type { Source } from "@leadstream/schemas";

/** Where a record stands in the log. */
export interface LogPlace {
  readonly topic: string;
  readonly incarnation: string;
  readonly partition: number;
  readonly offset: number;
  /** The log's time of the record, ms since epoch. */
  readonly time: number;
}

/** A record on its way into a table. */
export interface Row<Value> {
  readonly place: LogPlace;
  readonly value: Value;
}

export function placeColumns<Value>(): Column<Row<Value>>[] {
  return [
    column("incarnation", word, (row) => row.place.incarnation),
    column("log_partition", uint16, (row) => row.place.partition),
    column("log_offset", uint64, (row) => row.place.offset),
    column("log_time", instant, (row) => row.place.time),
  ];
}

/** Fields that every event of the edge has. */
export interface EdgeFields {
  readonly eventId: string;
  readonly occurredAt: number;
  readonly producer: string;
  readonly imported: boolean;
}

export function edgeColumns<Value extends EdgeFields>(): Column<Row<Value>>[] {
  return [
    column("event_id", string, (row) => row.value.eventId),
    column("occurred_at", instant, (row) => row.value.occurredAt),
    column("producer", word, (row) => row.value.producer),
    column("imported", { type: "Bool", write: (writer, value: boolean) => writer.boolean(value) }, (row) => row.value.imported),
  ];
}

/** Fields that every derived record has: its cause is its identity. */
export interface DerivedFields {
  readonly source: Source;
  readonly time: number;
}

export function derivedColumns<Value extends DerivedFields>(): Column<Row<Value>>[] {
  return [
    column("time", instant, (row) => row.value.time),
    column("source_topic", word, (row) => row.value.source.topic),
    column("source_incarnation", word, (row) => row.value.source.incarnation),
    column("source_partition", uint16, (row) => row.value.source.partition),
    column("source_offset", uint64, (row) => row.value.source.offset),
    column("n", uint32, (row) => row.value.source.n),
    column("seq", uint64, (row) => row.value.source.seq),
    ...placeColumns<Value>(),
  ];
}
