import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { createTelemetry } from "@leadstream/telemetry";
import type { FastifyInstance } from "fastify";
import { reportReader } from "./report-reader.ts";
import { buildServer } from "./server.ts";

let client: ClickHouseClient;
let app: FastifyInstance;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("journeys") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(import.meta.dirname, "../../../infra/clickhouse/migrations"));
  const telemetry = createTelemetry({ service: "analytics", level: "silent", processMetrics: false });
  app = await buildServer(reportReader(client, 10_000), telemetry);
}, 60_000);

afterAll(async () => {
  await app?.close();
  await client?.close();
});

async function get<T = Record<string, unknown>>(url: string): Promise<{ body: T }> {
  return { body: (await app.inject({ method: "GET", url })).json() as T };
}

let offset = 0;
const insert = (table: string, rows: readonly Record<string, unknown>[]): Promise<unknown> =>
  client.insert({ table, values: rows.map((row) => ({ log_time: "2026-03-01 00:00:00.000", ...row })), format: "JSONEachRow" });

describe("journeys (L4)", () => {
  const move = (leadId: string, entry: number, minute: number, fields: Record<string, unknown>) =>
    insert("journey_moves", [
      {
        lead_id: leadId,
        time: `2026-03-01 00:${String(minute).padStart(2, "0")}:00.000`,
        journey: "nurture",
        journey_version: 1,
        entry,
        source_topic: "lead.signals",
        source_offset: ++offset,
        log_offset: offset,
        ...fields,
      },
    ]);
  beforeAll(async () => {
    const document = (name: string, details: object) =>
      JSON.stringify({
        name,
        steps: [
          { id: "thanks", after: "1d", send: "t" },
          { id: "blog", after: "5d", send: "b" },
        ],
        ...details,
      });
    await insert("publications", [
      { kind: "journey", name: "nurture", version: 1, document: document("nurture", {}) },
      { kind: "journey", name: "nurture", version: 3, document: document("nurture", { priority: 200, goal: { did: "webinar" } }) },
      { kind: "journey", name: "spring", version: 2, document: JSON.stringify({ name: "spring", ended: true }) },
    ]);
    await move("in-1", 1, 1, { move: "entered", next_step: "thanks", next_at: "2026-03-02 00:00:00.000" });
    await move("in-2", 1, 1, { move: "entered", next_step: "thanks" });
    await move("in-2", 1, 2, { move: "stepped", step: "thanks", outcome: "sent", next_step: "blog", next_at: "2026-03-06 00:00:00.000" });
    await move("out-1", 1, 1, { move: "entered", next_step: "thanks" });
    await move("out-1", 1, 2, { move: "stepped", step: "thanks", outcome: "sent", next_step: "blog" });
    await move("out-1", 1, 3, { move: "left", step: "blog", outcome: "goal_reached" });
  });

  it("are listed with who is in which step and why runs ended, those in force first", async () => {
    const { body } = await get<{ rows: Record<string, unknown>[] }>("/v1/journeys");
    const [nurture, spring] = body.rows.filter(({ journey }) => journey === "nurture" || journey === "spring");
    expect(nurture).toMatchObject({
      version: 3,
      state: "in force",
      priority: 200,
      goal: ["webinar"],
      entered: 3,
      inside: 2,
      converted: 1,
      stops: { goal_reached: 1 },
    });
    expect(
      (nurture!.steps as Record<string, unknown>[]).map(({ step, waiting, passed, stopped }) => [step, waiting, passed, stopped]),
    ).toEqual([
      ["thanks", 1, 2, 0],
      ["blog", 1, 0, 1],
    ]);
    expect(spring).toMatchObject({ state: "ended", entered: 0, steps: [] });
  });

  it("show who waits for a step, and a lead's way through them", async () => {
    const { body } = await get<{ rows: { leadId: string }[] }>("/v1/journeys/nurture/leads?step=blog");
    expect(body.rows).toMatchObject([{ leadId: "in-2", lastStep: "thanks", nextStep: "blog", nextAt: "2026-03-06 00:00:00.000" }]);
    expect((await get<{ rows: { leadId: string }[] }>("/v1/journeys/nurture/leads")).body.rows.map(({ leadId }) => leadId)).toEqual([
      "in-1",
      "in-2",
    ]);
    expect((await get("/v1/leads/in-2/journey")).body).toMatchObject({
      inside: { journey: "nurture", nextStep: "blog" },
      runs: [{ entry: 1 }],
    });
    expect((await get("/v1/leads/out-1/journey")).body).toMatchObject({ inside: null, runs: [{ leftBy: "goal_reached" }] });
    expect((await get("/v1/leads/nobody/journey")).body).toMatchObject({ inside: null, runs: [], messages: [] });
  });
});
