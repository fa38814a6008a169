import type { TableWriter } from "@leadstream/clickhouse";
import { type Decoded, everyLead, topicNames } from "@leadstream/schemas";
import {
  alerts,
  assignments,
  corrections,
  journeyMoves,
  messages,
  scores,
  shadowScores,
  signals,
  teamReplies,
  teamRequests,
} from "./tables/derived-tables.ts";
import { captures, commands, deadLetters, profiles, spend, statuses, touches } from "./tables/edge-tables.ts";
import { type LedgerFields, ledgers, publications } from "./tables/ledger-tables.ts";
import type { LogPlace, Row } from "./tables/row.ts";

/** Takes the rows of a record, table by table. */
export type RowSink = <Value>(table: TableWriter<Row<Value>>, row: Row<Value>) => void;

/** What the log says of a record beside its value. */
export interface RecordOutline {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Pure: a record becomes rows, the same rows each time. A version that maps differently gets a number of its own and stays here
 * as long as an intent that names it may be open (sink step 7).
 */
export interface Mapper {
  readonly version: number;
  /** `record` is null for bytes that could not be decoded. */
  map(place: LogPlace, outline: RecordOutline, record: Decoded | null, emit: RowSink): void;
}

const mapperOne: Mapper = {
  version: 1,
  map(place, outline, record, emit) {
    if (record !== null) mapRecord(place, record, emit);
    const value: LedgerFields = { type: record?.type ?? "", key: outline.key, bytes: outline.bytes };
    emit(ledgers.get(place.topic)!, { place, value });
  },
};

function mapRecord(place: LogPlace, record: Decoded, emit: RowSink): void {
  switch (record.type) {
    case "Capture":
      emit(captures, { place, value: record.value });
      emit(profiles, { place, value: record.value });
      return;
    case "Touch":
      emit(touches, { place, value: record.value });
      if (record.value.profile !== null) emit(profiles, { place, value: record.value });
      return;
    case "Status":
      emit(statuses, { place, value: record.value });
      if (record.value.profile !== null) emit(profiles, { place, value: record.value });
      return;
    case "Command":
      emit(commands, { place, value: record.value });
      return;
    case "Spend":
      emit(spend, { place, value: record.value });
      return;
    case "Score":
      emit(scores, { place, value: record.value });
      return;
    case "Correction":
      emit(corrections, { place, value: record.value });
      return;
    case "ShadowScore":
      emit(shadowScores, { place, value: record.value });
      return;
    case "Signal":
      emit(signals, { place, value: record.value });
      return;
    case "TeamRequest":
      if (record.value.kind !== "tick") emit(teamRequests, { place, value: record.value });
      return;
    case "TeamReply":
      emit(teamReplies, { place, value: record.value });
      return;
    case "Assignment":
      emit(assignments, { place, value: record.value });
      return;
    case "Alert":
      emit(alerts, { place, value: record.value });
      return;
    case "MessageRequested":
      emit(messages, { place, value: record.value });
      return;
    case "JourneyMoved":
      emit(journeyMoves, { place, value: record.value });
      return;
    case "DeadLetter":
      emit(deadLetters, { place, value: record.value });
      return;
    case "ModelPublished":
    case "PolicyPublished":
    case "RosterPublished":
    case "RosterDecided":
      mapPublication(place, record, emit);
      return;
    case "JourneyPublished":
      // On team.requests it is only decided which of two holds.
      if (place.topic === topicNames.leadEvents) mapPublication(place, record, emit);
      return;
    case "RosterChange":
    case "Tick":
      return;
  }
}

type Publication = Extract<
  Decoded,
  { type: "ModelPublished" | "PolicyPublished" | "JourneyPublished" | "RosterPublished" | "RosterDecided" }
>;

function mapPublication(place: LogPlace, record: Publication, emit: RowSink): void {
  switch (record.type) {
    case "ModelPublished":
      emit(publications, { place, value: { ...record.value, kind: "model", terms: record.value } });
      return;
    case "PolicyPublished":
      emit(publications, { place, value: { ...record.value, kind: "policy", terms: everyLead } });
      return;
    case "JourneyPublished":
      emit(publications, { place, value: { ...record.value, kind: "journey", terms: everyLead } });
      return;
    case "RosterPublished":
      emit(publications, { place, value: { ...record.value, kind: "roster", name: "roster", terms: everyLead } });
      return;
    case "RosterDecided":
      if (record.value.done) emit(publications, { place, value: { ...record.value, kind: "roster", name: "roster", terms: everyLead } });
      return;
  }
}

/** The version that new blocks use. */
export const currentMapper: Mapper = mapperOne;

/** Every version whose intents can still be finished. */
export const mappers: ReadonlyMap<number, Mapper> = new Map([[mapperOne.version, mapperOne]]);
