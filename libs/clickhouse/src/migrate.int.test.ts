import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { connectClickHouse, prepareDatabase, waitForClickHouse } from "./connect.ts";
import { insertBlock } from "./insert-block.ts";
import { migrate } from "./migrate.ts";

const retry = { initialBackoffMs: 20, maximumBackoffMs: 200, limitMs: 5_000 };
let client: ClickHouseClient;
let folder: string;

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
async function count(): Promise<number> {
  const answer = await client.query({ query: "SELECT count() AS count FROM things", format: "JSONEachRow" });
  return (await answer.json<{ count: number }>())[0]!.count;
}

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("migrate") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await waitForClickHouse(client, 10_000);
  folder = await mkdtemp(join(tmpdir(), "migrate-"));
});

afterAll(async () => {
  await client?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("migrations", () => {
  it("are applied once, in order, one statement at a time", async () => {
    await write(
      "001-things.sql",
      "CREATE TABLE IF NOT EXISTS things (a UInt8, b String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100;\n",
    );
    await write(
      "002-view.sql",
      "-- two;\nCREATE OR REPLACE VIEW v AS SELECT a FROM things;\nCREATE OR REPLACE VIEW w AS SELECT 'x;y' AS b;\n",
    );
    expect(await migrate(client, folder)).toEqual(["001-things.sql", "002-view.sql"]);
    expect(await migrate(client, folder)).toEqual([]);
    await write("003-more.sql", "CREATE OR REPLACE VIEW z AS SELECT 1 AS one;");
    expect(await migrate(client, folder)).toEqual(["003-more.sql"]);
  });

  it("may be applied by two processes at once", async () => {
    await write("004-both.sql", "CREATE OR REPLACE VIEW both AS SELECT 1 AS one;");
    const done = await Promise.all([migrate(client, folder), migrate(client, folder)]);
    expect(done.flat()).toContain("004-both.sql");
    expect(await migrate(client, folder)).toEqual([]);
  });

  it("that were changed, are missing, are named wrongly or fail are refused with the file's name", async () => {
    await write("003-more.sql", "CREATE OR REPLACE VIEW z AS SELECT 2 AS one;");
    await expect(migrate(client, folder)).rejects.toMatchObject({
      code: "MIGRATION_CHANGED",
      message: expect.stringContaining("003-more.sql"),
    });
    await rm(join(folder, "003-more.sql"));
    await expect(migrate(client, folder)).rejects.toMatchObject({ code: "MIGRATION_MISSING" });
    await write("003-more.sql", "CREATE OR REPLACE VIEW z AS SELECT 1 AS one;");
    await write("5.sql", "SELECT 1");
    await expect(migrate(client, folder)).rejects.toMatchObject({ code: "MIGRATION_NAME" });
    await rm(join(folder, "5.sql"));
    await write("005-broken.sql", "SELECT 1 AS fine;\nSELECT nonsense;");
    await expect(migrate(client, folder)).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringContaining("statement 2 of 005-broken.sql"),
    });
  });
});

describe("a block", () => {
  const block = { table: "things", columns: ["a", "b"], format: "RowBinary" as const, token: "first" };
  const bytes = Buffer.from([1, 1, 120, 2, 1, 10, 3, 0]);

  it("is stored once however often it is sent under its token", async () => {
    for (let round = 0; round < 3; round++) await insertBlock(client, { ...block, bytes }, retry);
    expect(await count()).toBe(3);
    await insertBlock(client, { ...block, bytes, token: "second" }, retry);
    expect(await count()).toBe(6);
  });

  it("may be JSON", async () => {
    const json = Buffer.from('{"a":9,"b":"line\\n\\nline"}\n{"a":10,"b":"end"}\n');
    await insertBlock(client, { ...block, format: "JSONEachRow", bytes: json, token: "json" }, retry);
    expect(await count()).toBe(8);
  });

  it("of wrong bytes is refused and leaves nothing", async () => {
    await expect(insertBlock(client, { ...block, bytes: Buffer.from([1, 9, 120]), token: "bad" }, retry)).rejects.toMatchObject({
      code: "INSERT_REFUSED",
    });
    expect(await count()).toBe(8);
  });
});
