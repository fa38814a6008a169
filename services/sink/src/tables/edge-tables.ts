import {
  array,
  bool,
  column,
  instant,
  int32,
  int64,
  nullable,
  nullableWord,
  string,
  stringMap,
  stringOrEmpty,
  type TableWriter,
  tableWriter,
  uint8,
  uint16,
  uint32,
  uint64,
  word,
  wordOrEmpty,
} from "@leadstream/clickhouse";
import type { Capture, Command, DeadLetter, Profile, Spend, Status, Touch } from "@leadstream/schemas";
import { type EdgeFields, edgeColumns, placeColumns, type Row } from "./row.ts";

const nullableText = nullable(string);
const nullableLong = nullable(int64);

export const captures: TableWriter<Row<Capture>> = tableWriter<Row<Capture>>("captures", [
  column("lead_id", string, (row) => row.value.leadId),
  ...edgeColumns<Capture>(),
  column("channel", word, (row) => row.value.channel),
  column("campaign", wordOrEmpty, (row) => row.value.campaign),
  column("keyword", stringOrEmpty, (row) => row.value.keyword),
  column("capture_point", wordOrEmpty, (row) => row.value.capturePoint),
  column("content_of_interest", stringOrEmpty, (row) => row.value.contentOfInterest),
  column("account", stringOrEmpty, (row) => row.value.account),
  column("match_keys", uint8, (row) => Math.min(row.value.matchKeys.length, 255)),
  ...placeColumns<Capture>(),
]);

export const touches: TableWriter<Row<Touch>> = tableWriter<Row<Touch>>("touches", [
  column("lead_id", string, (row) => row.value.leadId),
  ...edgeColumns<Touch>(),
  column("kind", word, (row) => row.value.kind),
  column("channel", wordOrEmpty, (row) => row.value.channel),
  column("campaign", wordOrEmpty, (row) => row.value.campaign),
  column("content", stringOrEmpty, (row) => row.value.content),
  column("dwell_ms", nullableLong, (row) => row.value.dwellMs),
  column("properties", stringMap, (row) => row.value.properties),
  ...placeColumns<Touch>(),
]);

export const statuses: TableWriter<Row<Status>> = tableWriter<Row<Status>>("statuses", [
  column("lead_id", string, (row) => row.value.leadId),
  ...edgeColumns<Status>(),
  column("status", word, (row) => row.value.status),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("reason", wordOrEmpty, (row) => row.value.reason),
  column("amount", nullableLong, (row) => row.value.amount),
  column("gross_profit", nullableLong, (row) => row.value.grossProfit),
  column("currency", wordOrEmpty, (row) => row.value.currency),
  column("product", wordOrEmpty, (row) => row.value.product),
  column("quality", nullable(int32), (row) => row.value.quality),
  ...placeColumns<Status>(),
]);

export const commands: TableWriter<Row<Command>> = tableWriter<Row<Command>>("commands", [
  column("lead_id", string, (row) => row.value.leadId),
  ...edgeColumns<Command>(),
  column("command", word, (row) => row.value.command),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("to_rep", wordOrEmpty, (row) => row.value.toRep),
  column("to_team", wordOrEmpty, (row) => row.value.toTeam),
  column("reason", wordOrEmpty, (row) => row.value.reason),
  column("epoch", nullableLong, (row) => row.value.epoch),
  ...placeColumns<Command>(),
]);

/** A capture, touch or status that tells something of the lead. */
export interface ProfileFields extends EdgeFields {
  readonly leadId: string;
  readonly profile: Profile | null;
}

/** The mapper writes it only for records that hold a profile. */
const of = (row: Row<ProfileFields>): Profile => row.value.profile!;

export const profiles: TableWriter<Row<ProfileFields>> = tableWriter<Row<ProfileFields>>("profiles", [
  column("lead_id", string, (row) => row.value.leadId),
  ...edgeColumns<ProfileFields>(),
  column("title_class", nullableWord, (row) => of(row).titleClass),
  column("industry", nullableWord, (row) => of(row).industry),
  column("country", nullableWord, (row) => of(row).country),
  column("region", nullableWord, (row) => of(row).region),
  column("language", nullableWord, (row) => of(row).language),
  column("company_size", nullableLong, (row) => of(row).companySize),
  column("annual_revenue", nullableLong, (row) => of(row).annualRevenue),
  column("email_kind", nullableWord, (row) => of(row).emailKind),
  column("product_line", nullableWord, (row) => of(row).productLine),
  column("need", nullableWord, (row) => of(row).need),
  column("budget", nullableLong, (row) => of(row).budget),
  column("budget_clear", nullable(bool), (row) => of(row).budgetClear),
  column("decision_chain", nullableWord, (row) => of(row).decisionChain),
  column("pain_point", nullableText, (row) => of(row).painPoint),
  column("has_contact", bool, (row) => of(row).hasContact),
  column("has_need", bool, (row) => of(row).hasNeed),
  column("tags", array(string), (row) => of(row).tags),
  column("custom", stringMap, (row) => of(row).custom),
  ...placeColumns<ProfileFields>(),
]);

export const spend: TableWriter<Row<Spend>> = tableWriter<Row<Spend>>("spend", [
  ...edgeColumns<Spend>(),
  column("channel", word, (row) => row.value.channel),
  column("campaign", wordOrEmpty, (row) => row.value.campaign),
  column("keyword", stringOrEmpty, (row) => row.value.keyword),
  column("amount", int64, (row) => row.value.amount),
  column("currency", word, (row) => row.value.currency),
  column("impressions", int64, (row) => row.value.impressions),
  column("clicks", int64, (row) => row.value.clicks),
  column("kind", word, (row) => row.value.kind),
  ...placeColumns<Spend>(),
]);

export const deadLetters: TableWriter<Row<DeadLetter>> = tableWriter<Row<DeadLetter>>("dead_letters", [
  column("topic", word, (row) => row.value.topic),
  column("partition", uint16, (row) => row.value.partition),
  column("offset", uint64, (row) => row.value.offset),
  column("timestamp", instant, (row) => row.value.timestamp),
  column("stage", word, (row) => row.value.stage),
  column("code", word, (row) => row.value.code),
  column("detail", string, (row) => row.value.detail),
  column("producer", word, (row) => row.value.producer),
  column("value_bytes", uint32, (row) => row.value.value?.length ?? 0),
  ...placeColumns<DeadLetter>(),
]);
