import { type ReportReader, type Window, windowParameters, within } from "../report-reader.ts";
import { type Segment, segmentCondition } from "./segment.ts";

export const stages = ["captured", "mql", "sql_suggested", "sql_accepted", "opportunity", "won"] as const;
export type Stage = (typeof stages)[number];

export interface FunnelStage {
  readonly stage: Stage;
  readonly leads: number;
  readonly lost: number;
  readonly fromPrevious: number | null;
  readonly fromCaptured: number | null;
}

const counts = `count() AS captured, countIf(reached_mql) AS mql, countIf(reached_sql_suggested) AS sql_suggested,
  countIf(reached_sql_accepted) AS sql_accepted, countIf(reached_opportunity) AS opportunity, countIf(reached_won) AS won`;

/** D1, M1, M2, M5: stages reached by the leads captured in the window. */
export async function funnel(reader: ReportReader, segment: Segment): Promise<FunnelStage[]> {
  const { sql, parameters } = segmentCondition(segment);
  const [row] = await reader.rows<Record<Stage, number>>(`SELECT ${counts} FROM lead_stages WHERE ${sql}`, parameters);
  return stagesOf(row ?? { captured: 0, mql: 0, sql_suggested: 0, sql_accepted: 0, opportunity: 0, won: 0 });
}

export function stagesOf(row: Readonly<Record<Stage, number>>): FunnelStage[] {
  return stages.map((stage, index) => {
    const leads = row[stage];
    const previous = index === 0 ? leads : row[stages[index - 1]!];
    return {
      stage,
      leads,
      lost: previous - leads,
      fromPrevious: previous === 0 ? null : leads / previous,
      fromCaptured: row.captured === 0 ? null : leads / row.captured,
    };
  });
}

export const dimensions = {
  channel: "channel",
  campaign: "campaign",
  industry: "industry",
  region: "region",
  productLine: "product_line",
  team: "team",
  company: "company",
  month: "toString(month)",
} as const;
export type FunnelDimension = keyof typeof dimensions;

export interface FunnelSegment {
  readonly segment: string;
  readonly stages: readonly FunnelStage[];
}

/** D2, D3: the funnel once per value of a dimension, largest first. Cohorts are whole months of capture. */
export async function funnelBy(reader: ReportReader, window: Window, by: FunnelDimension): Promise<FunnelSegment[]> {
  const rows = await reader.rows<Record<Stage, number> & { segment: string | null }>(
    `SELECT ${dimensions[by]} AS segment, sum(leads) AS captured, sum(c.mql) AS mql, sum(c.sql_suggested) AS sql_suggested,
       sum(c.sql_accepted) AS sql_accepted, sum(c.opportunity) AS opportunity, sum(c.won) AS won
     FROM funnel_cohorts AS c WHERE ${within("month")} GROUP BY segment ORDER BY captured DESC, segment LIMIT 200`,
    windowParameters(window),
  );
  return rows.map((row) => ({ segment: row.segment ?? "", stages: stagesOf(row) }));
}
