import { statfsSync } from "node:fs";
import { join } from "node:path";
import { type ClickHouseClient, connectClickHouse, migrate, prepareDatabase } from "@leadstream/clickhouse";
import { type ClickHouseFrontProcess, spawnClickHouseFront } from "@leadstream/infra-local";
import type { BenchContext } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { cpuMicrosOf } from "../harness/process-usage.ts";
import { EVENTS_PER_LEAD, insertScores } from "./score-rows.ts";

export interface StoreWish {
  readonly leads: number;
  /** Rows of one insert: more of them need more memory in the view that follows the table. */
  readonly insertRows: number;
  readonly memoryLimitMb: number;
  /** All parts are merged before anything is asked. */
  readonly merged: boolean;
}

export interface Answer {
  readonly rows: readonly unknown[];
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMb: number;
}

/** Generous: what 10 M leads took was a tenth of it. */
const BYTES_PER_LEAD = 4_000;
const REQUEST_LIMIT_MS = 600_000;
const MERGES_LIMIT_MS = 300_000;
const WATCH_EVERY_MS = 25;

/** A ClickHouse of the bench's own with the shipped tables and views. */
export class FunnelStore {
  private readonly front: ClickHouseFrontProcess;
  private readonly client: ClickHouseClient;

  private constructor(front: ClickHouseFrontProcess, client: ClickHouseClient) {
    this.front = front;
    this.client = client;
  }

  /** Throws INVALID_OPTION where the disk has no room. */
  static async open({ root, workFolder }: BenchContext, wish: StoreWish): Promise<FunnelStore> {
    const { bavail, bsize } = statfsSync(workFolder);
    const free = bavail * bsize;
    if (free < wish.leads * BYTES_PER_LEAD)
      throw new BenchError(
        "INVALID_OPTION",
        `leads: ${wish.leads} may need ${(wish.leads * BYTES_PER_LEAD) >> 20} MB of disk, ${free >> 20} MB are free`,
      );
    const account = { user: "bench", password: "bench" };
    const front = await spawnClickHouseFront({
      port: 0,
      dataDir: join(workFolder, "clickhouse"),
      logFile: join(workFolder, "clickhouse.log"),
      memoryLimitMb: wish.memoryLimitMb,
      ...account,
    });
    const options = { url: front.url, ...account, database: "bench", requestTimeoutMs: REQUEST_LIMIT_MS };
    await prepareDatabase(options);
    const client = connectClickHouse(options);
    await migrate(client, join(root, "infra/clickhouse/migrations"));
    return new FunnelStore(front, client);
  }

  /** Fills `scores`; the shipped materialised view fills `lead_states` behind it. Waits until merges are done. */
  async fill({ leads, insertRows, merged }: StoreWish, log: (line: string) => void): Promise<void> {
    const rows = leads * EVENTS_PER_LEAD;
    const startedMs = performance.now();
    let told = 0;
    for (let from = 0; from < rows; from += insertRows) {
      await this.client.command({ query: insertScores(leads, from, Math.min(insertRows, rows - from)) });
      if (Math.floor((from / rows) * 10) === told) continue;
      told++;
      log(`${told * 10} % of ${rows} rows after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
    }
    if (merged) for (const table of ["scores", "lead_states"]) await this.client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
    const end = performance.now() + MERGES_LIMIT_MS;
    while (performance.now() < end && (await this.number("SELECT count() FROM system.merges")) > 0)
      await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY_MS));
  }

  async ask(query: string): Promise<Answer> {
    const cpuBefore = cpuMicrosOf(this.front.pid);
    const startedMs = performance.now();
    let done = false;
    const asked = this.client.query({ query, format: "JSONEachRow" }).then((answer) => answer.json());
    const answered = asked.finally(() => {
      done = true;
    });
    answered.catch(() => undefined);
    let peak = 0;
    while (!done) {
      peak = Math.max(peak, await this.number("SELECT max(peak_memory_usage) FROM system.processes"));
      await Promise.race([answered.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, WATCH_EVERY_MS))]);
    }
    const rows = await answered;
    const elapsedMs = performance.now() - startedMs;
    return { rows, elapsedMs, cpuMs: (cpuMicrosOf(this.front.pid) - cpuBefore) / 1_000, peakMemoryMb: peak / 2 ** 20 };
  }

  /** Rows and bytes on the disk of a table. */
  async size(table: string): Promise<{ rows: number; bytes: number }> {
    const active = `FROM system.parts WHERE active AND database = 'bench' AND table = '${table}'`;
    return { rows: await this.number(`SELECT sum(rows) ${active}`), bytes: await this.number(`SELECT sum(bytes_on_disk) ${active}`) };
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.front.stop();
  }

  private async number(query: string): Promise<number> {
    const answer = await this.client.query({ query, format: "JSONCompactEachRow" });
    const [row] = await answer.json<[number | string]>();
    return Number(row?.[0] ?? 0);
  }
}
