import type { ReportReader } from "../report-reader.ts";

/** Sellers: response inside leases (SLA2, SLA3), how leases ended, deals. Money in hundredths. */
export function sellers(reader: ReportReader): Promise<Record<string, unknown>[]> {
  return reader.rows(
    `SELECT rep, leases, worked, recycled, handed_back AS handedBack, open, mean_response_ms AS meanResponseMs,
       p90_response_ms AS p90ResponseMs, within_2h AS within2h, deals, customers, revenue, gross_profit AS grossProfit,
       mean_quality AS meanQuality
     FROM seller_performance ORDER BY revenue DESC, leases DESC, rep LIMIT 500`,
  );
}

/** The newest changes of ownership and lifecycle. */
export function decisions(reader: ReportReader, limit: number): Promise<Record<string, unknown>[]> {
  return reader.rows(
    `SELECT toString(a.time) AS time, lead_id AS leadId, change, state, rep, previous_rep AS previousRep, team, rule, reason, why,
       score / 1000 AS points, grade, epoch
     FROM assignments AS a FINAL
     WHERE a.log_time > (SELECT max(log_time) FROM assignments) - INTERVAL 1 DAY AND change != 'captured'
     ORDER BY a.time DESC, source_offset DESC, n DESC LIMIT {limit: UInt32}`,
    { limit },
  );
}

export interface ModelReport {
  readonly bands: readonly Record<string, unknown>[];
  readonly highScoreLost: readonly Record<string, unknown>[];
  readonly lowScoreWon: readonly Record<string, unknown>[];
  readonly highScore: readonly Record<string, unknown>[];
}

/** M11, R2: bands against outcome, the two error lists, high scores against the rest. */
export async function modelReport(reader: ReportReader): Promise<ModelReport> {
  const [bands, highScoreLost, lowScoreWon, highScore] = await Promise.all([
    reader.rows<Record<string, unknown>>(
      "SELECT model, model_version AS modelVersion, band_before AS band, leads, won, lost, win_rate AS winRate, mean_points AS meanPoints FROM model_performance ORDER BY model, modelVersion, meanPoints DESC",
    ),
    reader.rows<Record<string, unknown>>(
      "SELECT lead_id AS leadId, peak_points AS peakPoints, toString(lost_at) AS lostAt FROM high_score_lost ORDER BY peak_points DESC LIMIT 50",
    ),
    reader.rows<Record<string, unknown>>(
      "SELECT lead_id AS leadId, peak_points AS peakPoints, toString(won_at) AS wonAt FROM low_score_won ORDER BY peak_points LIMIT 50",
    ),
    reader.rows<Record<string, unknown>>(
      "SELECT high_score AS highScore, leads, won, lost, won_of_leads AS wonOfLeads, win_rate AS winRate, mean_cycle_ms AS meanCycleMs FROM high_score_outcomes ORDER BY highScore DESC",
    ),
  ]);
  return { bands, highScoreLost, lowScoreWon, highScore };
}
