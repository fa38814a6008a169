import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase, sqlStatements } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";

const root = join(import.meta.dirname, "../../..");
const document = readFileSync(join(root, "docs/analytics.md"), "utf8");
const statements = [...document.matchAll(/```sql\n([\s\S]*?)```/g)].flatMap(([, block]) => sqlStatements(block!));
let client: ClickHouseClient;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("document") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(root, "infra/clickhouse/migrations"));
}, 60_000);

afterAll(async () => {
  await client?.close();
});

describe("docs/analytics.md", () => {
  it.each(statements.map((statement) => [statement.slice(0, 100), statement]))("runs: %s", async (_name, statement) => {
    const answer = await client.query({ query: statement, format: "JSONEachRow" });
    await expect(answer.json()).resolves.toBeInstanceOf(Array);
  });

  it("names every table and view that the migrations make", async () => {
    const answer = await client.query({
      query: "SELECT name FROM system.tables WHERE database = currentDatabase()",
      format: "JSONEachRow",
    });
    const names = (await answer.json<{ name: string }>()).map(({ name }) => name);
    const inner = /^(ledger_|schema_migrations$|lead_states_from_scores$|\.inner)/;
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !inner.test(name) && !document.includes(`\`${name}\``))).toEqual([]);
  });
});
