import type { ReportReader } from "../report-reader.ts";
import { type Segment, segmentCondition } from "./segment.ts";

export const responseBuckets = ["1 min", "5 min", "30 min", "1 h", "2 h", "4 h", "24 h", "48 h", "later", "never"] as const;

export interface ResponseTimes {
  readonly leads: number;
  readonly answered: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
  readonly buckets: readonly { readonly bucket: string; readonly leads: number }[];
}

/** M3, SLA1, SLA3: first contact minus capture, for the leads captured in the window. */
export async function responseTimes(reader: ReportReader, segment: Segment): Promise<ResponseTimes> {
  const { sql, parameters } = segmentCondition(segment);
  const from = `lead_responses WHERE lead_id IN (SELECT lead_id FROM lead_stages WHERE ${sql})`;
  const known = "ifNull(response_ms, 0), response_ms IS NOT NULL";
  const [[totals], buckets] = await Promise.all([
    reader.rows<Omit<ResponseTimes, "buckets">>(
      `SELECT count() AS leads, count(response_ms) AS answered, avgOrNull(response_ms) AS meanMs,
         quantileExactOrNullIf(0.5)(${known}) AS p50Ms, quantileExactOrNullIf(0.9)(${known}) AS p90Ms, quantileExactOrNullIf(0.99)(${known}) AS p99Ms
       FROM ${from}`,
      parameters,
    ),
    reader.rows<{ bucket: string; leads: number }>(`SELECT bucket, count() AS leads FROM ${from} GROUP BY bucket`, parameters),
  ]);
  const found = new Map(buckets.map(({ bucket, leads }) => [bucket, leads]));
  return { ...totals!, buckets: responseBuckets.map((bucket) => ({ bucket, leads: found.get(bucket) ?? 0 })) };
}
