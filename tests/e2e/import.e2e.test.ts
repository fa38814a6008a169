import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually, realData } from "@leadstream/testing";
import { StackUnderTest } from "./src/stack-under-test.ts";

const data = realData();
const RUN_LIMIT_MS = 240_000;
const STORE_LIMIT_MS = 240_000;

interface Report {
  readonly state: string;
  readonly rows: number;
  readonly rowsBefore: number;
  readonly sent: Readonly<Record<string, number>>;
  readonly alreadyThere: number;
  readonly rejectedRows: number;
}

interface Counts {
  readonly leads: number;
  readonly won: number;
  readonly events: number;
}

function imports(): void {
  let stack: StackUnderTest;
  beforeAll(async () => {
    stack = await StackUnderTest.start({ policy: join(import.meta.dirname, "../../infra/examples/policies/default.yaml") });
  }, 180_000);
  afterAll(() => stack?.stop(), 120_000);

  const start = (mapping: string, file: string): ChildProcess => {
    const { root, dataDir } = stack.workplace;
    const args = ["services/ctl/src/main.ts", "import", "--json", "--mapping", `infra/examples/import/${mapping}`, data.file(file)];
    return spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, LEADSTREAM_DATA_DIR: dataDir },
      stdio: ["ignore", "pipe", "pipe"],
    });
  };

  const run = async (mapping: string, file: string): Promise<Report> => {
    const child = start(mapping, file);
    let answer = "";
    let said = "";
    child.stdout?.on("data", (chunk) => {
      answer += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`the import ended with ${code}: ${said}`);
    return JSON.parse(answer) as Report;
  };

  const ask = async <T>(query: string): Promise<T> => {
    const result = await stack.clients.clickhouse().query({ query, format: "JSONEachRow" });
    return (await result.json<T>())[0] as T;
  };

  /** Leads and won leads as the scorer counted them, and events as they were said. */
  const counts = async (name: string, prefix: string): Promise<Counts> => {
    const said = await ask<{ events: number }>(
      `SELECT uniqExact(event_id) AS events FROM (${["captures", "touches", "statuses"]
        .map((table) => `SELECT event_id FROM ${table} WHERE producer = 'import-${name}'`)
        .join(" UNION ALL ")})`,
    );
    const counted = await ask<{ leads: number; won: number }>(
      `SELECT uniqExactIf(lead_id, cause = 'capture') AS leads, uniqExactIf(lead_id, cause = 'status' AND kind = 'won') AS won
       FROM scores WHERE startsWith(lead_id, '${prefix}') AND verdict != 'duplicate'`,
    );
    return { events: said.events, ...counted };
  };

  const eventuallyCounts = async (name: string, prefix: string, expected: Counts): Promise<void> => {
    let found: Counts | null = null;
    const reached = async (): Promise<boolean> => {
      found = await counts(name, prefix);
      return found.events >= expected.events && found.leads >= expected.leads && found.won >= expected.won;
    };
    await eventually(reached, { what: `the store to have ${name}`, timeoutMs: STORE_LIMIT_MS, everyMs: 1_000 }).catch((error: unknown) => {
      throw new Error(`the store has ${JSON.stringify(found)}`, { cause: error });
    });
    expect(await counts(name, prefix)).toEqual(expected);
  };

  /** Imported leads are counted and owned by nobody. */
  const ownedBy = (prefix: string): Promise<{ owned: number }> =>
    ask(`SELECT count() AS owned FROM assignments WHERE startsWith(lead_id, '${prefix}') AND rep != ''`);

  const progressFolder = (): string => join(stack.workplace.dataDir, "imports");

  it(
    "of opportunities gives 8 800 leads and 4 238 won, also after a second import and after the progress is lost",
    async () => {
      const file = "crm-opportunities/sales_pipeline.csv";
      const expected = { events: 23_811, leads: 8_800, won: 4_238 };
      expect(await run("crm-opportunities.yaml", file)).toMatchObject({ state: "finished", rows: 8_800, rejectedRows: 0 });
      await eventuallyCounts("crm", "crm-", expected);
      expect(await run("crm-opportunities.yaml", file)).toMatchObject({ state: "finished-earlier" });
      rmSync(progressFolder(), { recursive: true });
      expect(await run("crm-opportunities.yaml", file)).toMatchObject({
        state: "finished",
        alreadyThere: expected.events,
        sent: { capture: 0, touch: 0, status: 0, spend: 0 },
      });
      expect(await counts("crm", "crm-")).toEqual(expected);
      expect(await ownedBy("crm-")).toEqual({ owned: 0 });
    },
    RUN_LIMIT_MS + STORE_LIMIT_MS,
  );

  it(
    "of the bank's campaign gives 41 188 leads and 4 640 won, also after kill -9 in mid-import",
    async () => {
      const file = "bank-additional-full.csv.gz";
      const known = new Set(readdirSync(progressFolder()));
      const child = start("bank.yaml", file);
      const rows = (): number => {
        const name = readdirSync(progressFolder()).find((each) => each.endsWith(".json") && !known.has(each));
        return name === undefined ? 0 : (JSON.parse(readFileSync(join(progressFolder(), name), "utf8")) as { rows: number }).rows;
      };
      await eventually(() => rows() > 5_000, { what: "the import to be under way", timeoutMs: RUN_LIMIT_MS, everyMs: 10 });
      const died = new Promise((resolve) => child.once("close", (_, signal) => resolve(signal)));
      child.kill("SIGKILL");
      expect(await died).toBe("SIGKILL");
      const resumed = await run("bank.yaml", file);
      expect(resumed).toMatchObject({ state: "finished", rows: 41_188, rejectedRows: 0 });
      expect(resumed.rowsBefore).toBeGreaterThan(5_000);
      const expected = { events: 188_130, leads: 41_188, won: 4_640 };
      await eventuallyCounts("bank", "bank-additional-full-", expected);
      expect(await run("bank.yaml", file)).toMatchObject({ state: "finished-earlier" });
      expect(await counts("bank", "bank-additional-full-")).toEqual(expected);
      expect(await ownedBy("bank-")).toEqual({ owned: 0 });
    },
    RUN_LIMIT_MS + STORE_LIMIT_MS,
  );
}

if (data.leftOut === null) describe("an import", imports);
else {
  it("real data is left out", () => {
    process.stderr.write(`${data.leftOut}\n`);
    expect(process.env.LEADSTREAM_DATA ?? "").toBe("");
  });
}
