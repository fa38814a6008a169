import { type ReportReader, type Window, windowParameters, within } from "../report-reader.ts";

export const acquisitionLevels = {
  channel: ["channel"],
  campaign: ["channel", "campaign"],
  keyword: ["channel", "campaign", "keyword"],
} as const;
export type AcquisitionLevel = keyof typeof acquisitionLevels;

/** Money in hundredths of the currency; null where a ratio has no divisor. */
export interface AcquisitionRow {
  readonly channel: string;
  readonly campaign: string;
  readonly keyword: string;
  readonly leads: number;
  readonly customers: number;
  readonly deals: number;
  readonly revenue: number;
  readonly grossProfit: number;
  readonly dealsWithoutProfit: number;
  readonly spend: number;
  readonly cpl: number | null;
  readonly cac: number | null;
  readonly roi: number | null;
}

type Sums = Omit<AcquisitionRow, "cpl" | "cac" | "roi">;

const sums = `sum(a.leads) AS leads, sum(a.customers) AS customers, sum(a.deals) AS deals, sum(a.revenue) AS revenue,
  sum(a.gross_profit) AS grossProfit, sum(a.deals_without_profit) AS dealsWithoutProfit, sum(a.spend) AS spend`;

/** M4, M7, M8, M10 per channel, campaign or keyword, over whole days of the window. */
export async function acquisition(
  reader: ReportReader,
  window: Window,
  level: AcquisitionLevel,
  channel: string | undefined,
): Promise<AcquisitionRow[]> {
  const columns = acquisitionLevels[level];
  const names = (["channel", "campaign", "keyword"] as const).map((name) =>
    (columns as readonly string[]).includes(name) ? name : `'' AS ${name}`,
  );
  const rows = await reader.rows<Sums>(
    `SELECT ${names.join(", ")}, ${sums} FROM acquisition_days AS a
     WHERE ${within("day")} ${channel === undefined ? "" : "AND channel = {channel: String}"}
     GROUP BY ${columns.join(", ")} ORDER BY leads DESC, spend DESC, channel LIMIT 500`,
    { ...windowParameters(window), ...(channel === undefined ? {} : { channel }) },
  );
  return rows.map(withRatios);
}

/** M4, M9 over all channels of the window. */
export async function programme(reader: ReportReader, window: Window): Promise<AcquisitionRow> {
  const [row] = await reader.rows<Sums>(
    `SELECT '' AS channel, '' AS campaign, '' AS keyword, ${sums} FROM acquisition_days AS a WHERE ${within("day")}`,
    windowParameters(window),
  );
  return withRatios(row!);
}

/** CPL = spend ÷ leads, CAC = spend ÷ customers (M7), ROI = (gross profit − spend) ÷ spend (M8, M9). */
export function withRatios(row: Sums): AcquisitionRow {
  const { leads, customers, spend, grossProfit } = row;
  return {
    ...row,
    cpl: leads === 0 ? null : spend / leads,
    cac: customers === 0 ? null : spend / customers,
    roi: spend === 0 ? null : (grossProfit - spend) / spend,
  };
}

export interface VolumeRow {
  /** First day of the step. */
  readonly start: string;
  readonly channel: string;
  readonly leads: number;
  readonly customers: number;
}

/** M10: leads and new customers by day, week (from Monday) or month, and channel. */
export function volume(reader: ReportReader, window: Window, step: "day" | "week" | "month"): Promise<VolumeRow[]> {
  const start = { day: "day", week: "toStartOfWeek(day, 1)", month: "toStartOfMonth(day)" }[step];
  return reader.rows<VolumeRow>(
    `SELECT toString(${start}) AS start, channel, sum(a.leads) AS leads, sum(a.customers) AS customers
     FROM acquisition_days AS a WHERE ${within("day")}
     GROUP BY start, channel HAVING leads > 0 OR customers > 0 ORDER BY start, channel LIMIT 20000`,
    windowParameters(window),
  );
}
