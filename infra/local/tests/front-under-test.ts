import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { type ClickHouseFrontProcess, type ClickHouseFrontWish, spawnClickHouseFront } from "../src/clickhouse-front/spawn.ts";

export const testUser = "leadstream";
export const testPassword = "a 'quoted' pass:word";

/** A data directory of its own, removed by `dispose` after every front started on it has stopped. */
export const newDataDirectory = (): { path: string; dispose(): void } => {
  const path = mkdtempSync(join(tmpdir(), "clickhouse-front-"));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
};

export const spawnTestFront = (dataDir: string, wish: Partial<ClickHouseFrontWish> = {}): Promise<ClickHouseFrontProcess> =>
  spawnClickHouseFront({ port: 0, dataDir, user: testUser, password: testPassword, logFile: `${dataDir}/front.log`, ...wish });

export const clientOf = (url: string, more: Parameters<typeof createClient>[0] = {}): ClickHouseClient =>
  createClient({
    url,
    username: testUser,
    password: testPassword,
    database: "leadstream",
    log: { level: ClickHouseLogLevel.OFF },
    ...more,
  });
