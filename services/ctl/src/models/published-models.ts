import type { ClickHouseClient } from "@leadstream/clickhouse";
import type { ModelRole } from "@leadstream/schemas";

/** A publication of a model, as the log holds it. */
export interface PublishedModel {
  readonly version: number;
  readonly name: string;
  readonly fingerprint: string;
  readonly role: ModelRole;
  readonly percent: number;
  /** Conditions of a pilot, JSON; empty: none. */
  readonly conditions: string;
  /** Log time, ms since epoch. */
  readonly publishedAt: number;
  /** Leads whose score it gave last. */
  readonly leads: number;
}

export type ModelStanding = "in effect" | "pilot" | "shadow" | "former";

async function rows<T>(client: ClickHouseClient, query: string, parameters: Record<string, unknown> = {}): Promise<T[]> {
  const answer = await client.query({
    query,
    query_params: parameters,
    format: "JSONEachRow",
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return answer.json<T>();
}

const modelsQuery = `
  SELECT p.version AS version, p.name AS name, p.fingerprint AS fingerprint, p.role AS role, p.percent AS percent, p.conditions AS conditions,
    toUnixTimestamp64Milli(p.published_at) AS publishedAt, ifNull(l.leads, 0) AS leads
  FROM model_publications AS p
  LEFT JOIN (
    SELECT standing.8 AS version, count() AS leads
    FROM (SELECT lead_id, argMaxMerge(standing) AS standing FROM lead_states GROUP BY lead_id)
    GROUP BY version
  ) AS l ON l.version = p.version
  ORDER BY version DESC`;

/** Newest first. */
export function publishedModels(client: ClickHouseClient): Promise<PublishedModel[]> {
  return rows<PublishedModel>(client, modelsQuery);
}

export async function documentOfVersion(client: ClickHouseClient, version: number): Promise<string | null> {
  const found = await rows<{ document: string }>(
    client,
    "SELECT document FROM publications WHERE kind = 'model' AND version = {version: Int32} LIMIT 1",
    { version },
  );
  return found[0]?.document ?? null;
}

/** The routing policy that was published last, JSON; null when none was. */
export async function policyInForce(client: ClickHouseClient): Promise<string | null> {
  const query = "SELECT document FROM publications WHERE kind = 'policy' ORDER BY version DESC LIMIT 1";
  return (await rows<{ document: string }>(client, query))[0]?.document ?? null;
}

/** What each publication is now; `models` newest first. A model for every lead ends the pilot and the shadow before it. */
export function standings(models: readonly PublishedModel[]): readonly ModelStanding[] {
  const champion = models.find(({ role }) => role === "champion")?.version ?? 0;
  const newest = (role: ModelRole): number => models.find((each) => each.role === role && each.version > champion)?.version ?? 0;
  const [pilot, shadow] = [newest("challenger"), newest("shadow")];
  return models.map(({ version }) => {
    if (version === champion) return "in effect";
    if (version === pilot) return "pilot";
    return version === shadow ? "shadow" : "former";
  });
}

/** The publication that a roll back takes up again: the model that was in effect for every lead before the present one; null when there is none. */
export function beforePresent(models: readonly PublishedModel[]): PublishedModel | null {
  const [present, ...earlier] = models.filter(({ role }) => role === "champion");
  return earlier.find(({ fingerprint }) => fingerprint !== present?.fingerprint) ?? null;
}
