import { column, instant, int32, string, type TableWriter, tableWriter, uint16, uint32, uint64, word } from "@leadstream/clickhouse";
import { type ModelTerms, topicDefinitions } from "@leadstream/schemas";
import { placeColumns, type Row } from "./row.ts";

/** Any record of a topic: what "nothing is missing" is checked with. */
export interface LedgerFields {
  /** Empty for a record that could not be decoded. */
  readonly type: string;
  readonly key: string;
  readonly bytes: number;
}

function ledgerOf(topic: string): TableWriter<Row<LedgerFields>> {
  return tableWriter<Row<LedgerFields>>(`ledger_${topic.replaceAll(/[.-]/g, "_")}`, [
    column("topic", word, (row) => row.place.topic),
    column("incarnation", word, (row) => row.place.incarnation),
    column("log_partition", uint16, (row) => row.place.partition),
    column("log_offset", uint64, (row) => row.place.offset),
    column("log_time", instant, (row) => row.place.time),
    column("record_type", word, (row) => row.value.type),
    column("key", string, (row) => row.value.key),
    column("bytes", uint32, (row) => row.value.bytes),
  ]);
}

export const ledgers: ReadonlyMap<string, TableWriter<Row<LedgerFields>>> = new Map(
  topicDefinitions.map((topic) => [topic.name, ledgerOf(topic.name)]),
);

/** A model, policy, journey or roster as it was published. */
export interface PublicationFields {
  readonly kind: string;
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly document: string;
  /** Of a model; policies and rosters are for everybody. */
  readonly terms: ModelTerms;
}

export const publications: TableWriter<Row<PublicationFields>> = tableWriter<Row<PublicationFields>>("publications", [
  column("kind", word, (row) => row.value.kind),
  column("name", string, (row) => row.value.name),
  column("version", int32, (row) => row.value.version),
  column("fingerprint", string, (row) => row.value.fingerprint),
  column("document", string, (row) => row.value.document),
  column("role", word, (row) => row.value.terms.role),
  column("percent", uint16, (row) => row.value.terms.percent),
  column("conditions", string, (row) => row.value.terms.where ?? ""),
  column("rescore_per_second", int32, (row) => row.value.terms.rescorePerSecond),
  ...placeColumns<PublicationFields>(),
]);
