import type { LedgerRow, Score } from "@leadstream/schemas";

/** One line of the table that explains a score (R7). */
export interface ExplainedRow extends LedgerRow {
  /** Log time of the record that wrote the row; of what faded since the last record, the instant that was asked for. */
  readonly time: number;
  readonly eventId: string | null;
  /** As in the record; "time" for what faded since the last one. */
  readonly cause: string;
  readonly model: string;
  readonly modelVersion: number;
  /** Sum of all rows up to this one, thousandths. */
  readonly running: number;
}

export interface Explanation {
  readonly rows: readonly ExplainedRow[];
  /** Sum of all rows. */
  readonly score: number;
  /** Band, grade and temperature as they were told last; of an exact explanation those of the instant. */
  readonly band: string | null;
  readonly grade: Score["grade"] | null;
  readonly temperature: Score["temperature"] | null;
  /** False when the rows of the records do not sum to the last record's score: records are missing or in the wrong order. */
  readonly complete: boolean;
}

/** The table of a lead as its score records tell it, in their order; `at` (log time, ms) leaves out what came later. What faded since the last record is not in it: see explainAt. */
export function explain(scores: readonly Omit<Score, "source">[], at = Number.MAX_SAFE_INTEGER): Explanation {
  const rows: ExplainedRow[] = [];
  let running = 0;
  let last: Omit<Score, "source"> | null = null;
  for (const score of scores) {
    if (score.time > at) break;
    for (const row of score.rows) {
      running += row.points;
      const { time, eventId, cause, model, modelVersion } = score;
      rows.push({ ...row, time, eventId, cause, model, modelVersion, running });
    }
    last = score;
  }
  return {
    rows,
    score: running,
    band: last?.band ?? null,
    grade: last?.grade ?? null,
    temperature: last?.temperature ?? null,
    complete: last === null || last.score === running,
  };
}
