import { type QueryParameters, type Window, windowParameters, within } from "../report-reader.ts";

/** What leads are narrowed down by. */
export interface Segment {
  readonly window: Window;
  readonly channel?: string | undefined;
  readonly campaign?: string | undefined;
  readonly keyword?: string | undefined;
  readonly industry?: string | undefined;
  readonly region?: string | undefined;
  readonly productLine?: string | undefined;
  readonly team?: string | undefined;
  readonly owner?: string | undefined;
}

const sources = [
  { view: "lead_origins", fields: { channel: "channel", campaign: "campaign", keyword: "keyword" } },
  { view: "lead_profiles", fields: { industry: "industry", region: "region", productLine: "product_line" } },
  { view: "lead_cases", fields: { team: "team", owner: "owner" } },
] as const;

/** A condition on `lead_stages`: capture inside the window, and membership in the sets that the other fields name. */
export function segmentCondition(segment: Segment): { readonly sql: string; readonly parameters: QueryParameters } {
  const conditions = [within("captured_at")];
  const parameters: Record<string, string> = {};
  for (const { view, fields } of sources) {
    const asked = Object.entries(fields).flatMap(([field, column]) => {
      const value = segment[field as keyof typeof segment];
      if (typeof value !== "string") return [];
      parameters[field] = value;
      return [`${column} = {${field}: String}`];
    });
    if (asked.length > 0) conditions.push(`lead_id IN (SELECT lead_id FROM ${view} WHERE ${asked.join(" AND ")})`);
  }
  return { sql: conditions.join(" AND "), parameters: { ...windowParameters(segment.window), ...parameters } };
}
