import {
  array,
  bool,
  column,
  instant,
  int32,
  int64,
  nullable,
  string,
  stringOrEmpty,
  type TableWriter,
  tableWriter,
  uint64,
  word,
  wordOrEmpty,
} from "@leadstream/clickhouse";
import type {
  Alert,
  Assignment,
  Correction,
  JourneyMoved,
  LedgerRow,
  MessageRequested,
  Score,
  ShadowScore,
  Signal,
  TeamReply,
  TeamRequest,
} from "@leadstream/schemas";
import { derivedColumns, type Row } from "./row.ts";

const nullableInstant = nullable(instant);
const words = array(word);
/** 0 stands for "no timer caused it". */
const dueOrNull = (due: number): number | null => (due === 0 ? null : due);
const rowsOf = <Value>(score: Score, value: (row: LedgerRow) => Value): Value[] => score.rows.map(value);

export const scores: TableWriter<Row<Score>> = tableWriter<Row<Score>>("scores", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<Score>(),
  column("event_id", stringOrEmpty, (row) => row.value.eventId),
  column("cause", word, (row) => row.value.cause),
  column("kind", wordOrEmpty, (row) => row.value.kind),
  column("occurred_at", instant, (row) => row.value.occurredAt),
  column("effective_at", instant, (row) => row.value.effectiveAt),
  column("imported", bool, (row) => row.value.imported),
  column("verdict", word, (row) => row.value.verdict),
  column("model", word, (row) => row.value.model),
  column("model_version", int32, (row) => row.value.modelVersion),
  column("score", int32, (row) => row.value.score),
  column("fit", int32, (row) => row.value.fit),
  column("engagement", int32, (row) => row.value.engagement),
  column("band", word, (row) => row.value.band),
  column("grade", word, (row) => row.value.grade),
  column("temperature", word, (row) => row.value.temperature),
  column("rows.rule", words, (row) => rowsOf(row.value, (each) => each.rule)),
  column("rows.kind", words, (row) => rowsOf(row.value, (each) => each.kind)),
  column("rows.dimension", words, (row) => rowsOf(row.value, (each) => each.dimension)),
  column("rows.points", array(int32), (row) => rowsOf(row.value, (each) => each.points)),
  column("rows.at", array(instant), (row) => rowsOf(row.value, (each) => each.at)),
]);

export const shadowScores: TableWriter<Row<ShadowScore>> = tableWriter<Row<ShadowScore>>("shadow_scores", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<ShadowScore>(),
  column("event_id", stringOrEmpty, (row) => row.value.eventId),
  column("cause", word, (row) => row.value.cause),
  column("model", word, (row) => row.value.model),
  column("model_version", int32, (row) => row.value.modelVersion),
  column("score", int32, (row) => row.value.score),
  column("band", word, (row) => row.value.band),
  column("grade", word, (row) => row.value.grade),
  column("shadow_model", word, (row) => row.value.shadowModel),
  column("shadow_version", int32, (row) => row.value.shadowVersion),
  column("shadow_score", int32, (row) => row.value.shadowScore),
  column("shadow_band", word, (row) => row.value.shadowBand),
  column("shadow_grade", word, (row) => row.value.shadowGrade),
]);

export const corrections: TableWriter<Row<Correction>> = tableWriter<Row<Correction>>("corrections", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<Correction>(),
  column("event_id", string, (row) => row.value.eventId),
  column("kind", word, (row) => row.value.kind),
  column("previous_band", word, (row) => row.value.previousBand),
  column("band", word, (row) => row.value.band),
  column("told_at", nullableInstant, (row) => row.value.toldAt),
  column("happened_at", nullableInstant, (row) => row.value.happenedAt),
  column("model", word, (row) => row.value.model),
  column("model_version", int32, (row) => row.value.modelVersion),
]);

export const signals: TableWriter<Row<Signal>> = tableWriter<Row<Signal>>("signals", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<Signal>(),
  column("kind", word, (row) => row.value.kind),
  column("event_id", stringOrEmpty, (row) => row.value.eventId),
  column("imported", bool, (row) => row.value.imported),
  column("score", int32, (row) => row.value.score),
  column("band", wordOrEmpty, (row) => row.value.band),
  column("previous_band", wordOrEmpty, (row) => row.value.previousBand),
  column("direction", word, (row) => row.value.direction),
  column("grade", wordOrEmpty, (row) => row.value.grade),
  column("temperature", wordOrEmpty, (row) => row.value.temperature),
  column("model", word, (row) => row.value.model),
  column("model_version", int32, (row) => row.value.modelVersion),
  column("status", wordOrEmpty, (row) => row.value.status),
  column("command", wordOrEmpty, (row) => row.value.command),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("reason", wordOrEmpty, (row) => row.value.reason),
  column("policy_version", nullable(int32), (row) => row.value.policyVersion),
  column("due", nullableInstant, (row) => dueOrNull(row.value.due)),
]);

export const teamRequests: TableWriter<Row<TeamRequest>> = tableWriter<Row<TeamRequest>>("team_requests", [
  column("team_id", word, (row) => row.value.teamId),
  ...derivedColumns<TeamRequest>(),
  column("request_id", string, (row) => row.value.requestId),
  column("lead_id", string, (row) => row.value.leadId),
  column("kind", word, (row) => row.value.kind),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("grade", word, (row) => row.value.grade),
  column("tier", wordOrEmpty, (row) => row.value.tier),
  column("skills", array(string), (row) => row.value.skills),
  column("exclude", array(string), (row) => row.value.exclude),
  column("score", int32, (row) => row.value.score),
  column("strategy", word, (row) => row.value.strategy),
  column("outcome", wordOrEmpty, (row) => row.value.outcome),
]);

export const teamReplies: TableWriter<Row<TeamReply>> = tableWriter<Row<TeamReply>>("team_replies", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<TeamReply>(),
  column("team_id", word, (row) => row.value.teamId),
  column("request_id", string, (row) => row.value.requestId),
  column("kind", word, (row) => row.value.kind),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("reason", wordOrEmpty, (row) => row.value.reason),
  column("why", array(string), (row) => row.value.why),
  column("roster_version", int32, (row) => row.value.rosterVersion),
]);

export const assignments: TableWriter<Row<Assignment>> = tableWriter<Row<Assignment>>("assignments", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<Assignment>(),
  column("epoch", uint64, (row) => row.value.epoch),
  column("change", word, (row) => row.value.change),
  column("state", word, (row) => row.value.state),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("previous_rep", wordOrEmpty, (row) => row.value.previousRep),
  column("team", wordOrEmpty, (row) => row.value.team),
  column("pool", wordOrEmpty, (row) => row.value.pool),
  column("rule", wordOrEmpty, (row) => row.value.rule),
  column("reason", wordOrEmpty, (row) => row.value.reason),
  column("why", array(string), (row) => row.value.why),
  column("command_id", stringOrEmpty, (row) => row.value.commandId),
  column("score", int32, (row) => row.value.score),
  column("grade", wordOrEmpty, (row) => row.value.grade),
  column("remind_at", nullableInstant, (row) => row.value.remindAt),
  column("escalate_at", nullableInstant, (row) => row.value.escalateAt),
  column("recycle_at", nullableInstant, (row) => row.value.recycleAt),
  column("lease_until", nullableInstant, (row) => row.value.leaseUntil),
  column("amount", nullable(int64), (row) => row.value.amount),
  column("policy_version", int32, (row) => row.value.policyVersion),
  column("due", nullableInstant, (row) => dueOrNull(row.value.due)),
  column("collaborators", array(string), (row) => row.value.collaborators),
  column("former_owners", array(string), (row) => row.value.formerOwners),
  column("cool_downs", array(string), (row) => row.value.coolDowns),
]);

export const alerts: TableWriter<Row<Alert>> = tableWriter<Row<Alert>>("alerts", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<Alert>(),
  column("kind", word, (row) => row.value.kind),
  column("epoch", uint64, (row) => row.value.epoch),
  column("rep", wordOrEmpty, (row) => row.value.rep),
  column("team", wordOrEmpty, (row) => row.value.team),
  column("due", instant, (row) => row.value.due),
  column("detail", string, (row) => row.value.detail),
  column("policy_version", int32, (row) => row.value.policyVersion),
]);

export const messages: TableWriter<Row<MessageRequested>> = tableWriter<Row<MessageRequested>>("messages", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<MessageRequested>(),
  column("journey", word, (row) => row.value.journey),
  column("journey_version", int32, (row) => row.value.journeyVersion),
  column("entry", uint64, (row) => row.value.entry),
  column("message_id", string, (row) => row.value.messageId),
  column("step", word, (row) => row.value.step),
  column("template", word, (row) => row.value.template),
  column("channel", word, (row) => row.value.channel),
  column("due", instant, (row) => row.value.due),
]);

export const journeyMoves: TableWriter<Row<JourneyMoved>> = tableWriter<Row<JourneyMoved>>("journey_moves", [
  column("lead_id", string, (row) => row.value.leadId),
  ...derivedColumns<JourneyMoved>(),
  column("journey", word, (row) => row.value.journey),
  column("journey_version", int32, (row) => row.value.journeyVersion),
  column("entry", uint64, (row) => row.value.entry),
  column("move", word, (row) => row.value.move),
  column("step", wordOrEmpty, (row) => row.value.step),
  column("outcome", wordOrEmpty, (row) => row.value.outcome),
  column("next_step", wordOrEmpty, (row) => row.value.nextStep),
  column("next_at", nullableInstant, (row) => row.value.nextAt),
  column("due", nullableInstant, (row) => dueOrNull(row.value.due)),
]);
