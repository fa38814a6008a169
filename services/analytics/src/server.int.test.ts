import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { createTelemetry } from "@leadstream/telemetry";
import type { FastifyInstance } from "fastify";
import { reportReader } from "./report-reader.ts";
import { buildServer } from "./server.ts";

const telemetry = createTelemetry({ service: "analytics", level: "silent", processMetrics: false });
let client: ClickHouseClient;
let app: FastifyInstance;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("analytics") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(import.meta.dirname, "../../../infra/clickhouse/migrations"));
  app = await buildServer(reportReader(client, 10_000), telemetry);
}, 60_000);

afterAll(async () => {
  await app?.close();
  await client?.close();
});

async function get<T = Record<string, unknown>>(url: string): Promise<{ status: number; body: T; headers: Record<string, unknown> }> {
  const answer = await app.inject({ method: "GET", url });
  const json = String(answer.headers["content-type"]).includes("json");
  return { status: answer.statusCode, body: (json ? answer.json() : answer.body) as T, headers: answer.headers };
}

let offset = 0;
async function insert(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  const placed = rows.map((row) => ({
    log_partition: 0,
    log_offset: offset,
    incarnation: "one",
    log_time: "2026-03-01 00:00:00.000",
    ...row,
  }));
  await client.insert({ table, values: placed, format: "JSONEachRow" });
}

/** One event of the edge and its score. */
async function event(
  table: "captures" | "statuses",
  leadId: string,
  at: string,
  fields: Record<string, unknown>,
  score: number,
): Promise<void> {
  offset++;
  const eventId = `${leadId}-${offset}`;
  await insert(table, [{ lead_id: leadId, event_id: eventId, occurred_at: at, ...fields }]);
  await insert("scores", [
    {
      lead_id: leadId,
      event_id: eventId,
      time: "2026-03-01 00:00:00.000",
      source_topic: "lead.events",
      source_incarnation: "one",
      source_offset: offset,
      cause: table === "captures" ? "capture" : "status",
      kind: fields.status ?? "",
      occurred_at: at,
      effective_at: at,
      verdict: "counted",
      model: "default",
      model_version: 3,
      score,
      band: score >= 80_000 ? "sql" : "pool",
      grade: "B",
      temperature: "hot",
      "rows.rule": ["demo-request"],
      "rows.kind": ["award"],
      "rows.dimension": ["engagement"],
      "rows.points": [score],
      "rows.at": [at],
    },
  ]);
}

describe("an empty store", () => {
  it.each([
    "/v1/funnel",
    "/v1/funnel?by=region",
    "/v1/channels",
    "/v1/channels?level=keyword",
    "/v1/volume",
    "/v1/response-times",
    "/v1/leads",
    "/v1/sellers",
    "/v1/decisions",
    "/v1/reps/nobody/actions",
    "/v1/model",
    "/v1/model/versions",
    "/v1/model/drift",
    "/v1/pipeline",
  ])("answers %s", async (url) => {
    expect(await get(url)).toMatchObject({ status: 200 });
  });
});

describe("reports", () => {
  beforeAll(async () => {
    await event("captures", "lead-a", "2026-02-01 08:00:00.000", { channel: "search", campaign: "spring" }, 20_000);
    await event("statuses", "lead-a", "2026-02-01 08:03:00.000", { status: "contacted" }, 20_000);
    await event(
      "statuses",
      "lead-a",
      "2026-02-09 08:00:00.000",
      { status: "won", amount: 500_000, gross_profit: 90_000, rep: "ada" },
      20_000,
    );
    await event("captures", "lead-b", "2026-02-02 08:00:00.000", { channel: "partner", campaign: "" }, 85_000);
    await insert("spend", [
      { event_id: "s1", occurred_at: "2026-02-01 00:00:00.000", channel: "search", campaign: "spring", amount: 30_000, currency: "EUR" },
      {
        event_id: "s1",
        occurred_at: "2026-02-01 00:00:00.000",
        channel: "search",
        campaign: "spring",
        amount: 99_000,
        currency: "EUR",
        log_offset: 99,
      },
    ]);
    await insert("assignments", [
      {
        lead_id: "lead-b",
        time: "2026-03-01 00:00:00.000",
        source_topic: "lead.signals",
        epoch: 1,
        change: "assigned",
        state: "leased",
        rep: "bo",
        team: "emea",
        rule: "emea",
        why: ["ada: at capacity"],
      },
    ]);
  });

  it("the funnel counts a lead that was won without the stages between", async () => {
    const { body } = await get<{ stages: { stage: string; leads: number }[] }>("/v1/funnel");
    expect(body.stages.map(({ stage, leads }) => [stage, leads])).toEqual([
      ["captured", 2],
      ["mql", 2],
      ["sql_suggested", 2],
      ["sql_accepted", 1],
      ["opportunity", 1],
      ["won", 1],
    ]);
    const narrowed = await get<{ stages: { leads: number }[] }>("/v1/funnel?channel=partner&team=emea&from=2026-02-01&to=2026-02-28");
    expect(narrowed.body.stages.map(({ leads }) => leads)).toEqual([1, 1, 1, 0, 0, 0]);
    const before = await get<{ stages: { leads: number }[] }>("/v1/funnel?to=2026-02-01");
    expect(before.body.stages[0]!.leads).toBe(0);
  });

  it("cost and return use each spend event once, the first", async () => {
    const { body } = await get<{ rows: Record<string, unknown>[]; total: Record<string, unknown> }>("/v1/channels");
    expect(body.rows.find((row) => row.channel === "search")).toMatchObject({
      leads: 1,
      customers: 1,
      spend: 30_000,
      cpl: 30_000,
      cac: 30_000,
      roi: 2,
    });
    expect(body.rows.find((row) => row.channel === "partner")).toMatchObject({ leads: 1, spend: 0, cac: null, roi: null });
    expect(body.total).toMatchObject({ leads: 2, customers: 1, revenue: 500_000 });
    const campaigns = await get<{ rows: Record<string, unknown>[] }>("/v1/channels?level=campaign&channel=search");
    expect(campaigns.body.rows.map((row) => row.campaign)).toEqual(["spring"]);
  });

  it("response times, sellers and leads by score", async () => {
    const response = await get<{ p50Ms: number; buckets: { bucket: string; leads: number }[] }>("/v1/response-times");
    expect(response.body.p50Ms).toBe(180_000);
    expect(response.body.buckets.filter(({ leads }) => leads > 0)).toEqual([
      { bucket: "5 min", leads: 1 },
      { bucket: "never", leads: 1 },
    ]);
    const sellers = await get<{ rows: Record<string, unknown>[] }>("/v1/sellers");
    expect(sellers.body.rows.map((row) => [row.rep, row.leases, row.deals])).toEqual([
      ["ada", 0, 1],
      ["bo", 1, 0],
    ]);
    const leads = await get<{ total: number; leads: { leadId: string; owner: string; channel: string }[] }>("/v1/leads?limit=1");
    expect(leads.body).toMatchObject({ total: 2, leads: [{ leadId: "lead-b", owner: "bo", channel: "partner" }] });
    expect((await get<{ total: number }>("/v1/leads?owner=bo&outcome=open")).body.total).toBe(1);
  });

  it("a lead's page holds standing, points, owners with the reasons and history", async () => {
    const { body } = await get<Record<string, Record<string, unknown>[]>>("/v1/leads/lead-b");
    expect(body.standing).toMatchObject({ score: 85_000, modelVersion: 3, outcome: "open" });
    expect(body.points).toMatchObject([{ rule: "demo-request", points: 85_000 }]);
    expect(body.leases).toMatchObject([{ epoch: 1, rep: "bo" }]);
    expect(body.decisions).toMatchObject([{ change: "assigned", why: ["ada: at capacity"] }]);
    expect(body.history!.length).toBe(2);
  });

  it("a lead's score is explained row by row, at any instant", async () => {
    const now = await get<Record<string, unknown>>("/v1/leads/lead-b/explanation");
    expect(now.body).toMatchObject({
      lead: "lead-b",
      score: 85_000,
      band: "sql",
      complete: true,
      rows: [{ rule: "demo-request", points: 85_000, running: 85_000, modelVersion: 3 }],
      owners: [{ change: "assigned", why: ["ada: at capacity"] }],
    });
    const before = await get<Record<string, unknown>>("/v1/leads/lead-b/explanation?at=2026-02-28");
    expect(before.body).toMatchObject({ score: 0, rows: [], owners: [] });
    expect(await get("/v1/leads/nobody/explanation")).toMatchObject({ status: 404, body: { code: "UNKNOWN_LEAD" } });
    expect(await get("/v1/leads/lead-b/explanation?at=yesterday")).toMatchObject({ status: 400 });
  });
});

describe("next best action (S2)", () => {
  const rep = "cy";
  const change = (leadId: string, time: string, fields: Record<string, unknown>) =>
    insert("assignments", [{ lead_id: leadId, time, source_topic: "lead.signals", source_offset: ++offset, team: "asia", ...fields }]);

  beforeAll(async () => {
    for (const [leadId, score] of [
      ["own-new", 81_000],
      ["own-worked", 90_000],
      ["own-former", 95_000],
      ["pool-lost", 88_000],
      ["pool-over", 87_000],
      ["pool-free", 86_000],
      ["pool-low", 20_000],
    ] as const) {
      await event("captures", leadId, "2026-02-20 08:00:00.000", { channel: "web" }, score);
    }
    const leased = {
      change: "assigned",
      state: "leased",
      epoch: 1,
      rep,
      remind_at: "2026-03-01 04:00:00.000",
      recycle_at: "2199-01-01 00:00:00.000",
    };
    await change("own-new", "2026-03-01 00:00:00.000", leased);
    await change("own-worked", "2026-03-01 00:00:00.000", leased);
    await change("own-worked", "2026-03-01 01:00:00.000", { ...leased, change: "contacted", remind_at: "2199-01-01 00:00:00.000" });
    await change("own-former", "2026-03-01 00:00:00.000", { ...leased, rep: "di" });
    await change("own-former", "2026-03-01 01:00:00.000", { ...leased, rep: "di", change: "contacted" });
    await change("own-former", "2026-03-02 00:00:00.000", { ...leased, change: "transferred", epoch: 2, previous_rep: "di" });
    const lost = { change: "recycled", state: "pool", epoch: 1, rep: "", previous_rep: rep };
    await change("pool-lost", "2026-03-01 00:00:00.000", { ...lost, cool_downs: [`${rep}:4102444800000`] });
    // The cool-down is over; that of a rep whose name begins alike is not.
    await change("pool-over", "2026-03-01 00:00:00.000", { ...lost, cool_downs: [`${rep}:1767225600000`, `${rep}ril:4102444800000`] });
    await change("pool-free", "2026-03-01 00:00:00.000", { change: "recycled", state: "pool", epoch: 1, rep: "", previous_rep: "di" });
    await change("pool-low", "2026-03-01 00:00:00.000", { change: "recycled", state: "pool", epoch: 1, rep: "", previous_rep: "di" });
  });

  it("a rep's list: own leads and what to claim, the highest score first; a new owner has not contacted what the former one did", async () => {
    const { body } = await get<{ rows: Record<string, unknown>[] }>(`/v1/reps/${rep}/actions`);
    expect(body.rows.map((row) => [row.leadId, row.action, row.rule])).toEqual([
      ["own-former", "contact_now", "first-contact"],
      ["own-worked", "follow_up", "cadence"],
      ["pool-over", "claim", "unclaimed"],
      ["pool-free", "claim", "unclaimed"],
      ["own-new", "contact_now", "first-contact"],
    ]);
    expect(body.rows[4]).toMatchObject({ overdue: true, dueAt: "2199-01-01 00:00:00.000", score: 81_000, epoch: 1 });
    expect((await get<{ rows: unknown[] }>(`/v1/reps/${rep}/actions?limit=2`)).body.rows).toHaveLength(2);
  });

  it("the lead's page names it as well", async () => {
    expect((await get<{ next: unknown }>("/v1/leads/own-worked")).body.next).toMatchObject({
      action: "follow_up",
      overdue: false,
      owner: rep,
    });
    expect((await get<{ next: unknown }>("/v1/leads/pool-low")).body.next).toMatchObject({ action: "nurture", rule: "below-threshold" });
  });
});

describe("bad requests", () => {
  it("name every field at once", async () => {
    const { status, body } = await get<{ code: string; faults: { field: string }[] }>("/v1/leads?limit=0&sort=x&from=yesterday");
    expect(status).toBe(400);
    expect(body.code).toBe("INVALID_REQUEST");
    expect(body.faults.map(({ field }) => field).sort()).toEqual(["from", "limit", "sort"]);
  });

  it("an unknown lead is a 404, an impossible id a 400, SQL in a value just a value", async () => {
    expect(await get("/v1/leads/nobody")).toMatchObject({ status: 404, body: { code: "UNKNOWN_LEAD" } });
    expect(await get("/v1/leads/a%27%20OR%201%3D1--")).toMatchObject({ status: 400 });
    const sneaky = await get<{ total: number }>(`/v1/leads?channel=${encodeURIComponent("x' OR '1'='1")}`);
    expect(sneaky).toMatchObject({ status: 200, body: { total: 0 } });
    expect(await get("/v1/nothing")).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });

  it("a store that is away is a 503 with Retry-After", async () => {
    const away = connectClickHouse({ url: "http://127.0.0.1:9", user: "x", password: "x", database: "x" });
    const lonely = await buildServer(reportReader(away, 1_000), telemetry);
    const answer = await lonely.inject({ method: "GET", url: "/v1/funnel" });
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "2"]);
    await lonely.close();
    await away.close();
  });
});

describe("pages", () => {
  it("the dashboard, its parts and the API's documentation are served", async () => {
    const page = await get<string>("/");
    expect(page.status).toBe(200);
    expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
    const parts = [...page.body.matchAll(/(?:src|href)="(\/[\w.-]+)"/g)].map(([, path]) => path!);
    expect(parts).toEqual(expect.arrayContaining(["/dashboard.css", "/dashboard.js", "/docs"]));
    const metrics = (await get<string>("/analytics.md")).body;
    const quoted = [...page.body.matchAll(/href="\/analytics\.md#:~:text=([^"]+)"/g)].map(([, text]) => decodeURIComponent(text!));
    expect(quoted).toHaveLength(3);
    for (const text of quoted) expect(metrics).toContain(text);
    for (const path of [...parts.filter((each) => each !== "/docs"), "/docs/json"]) expect((await get(path)).status).toBe(200);
  });
});
