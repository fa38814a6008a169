import { type Drift, driftOfMonths, type HandOverRow, handOverAdvice, type MonthRow } from "@leadstream/domain-learning";
import type { ReportReader } from "../report-reader.ts";

export interface ModelVersions {
  readonly publications: readonly Record<string, unknown>[];
  /** Pilots with their time and the model that the other leads kept; `pilots` has what became of the leads of each. */
  readonly trials: readonly Record<string, unknown>[];
  readonly pilots: readonly Record<string, unknown>[];
  readonly shadows: readonly Record<string, unknown>[];
}

/** R6: every publication of a model, newest first, how champion and challenger of each pilot did, and where a shadow differs. */
export async function modelVersions(reader: ReportReader): Promise<ModelVersions> {
  const [publications, trials, pilots, shadows] = await Promise.all([
    reader.rows<Record<string, unknown>>(
      `SELECT version, name, fingerprint, role, percent, conditions, rescore_per_second AS rescorePerSecond, toString(published_at) AS publishedAt
       FROM model_publications ORDER BY version DESC LIMIT 200`,
    ),
    reader.rows<Record<string, unknown>>(
      `SELECT version, model, percent, conditions, toString(began_at) AS beganAt, if(ended_at IS NULL, NULL, toString(ended_at)) AS endedAt,
         champion_version AS championVersion, champion
       FROM pilots ORDER BY version DESC LIMIT 20`,
    ),
    reader.rows<Record<string, unknown>>(
      `SELECT pilot_version AS pilotVersion, side, model, model_version AS modelVersion, new_leads AS newLeads, leads, mql,
         sql_suggested AS sqlSuggested, sql_accepted AS sqlAccepted, opportunity, won, lost, won_of_leads AS wonOfLeads,
         mql_to_sql AS mqlToSql, win_rate AS winRate, mean_points AS meanPoints
       FROM pilot_outcomes ORDER BY pilotVersion DESC, newLeads DESC, side LIMIT 200`,
    ),
    reader.rows<Record<string, unknown>>(
      `SELECT shadow_version AS shadowVersion, shadow_model AS shadowModel, band, shadow_band AS shadowBand, leads, won, lost,
         mean_difference AS meanDifference
       FROM shadow_comparison ORDER BY shadowVersion DESC, leads DESC LIMIT 200`,
    ),
  ]);
  return { publications, trials, pilots, shadows };
}

export interface DriftReport extends Drift {
  readonly handOver: readonly HandOverRow[];
  /** One sentence when MQL→SQL has been low for months, otherwise null. */
  readonly handOverAdvice: string | null;
}

/** R4. The month that runs is left out of MQL→SQL: its leads had no time yet. */
export async function driftReport(reader: ReportReader, nowMs: number): Promise<DriftReport> {
  const [months, handOver] = await Promise.all([
    reader.rows<MonthRow>("SELECT substring(toString(month), 1, 7) AS month, leads, won, auc FROM score_months ORDER BY month"),
    reader.rows<HandOverRow>("SELECT substring(toString(month), 1, 7) AS month, mql, sql FROM hand_over_months ORDER BY month"),
  ]);
  const present = new Date(nowMs).toISOString().slice(0, 7);
  const past = handOver.filter(({ month }) => month < present);
  // Where sales never reports that it took a lead, there is nothing to judge.
  const reported = past.some(({ sql }) => sql > 0);
  return { ...driftOfMonths(months), handOver, handOverAdvice: reported ? handOverAdvice(past) : null };
}
