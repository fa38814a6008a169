import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { clusterStatement } from "./cluster-statement.ts";
import { ClickHouseStoreError } from "./errors.ts";
import { sqlStatements } from "./sql-statements.ts";

export interface MigrationOptions {
  /** Name of a ClickHouse cluster: tables become replicated ones, made on all its servers. Without it: one server. */
  readonly cluster?: string;
}

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

const ledger = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version UInt32,
  name String,
  checksum String,
  applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree ORDER BY version`;

/**
 * Brings the client's database to the state of the numbered .sql files of `folder`; returns the names of the files applied now.
 * Every statement can be repeated, so a crash in the middle, or two processes at once, end in the same place.
 * Throws MIGRATION_CHANGED when a file differs from what was applied under its number, MIGRATION_MISSING when a file is gone.
 */
export async function migrate(client: ClickHouseClient, folder: string, options: MigrationOptions = {}): Promise<string[]> {
  const files = await readMigrations(folder);
  await client.command({ query: onServers(ledger, options) });
  const applied = await appliedChecksums(client);
  check(files, applied);
  const done: string[] = [];
  for (const file of files) {
    if (applied.has(file.version)) continue;
    await apply(client, file, options);
    done.push(file.name);
  }
  return done;
}

export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const files: Migration[] = [];
  for (const name of names) {
    const number = /^(\d{3})-[a-z0-9-]+\.sql$/.exec(name)?.[1];
    if (number === undefined || files.some((file) => file.version === Number(number))) {
      throw new ClickHouseStoreError(
        "MIGRATION_NAME",
        `${name} is not a migration's name, or its number is taken`,
        "Name it 001-what-it-makes.sql with the next number.",
      );
    }
    const text = await readFile(join(folder, name), "utf8");
    files.push({ version: Number(number), name, text, checksum: createHash("sha256").update(text).digest("hex") });
  }
  return files;
}

async function appliedChecksums(client: ClickHouseClient): Promise<ReadonlyMap<number, string>> {
  const answer = await client.query({
    query: "SELECT version, argMin(checksum, applied_at) AS checksum FROM schema_migrations GROUP BY version",
    format: "JSONEachRow",
  });
  const rows = await answer.json<{ version: number; checksum: string }>();
  return new Map(rows.map((row) => [row.version, row.checksum]));
}

function check(files: readonly Migration[], applied: ReadonlyMap<number, string>): void {
  const known = new Map(files.map((file) => [file.version, file]));
  for (const [version, checksum] of applied) {
    const file = known.get(version);
    if (file === undefined) {
      throw new ClickHouseStoreError(
        "MIGRATION_MISSING",
        `the database holds migration ${version}, which this version does not know`,
        "Run the version of Leadstream that made it, or use another database.",
      );
    }
    if (file.checksum !== checksum) {
      throw new ClickHouseStoreError(
        "MIGRATION_CHANGED",
        `${file.name} is not the file that was applied`,
        "Restore the file and put the change into a new number.",
      );
    }
  }
}

async function apply(client: ClickHouseClient, file: Migration, options: MigrationOptions): Promise<void> {
  const statements = sqlStatements(file.text);
  for (const [index, statement] of statements.entries()) {
    try {
      await client.command({ query: onServers(statement, options) });
    } catch (error) {
      throw new ClickHouseStoreError(
        "MIGRATION_FAILED",
        `statement ${index + 1} of ${file.name} failed`,
        "Read the cause; the migration goes on from this file at the next start.",
        { cause: error },
      );
    }
  }
  await client.insert({
    table: "schema_migrations",
    columns: ["version", "name", "checksum"],
    values: [{ version: file.version, name: file.name, checksum: file.checksum }],
    format: "JSONEachRow",
  });
}

function onServers(statement: string, options: MigrationOptions): string {
  return options.cluster === undefined ? statement : clusterStatement(statement, options.cluster);
}
