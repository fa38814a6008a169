import { type ClickHouseClient, retryable } from "@leadstream/clickhouse";
import { AnalyticsError } from "./errors.ts";

export type QueryParameters = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

/** Runs a report's SQL. Values reach it as parameters only, never as text. */
export interface ReportReader {
  rows<Row>(sql: string, parameters?: QueryParameters): Promise<Row[]>;
}

/** Rejects with STORE_UNAVAILABLE where trying again later helps. */
export function reportReader(client: ClickHouseClient, limitMs: number): ReportReader {
  return {
    async rows<Row>(sql: string, parameters: QueryParameters = {}): Promise<Row[]> {
      try {
        const answer = await client.query({
          query: sql,
          query_params: { ...parameters },
          format: "JSONEachRow",
          clickhouse_settings: { max_execution_time: Math.ceil(limitMs / 1_000) },
        });
        return await answer.json<Row>();
      } catch (error) {
        if (!retryable(error)) throw error;
        throw new AnalyticsError("STORE_UNAVAILABLE", "ClickHouse does not answer", "Try again in a moment.", [], { cause: error });
      }
    },
  };
}

/** A span of time, from inclusive, to exclusive, ms since epoch. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** `{from: …}` and `{to: …}` of a query over `column`. */
export const within = (column: string): string => `${column} >= {from: DateTime64(3, 'UTC')} AND ${column} < {to: DateTime64(3, 'UTC')}`;

export function windowParameters({ from, to }: Window): QueryParameters {
  return { from: sqlInstant(from), to: sqlInstant(to) };
}

const sqlInstant = (at: number): string => new Date(at).toISOString().replace("T", " ").replace("Z", "");
