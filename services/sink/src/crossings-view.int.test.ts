import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";

let client: ClickHouseClient;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("crossings") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(import.meta.dirname, "../../../infra/clickhouse/migrations"));
}, 60_000);

afterAll(async () => {
  await client?.close();
});

const at = (hour: number): string => `2026-03-02 ${String(hour).padStart(2, "0")}:00:00.000`;
let offset = 0;

async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const log_time = at(0);
  const values = [{ lead_id: "lead-1", source_topic: "lead.events", source_offset: String(offset++), n: 0, log_time, ...row }];
  // Twice: a block that is repeated changes nothing.
  for (let copy = 0; copy < 2; copy++) await client.insert({ table, values, format: "JSONEachRow" });
}

const told = (time: number, previous_band: string, band: string, due: number | null = null): Promise<void> =>
  insert("signals", { kind: "crossed", time: at(time), previous_band, band, due: due === null ? null : at(due) });
const corrected = (previous_band: string, band: string, told_at: number | null, happened_at: number | null): Promise<void> =>
  insert("corrections", {
    kind: told_at === null ? "missed" : happened_at === null ? "retracted" : "corrected",
    previous_band,
    band,
    told_at: told_at === null ? null : at(told_at),
    happened_at: happened_at === null ? null : at(happened_at),
  });

describe("the crossings view", () => {
  it("holds what was told, with every correction applied", async () => {
    await told(1, "pool", "mql");
    await told(9, "mql", "sql", 5);
    await told(12, "sql", "mql");
    await told(12, "mql", "pool");
    await told(13, "pool", "pool");
    await corrected("pool", "mql", 1, 2);
    await corrected("pool", "mql", 2, 3);
    await corrected("mql", "sql", 5, null);
    await corrected("mql", "sql", null, 7);
    const answer = await client.query({
      query: "SELECT toHour(at) AS hour, previous_band, band, told FROM crossings WHERE lead_id = 'lead-1' ORDER BY at",
      format: "JSONCompactEachRow",
    });
    expect(await answer.json()).toEqual([
      [3, "pool", "mql", false],
      [7, "mql", "sql", false],
      [12, "sql", "pool", true],
    ]);
  });
});
