import type { ReportReader } from "../report-reader.ts";
import { type Segment, segmentCondition } from "./segment.ts";

/** Points in thousandths, times as `YYYY-MM-DD hh:mm:ss.mmm` UTC. */
export interface LeadRow {
  readonly leadId: string;
  readonly score: number;
  readonly fit: number;
  readonly engagement: number;
  readonly band: string;
  readonly grade: string;
  readonly temperature: string;
  readonly channel: string;
  readonly campaign: string;
  readonly industry: string | null;
  readonly region: string | null;
  readonly owner: string;
  readonly team: string;
  readonly caseState: string;
  readonly outcome: string;
  readonly capturedAt: string;
  readonly lastTouchAt: string | null;
}

export interface LeadFilter {
  readonly segment: Segment;
  readonly band?: string | undefined;
  readonly outcome?: string | undefined;
  readonly sort: "score" | "captured" | "active";
  readonly limit: number;
  readonly offset: number;
}

const orders = { score: "score DESC", captured: "captured_at DESC", active: "last_touch_at DESC NULLS LAST" } as const;

/** S1: the list of leads, sorted live by score. The page is chosen first and only its leads are joined with the rest. */
export async function leads(reader: ReportReader, filter: LeadFilter): Promise<{ total: number; leads: LeadRow[] }> {
  const { sql, parameters } = segmentCondition(filter.segment);
  const conditions = [sql];
  const values: Record<string, string | number> = { limit: filter.limit, offset: filter.offset };
  for (const name of ["band", "outcome"] as const) {
    const value = filter[name];
    if (value === undefined) continue;
    conditions.push(`${name} = {${name}: String}`);
    values[name] = value;
  }
  const condition = conditions.join(" AND ");
  const all = { ...parameters, ...values };
  const [counted, page] = await Promise.all([
    reader.rows<{ total: number }>(`SELECT count() AS total FROM lead_stages WHERE ${condition}`, all),
    reader.rows<PageRow>(
      `SELECT lead_id AS leadId, score, fit, engagement, band, grade, temperature, outcome, toString(captured_at) AS capturedAt,
         toString(last_touch_at) AS lastTouchAt
       FROM lead_stages WHERE ${condition} ORDER BY ${orders[filter.sort]}, lead_id LIMIT {limit: UInt32} OFFSET {offset: UInt32}`,
      all,
    ),
  ]);
  return { total: counted[0]?.total ?? 0, leads: await withContext(reader, page) };
}

type PageRow = Pick<
  LeadRow,
  "leadId" | "score" | "fit" | "engagement" | "band" | "grade" | "temperature" | "outcome" | "capturedAt" | "lastTouchAt"
>;

async function withContext(reader: ReportReader, page: readonly PageRow[]): Promise<LeadRow[]> {
  if (page.length === 0) return [];
  const ids = { ids: page.map((row) => row.leadId) };
  const among = "WHERE lead_id IN {ids: Array(String)}";
  type Keyed<T> = T & { readonly lead_id: string };
  const [origins, profiles, cases] = await Promise.all([
    reader.rows<Keyed<Pick<LeadRow, "channel" | "campaign">>>(`SELECT lead_id, channel, campaign FROM lead_origins ${among}`, ids),
    reader.rows<Keyed<Pick<LeadRow, "industry" | "region">>>(`SELECT lead_id, industry, region FROM lead_profiles ${among}`, ids),
    reader.rows<Keyed<Pick<LeadRow, "owner" | "team" | "caseState">>>(
      `SELECT lead_id, owner, team, case_state AS caseState FROM lead_cases ${among}`,
      ids,
    ),
  ]);
  const byLead = <T>(rows: readonly Keyed<T>[]): Map<string, Keyed<T>> => new Map(rows.map((row) => [row.lead_id, row]));
  const [origin, profile, leadCase] = [byLead(origins), byLead(profiles), byLead(cases)];
  return page.map((row) => ({
    ...row,
    channel: origin.get(row.leadId)?.channel ?? "",
    campaign: origin.get(row.leadId)?.campaign ?? "",
    industry: profile.get(row.leadId)?.industry ?? null,
    region: profile.get(row.leadId)?.region ?? null,
    owner: leadCase.get(row.leadId)?.owner ?? "",
    team: leadCase.get(row.leadId)?.team ?? "",
    caseState: leadCase.get(row.leadId)?.caseState ?? "",
  }));
}
