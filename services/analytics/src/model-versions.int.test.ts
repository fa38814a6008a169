import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { type ReportReader, reportReader } from "./report-reader.ts";
import { driftReport, modelVersions } from "./reports/model-versions.ts";

const DAY_MS = 86_400_000;
const START = Date.UTC(2025, 0, 1);
const text = (time: number): string => new Date(time).toISOString().replace("T", " ").replace("Z", "");
let client: ClickHouseClient;
let reader: ReportReader;

beforeAll(async () => {
  const { url, user, password } = sharedTestServers().clickhouse;
  const options = { url, user, password, database: uniqueName("versions") };
  await prepareDatabase(options);
  client = connectClickHouse(options);
  await migrate(client, join(import.meta.dirname, "../../../infra/clickhouse/migrations"));
  reader = reportReader(client, 10_000);
}, 60_000);

afterAll(async () => {
  await client?.close();
});

let offset = 0;
interface Step {
  readonly lead: string;
  readonly at: number;
  readonly cause?: string;
  readonly status?: string;
  readonly score: number;
  readonly version: number;
}

const scoreOf = ({ lead, at, cause = "touch", status = "", score, version }: Step): Record<string, unknown> => ({
  lead_id: lead,
  event_id: `${lead}-${++offset}`,
  time: text(at),
  effective_at: text(at),
  occurred_at: text(at),
  log_time: text(at),
  source_topic: "lead.events",
  source_offset: offset,
  log_offset: offset,
  cause: status === "" ? cause : "status",
  kind: status,
  verdict: "counted",
  model: "m",
  model_version: version,
  score,
  band: score >= 80_000 ? "sql" : score >= 60_000 ? "mql" : "pool",
});

const insert = (table: string, values: readonly Record<string, unknown>[]): Promise<unknown> =>
  client.insert({ table, values: [...values], format: "JSONEachRow" });

describe("versions of a model", () => {
  it("champion and challenger are held against each other, new leads apart", async () => {
    const publish = (version: number, role: string, percent: number, day: number): Record<string, unknown>[] =>
      // Two partitions hold the same publication.
      [0, 1].map((log_partition) => ({
        kind: "model",
        name: `m${version}`,
        version,
        fingerprint: "f",
        document: "{}",
        role,
        percent,
        log_partition,
        log_time: text(START + day * DAY_MS),
      }));
    await insert("publications", [
      ...publish(1, "champion", 100, 0),
      ...publish(2, "challenger", 50, 10),
      ...publish(3, "champion", 100, 20),
    ]);
    const leads = (prefix: string, count: number, version: number, day: number, won: number): Step[] =>
      Array.from({ length: count }, (_, index) => {
        const lead = `${prefix}-${index}`;
        const at = START + day * DAY_MS + index;
        const steps: Step[] = [{ lead, at, cause: "capture", score: 70_000, version }];
        if (index < won) steps.push({ lead, at: at + DAY_MS, status: "won", score: 90_000, version });
        return steps;
      }).flat();
    const touched: Step = { lead: "old-0", at: START + 12 * DAY_MS, score: 30_000, version: 2 };
    const afterwards: Step = { lead: "challenger-0", at: START + 25 * DAY_MS, score: 10_000, version: 3 };
    await insert(
      "scores",
      [...leads("old", 3, 1, 5, 0), ...leads("champion", 8, 1, 11, 2), ...leads("challenger", 4, 2, 11, 3), touched, afterwards].map(
        scoreOf,
      ),
    );
    const { publications, trials, pilots } = await modelVersions(reader);
    expect(publications.map(({ version, role }) => [version, role])).toEqual([
      [3, "champion"],
      [2, "challenger"],
      [1, "champion"],
    ]);
    expect(trials).toMatchObject([
      { version: 2, model: "m2", percent: 50, champion: "m1", championVersion: 1, endedAt: "2025-01-21 00:00:00.000" },
    ]);
    expect(pilots).toMatchObject([
      { pilotVersion: 2, side: "challenger", model: "m2", newLeads: true, leads: 4, mql: 4, won: 3, wonOfLeads: 0.75 },
      { pilotVersion: 2, side: "champion", model: "m1", newLeads: true, leads: 8, mql: 8, won: 2, wonOfLeads: 0.25 },
      { pilotVersion: 2, side: "challenger", newLeads: false, leads: 1, won: 0, meanPoints: 30 },
    ]);
  });

  it("a score that stops telling winners from losers asks to be learned anew, and MQL that sales does not take to be recalibrated", async () => {
    const steps: Step[] = [];
    for (let month = 0; month < 6; month++) {
      const from = Date.UTC(2024, month, 2);
      for (let index = 0; index < 40; index++) {
        const lead = `drift-${month}-${index}`;
        const won = index % 2 === 0;
        // Good for four months, then the wrong way round. The score that comes with the outcome itself must not count.
        const told = month < 4 ? won : !won;
        steps.push(
          { lead, at: from + index, cause: "capture", score: told ? 75_000 : 65_000, version: 1 },
          { lead, at: from + DAY_MS + index, status: won ? "won" : "lost", score: won ? 100_000 : 0, version: 1 },
        );
      }
      for (let index = 0; index < 300; index++)
        steps.push({ lead: `idle-${month}-${index}`, at: from + index, cause: "capture", score: 61_000, version: 1 });
    }
    await insert("scores", steps.map(scoreOf));
    const report = await driftReport(reader, Date.UTC(2024, 8, 1));
    expect(report.months.slice(0, 6).map(({ month, leads, won, auc }) => [month, leads, won, auc])).toEqual([
      ...["2024-01", "2024-02", "2024-03", "2024-04"].map((month) => [month, 40, 20, 1]),
      ["2024-05", 40, 20, 0],
      ["2024-06", 40, 20, 0],
    ]);
    expect(report.handOver.slice(0, 1)).toEqual([{ month: "2024-01", mql: 340, sql: 20 }]);
    expect([report.retrain, report.handOverAdvice]).toEqual([true, expect.stringContaining("Recalibrate")]);
  });
});
