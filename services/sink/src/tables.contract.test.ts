import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import * as derived from "./tables/derived-tables.ts";
import * as edge from "./tables/edge-tables.ts";
import { ledgers, publications } from "./tables/ledger-tables.ts";

const tables = [...Object.values(edge), ...Object.values(derived), publications, ...ledgers.values()];
let client: ClickHouseClient;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("tables") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(import.meta.dirname, "../../../infra/clickhouse/migrations"));
}, 60_000);

afterAll(async () => {
  await client?.close();
});

describe("the rows that the sink writes", () => {
  it.each(tables.map((table) => [table.table, table] as const))("fit table %s column by column", async (_name, table) => {
    const answer = await client.query({
      query: "SELECT name, type, default_kind FROM system.columns WHERE database = currentDatabase() AND table = {table: String}",
      query_params: { table: table.table },
      format: "JSONEachRow",
    });
    const columns = await answer.json<{ name: string; type: string; default_kind: string }>();
    const types = new Map(columns.map((column) => [column.name, column.type]));
    expect(table.columns.map(({ name, type }) => [name, type])).toEqual(table.columns.map(({ name }) => [name, types.get(name)]));
    // Columns that the sink leaves out have a default.
    const left = columns.filter(({ name }) => !table.columnNames.includes(name));
    expect(left.filter(({ default_kind }) => default_kind === "")).toEqual([]);
  });
});
