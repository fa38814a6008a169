import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { ClickHouseStoreError } from "./errors.ts";

export interface ClickHouseOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Limit of one request; an insert that exceeds it is sent again with the same token. */
  readonly requestTimeoutMs?: number;
  readonly maxConnections?: number;
  /** Shown in the server's own logs. */
  readonly application?: string;
}

const databaseName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A client of one database. Nothing is sent yet: see `prepareDatabase` and `waitForClickHouse`. */
export function connectClickHouse(options: ClickHouseOptions): ClickHouseClient {
  return createClient({
    url: options.url,
    username: options.user,
    password: options.password,
    database: options.database,
    request_timeout: options.requestTimeoutMs ?? 60_000,
    max_open_connections: options.maxConnections ?? 16,
    application: options.application ?? "leadstream",
    // Every error is thrown to the caller, who knows what it means.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
    clickhouse_settings: { date_time_input_format: "best_effort", output_format_json_quote_64bit_integers: 0 },
  });
}

/** Creates the database if it isn't there; its name comes from configuration and is checked. */
export async function prepareDatabase(options: ClickHouseOptions): Promise<void> {
  if (!databaseName.test(options.database)) {
    throw new ClickHouseStoreError("MIGRATION_NAME", "the database's name is not an identifier", "Use letters, digits and underscores.");
  }
  const client = connectClickHouse({ ...options, database: "default" });
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${options.database}` });
  } finally {
    await client.close();
  }
}

/** Resolves when the server answers; rejects with UNREACHABLE after `limitMs`. */
export async function waitForClickHouse(client: ClickHouseClient, limitMs: number, intervalMs = 250): Promise<void> {
  const until = Date.now() + limitMs;
  for (;;) {
    const answer = await client.ping();
    if (answer.success) return;
    if (Date.now() >= until) {
      throw new ClickHouseStoreError(
        "UNREACHABLE",
        `ClickHouse did not answer for ${limitMs} ms`,
        "Start it, or correct its URL, user and password.",
        { cause: answer.error },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
