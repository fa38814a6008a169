import type { ReportReader } from "../report-reader.ts";

export interface PipelineTopic {
  readonly topic: string;
  readonly stored: number;
  readonly lastLogTime: string;
  readonly lastInsertedAt: string;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface PipelineReport {
  readonly topics: readonly PipelineTopic[];
  readonly verdicts: readonly Record<string, unknown>[];
  readonly deadLetters: readonly Record<string, unknown>[];
  readonly recordsPerSecond: number;
}

/** Rows and freshness per topic, latency from the log to ClickHouse, verdicts of the last day, what was set aside. */
export async function pipelineReport(reader: ReportReader): Promise<PipelineReport> {
  const [topics, latency, verdicts, deadLetters, rate] = await Promise.all([
    reader.rows<PipelineTopic>(
      `SELECT topic, stored, toString(last_log_time) AS lastLogTime, toString(last_inserted_at) AS lastInsertedAt FROM pipeline ORDER BY topic`,
    ),
    reader.rows<{ topic: string; p50: number; p99: number }>("SELECT topic, p50_ms AS p50, p99_ms AS p99 FROM pipeline_latency"),
    reader.rows<Record<string, unknown>>(
      `SELECT verdict, count() AS records FROM scores WHERE event_id != '' AND log_time > now64(3) - INTERVAL 1 DAY GROUP BY verdict ORDER BY records DESC`,
    ),
    reader.rows<Record<string, unknown>>(
      "SELECT stage, code, topic, records, toString(latest) AS latest FROM dead_letter_counts ORDER BY latest DESC LIMIT 50",
    ),
    reader.rows<{ rate: number }>(
      "SELECT count() / 60 AS rate FROM ledger_lead_events WHERE log_time > now64(3) - INTERVAL 1 MINUTE AND record_type != 'Tick'",
    ),
  ]);
  const byTopic = new Map(latency.map((row) => [row.topic, row]));
  return {
    topics: topics.map((row) => ({ ...row, p50Ms: byTopic.get(row.topic)?.p50 ?? null, p99Ms: byTopic.get(row.topic)?.p99 ?? null })),
    verdicts,
    deadLetters,
    recordsPerSecond: rate[0]?.rate ?? 0,
  };
}
