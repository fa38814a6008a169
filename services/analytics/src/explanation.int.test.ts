import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { type ReportReader, reportReader } from "./report-reader.ts";
import { explanationOf } from "./reports/explanation.ts";

let client: ClickHouseClient;
let reader: ReportReader;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("explanation") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(import.meta.dirname, "../../../infra/clickhouse/migrations"));
  reader = reportReader(client, 10_000);
}, 60_000);

afterAll(async () => {
  await client?.close();
});

const insert = (table: string, values: readonly Record<string, unknown>[]): Promise<unknown> =>
  client.insert({ table, values: values.map((value) => ({ log_time: "2026-03-01 00:00:00.000", ...value })), format: "JSONEachRow" });

it("what faded between the last record and the instant is in the explanation, where model and events are known", async () => {
  const model = {
    name: "fading",
    version: 1,
    bands: [{ name: "pool", from: 0 }],
    profile: [{ id: "founder", points: 5, when: { titleClass: "founder", "custom.tier": "gold" } }],
    behaviour: [{ id: "demo", points: 40, touch: "demo-request", when: { "property.page": "top" }, decay: { halfLife: "10d" } }],
  };
  await insert("publications", [{ kind: "model", name: "fading", version: 7, fingerprint: "f", document: JSON.stringify(model) }]);
  const score = (
    cause: string,
    eventId: string,
    at: string,
    points: readonly [string, string, number],
    sum: readonly [number, number],
  ) => ({
    lead_id: "lead-fading",
    event_id: eventId,
    time: at,
    source_topic: "lead.events",
    source_incarnation: "one",
    source_offset: Number(eventId.at(-1)),
    cause,
    kind: cause === "touch" ? "demo-request" : "",
    occurred_at: at,
    effective_at: at,
    verdict: "counted",
    model: "fading",
    model_version: 7,
    fit: sum[0],
    engagement: sum[1],
    score: sum[0] + sum[1],
    band: "pool",
    grade: "C",
    temperature: "warm",
    "rows.rule": [points[0]],
    "rows.kind": ["award"],
    "rows.dimension": [points[1]],
    "rows.points": [points[2]],
    "rows.at": [at],
  });
  const [captured, touched] = ["2026-03-01 08:00:00.000", "2026-03-01 09:00:00.000"];
  await insert("scores", [
    score("capture", "fading-1", captured, ["founder", "fit", 5_000], [5_000, 0]),
    score("touch", "fading-2", touched, ["demo", "engagement", 40_000], [5_000, 40_000]),
  ]);
  const at = "2026-03-21T09:00:00Z";
  const table = () => explanationOf(reader, "lead-fading", 0, Date.parse(at));
  // The events of the log reach the store by another way than the scores, so they may come later.
  expect(await table()).toMatchObject({ score: 45_000, exact: false, complete: true });
  await insert("captures", [{ lead_id: "lead-fading", event_id: "fading-1", occurred_at: captured, channel: "search" }]);
  await insert("profiles", [
    { lead_id: "lead-fading", event_id: "fading-1", occurred_at: captured, title_class: "founder", custom: { tier: "gold" } },
  ]);
  await insert("touches", [
    { lead_id: "lead-fading", event_id: "fading-2", occurred_at: touched, kind: "demo-request", properties: { page: "top" } },
  ]);
  expect(await table()).toMatchObject({
    at: Date.parse(at),
    knownSince: Date.parse("2026-03-01T08:00:00Z"),
    score: 15_000,
    exact: true,
    rows: [
      { rule: "founder", running: 5_000 },
      { rule: "demo", running: 45_000 },
      { rule: "decay", kind: "decay", points: -30_000, running: 15_000, cause: "time", modelVersion: 7 },
    ],
  });
});
