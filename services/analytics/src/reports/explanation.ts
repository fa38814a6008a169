import {
  checkModel,
  compileModel,
  type ExactExplanation,
  explainAt,
  type RecordedStep,
  Scorer,
  type ScorerOfVersion,
} from "@leadstream/domain-scoring";
import type { LedgerRow, Score } from "@leadstream/schemas";
import { AnalyticsError } from "../errors.ts";
import type { ReportReader } from "../report-reader.ts";
import { leadEvents } from "./lead-events.ts";

export interface OwnerChange {
  /** ms since epoch. */
  readonly at: number;
  readonly epoch: number;
  readonly change: string;
  readonly rep: string;
  readonly team: string;
  readonly rule: string;
  readonly reason: string;
  readonly why: readonly string[];
}

export interface JourneyMove {
  /** ms since epoch. */
  readonly at: number;
  readonly journey: string;
  readonly entry: number;
  readonly move: string;
  readonly step: string;
  readonly outcome: string;
  readonly template: string;
  readonly nextStep: string;
  /** ms since epoch; null when nothing comes next. */
  readonly nextAt: number | null;
}

/** Why a lead has its score, its owner and its place in a journey (R7). */
export interface LeadExplanation extends ExactExplanation {
  readonly lead: string;
  /** The instant that it holds for, ms since epoch. */
  readonly at: number;
  /** Log time of the lead's first record, ms since epoch; nothing was known of it before, whatever the events of imported history say of themselves. */
  readonly knownSince: number;
  readonly owners: readonly OwnerChange[];
  readonly journey: readonly JourneyMove[];
}

type LedgerTuple = readonly [rule: string, kind: LedgerRow["kind"], dimension: LedgerRow["dimension"], points: number, at: number];
type ScoreRow = Omit<Score, "source" | "rows"> & { readonly rows: readonly LedgerTuple[] };

const millis = (column: string): string => `toUnixTimestamp64Milli(${column})`;
const plainNumbers = "SETTINGS output_format_json_quote_64bit_integers = 0";

const scoresQuery = `
  SELECT ${millis("time")} AS time, lead_id AS leadId, nullIf(event_id, '') AS eventId, cause, nullIf(kind, '') AS kind,
    ${millis("occurred_at")} AS occurredAt, ${millis("effective_at")} AS effectiveAt, imported, verdict, model, model_version AS modelVersion,
    score, fit, engagement, band, grade, temperature,
    arrayMap((rule, kind, dimension, points, at) -> (rule, kind, dimension, points, ${millis("at")}), rows.rule, rows.kind, rows.dimension, rows.points, rows.at) AS rows
  FROM scores FINAL WHERE lead_id = {lead: String} ORDER BY source_offset, n ${plainNumbers}`;

const ownersQuery = `
  SELECT ${millis("time")} AS at, epoch, change, rep, team, rule, reason, why
  FROM assignments FINAL WHERE lead_id = {lead: String} ORDER BY log_offset ${plainNumbers}`;

const journeyQuery = `
  SELECT ${millis("v.time")} AS at, v.journey AS journey, v.entry AS entry, v.move AS move, v.step AS step, v.outcome AS outcome,
    m.template AS template, v.next_step AS nextStep, ${millis("v.next_at")} AS nextAt
  FROM (SELECT * FROM journey_moves FINAL WHERE lead_id = {lead: String}) AS v
  LEFT JOIN (SELECT * FROM messages FINAL WHERE lead_id = {lead: String}) AS m ON m.journey = v.journey AND m.entry = v.entry AND m.step = v.step AND v.move = 'stepped'
  ORDER BY v.log_offset ${plainNumbers}`;

const modelsQuery =
  "SELECT version, any(document) AS document FROM publications WHERE kind = 'model' AND version IN {versions: Array(Int32)} GROUP BY version";

/** The models that gave the scores, as they were published. */
async function scorersOf(reader: ReportReader, scores: readonly ScoreRow[]): Promise<ScorerOfVersion> {
  const models = new Map(scores.map(({ modelVersion, model }) => [modelVersion, model]));
  const published = await reader.rows<{ version: number; document: string }>(modelsQuery, { versions: [...models.keys()] });
  const documents = new Map(published.map(({ version, document }) => [version, document]));
  return (version) => {
    const document = documents.get(version);
    const checked = document === undefined ? null : checkModel(JSON.parse(document));
    if (checked === null || "faults" in checked) return null;
    return new Scorer(compileModel({ ...checked.model, name: models.get(version) ?? "", version }));
  };
}

function stepsOf(scores: readonly ScoreRow[], events: Awaited<ReturnType<typeof leadEvents>>): RecordedStep[] {
  return scores.map((score) => ({
    score: { ...score, rows: score.rows.map(([rule, kind, dimension, points, at]) => ({ rule, kind, dimension, points, at })) },
    event: score.eventId === null ? null : events.get(score.eventId),
  }));
}

/**
 * The ledger of a lead at the instant `at` (ms since epoch, log time), what faded up to it included, with the records of owners and journey up to then.
 * Without `at`: now, or at the last record where log time runs ahead of this clock.
 */
export async function explanationOf(reader: ReportReader, lead: string, nowMs: number, at: number | undefined): Promise<LeadExplanation> {
  const [scores, events, owners, journey] = await Promise.all([
    reader.rows<ScoreRow>(scoresQuery, { lead }),
    leadEvents(reader, lead),
    reader.rows<OwnerChange>(ownersQuery, { lead }),
    reader.rows<JourneyMove>(journeyQuery, { lead }),
  ]);
  if (scores.length === 0)
    throw new AnalyticsError("UNKNOWN_LEAD", "no such lead", "Check the id; a lead that was just captured appears within seconds.");
  const instant = at ?? scores.reduce((latest, { time }) => Math.max(latest, time), nowMs);
  const until = <T extends { readonly at: number }>(rows: readonly T[]): readonly T[] => rows.filter((row) => row.at <= instant);
  const explained = explainAt(stepsOf(scores, events), instant, await scorersOf(reader, scores));
  const knownSince = scores.reduce((first, { time }) => Math.min(first, time), Number.POSITIVE_INFINITY);
  return { lead, at: instant, knownSince, ...explained, owners: until(owners), journey: until(journey) };
}
