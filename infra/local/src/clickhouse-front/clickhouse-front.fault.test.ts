import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { clientOf, newDataDirectory, spawnTestFront, testPassword, testUser } from "../../tests/front-under-test.ts";
import { identify, residentMb } from "../process-identity.ts";
import { waitFor } from "../wait.ts";
import type { ClickHouseFrontProcess } from "./spawn.ts";

const batchRows = 2_000;

const killHard = async (front: ClickHouseFrontProcess): Promise<void> => {
  process.kill(front.pid, "SIGKILL");
  expect(await waitFor(() => (identify(front.pid) === undefined ? true : undefined), { limitMs: 10_000, everyMs: 10 })).toBe(true);
};

const insertBatch = (client: ClickHouseClient, batch: number): Promise<unknown> =>
  client.insert({
    table: "events",
    values: Array.from({ length: batchRows }, (_, row) => ({ batch, row })),
    format: "JSONEachRow",
    clickhouse_settings: {
      insert_deduplication_token: `batch ${batch}`,
      deduplicate_blocks_in_dependent_materialized_views: 1,
      input_format_parallel_parsing: 0,
    },
  });

const countsOf = async (client: ClickHouseClient, table: string): Promise<Map<number, number>> => {
  const result = await client.query({ query: `SELECT batch, toUInt32(count()) AS n FROM ${table} GROUP BY batch`, format: "JSONEachRow" });
  return new Map((await result.json<{ batch: number; n: number }>()).map(({ batch, n }) => [batch, n]));
};

describe("a front and its data directory", () => {
  let directory: ReturnType<typeof newDataDirectory>;
  const fronts: ClickHouseFrontProcess[] = [];

  const start = async (): Promise<{ front: ClickHouseFrontProcess; client: ClickHouseClient }> => {
    const front = await spawnTestFront(directory.path);
    fronts.push(front);
    return { front, client: clientOf(front.url) };
  };

  beforeEach(() => {
    directory = newDataDirectory();
  });

  afterEach(async () => {
    await Promise.all(fronts.splice(0).map((front) => front.stop()));
    directory.dispose();
  }, 60_000);

  it("keeps data and views over an orderly restart, and empties its spool", async () => {
    const first = await start();
    await first.client.command({ query: "CREATE TABLE kept (id UInt32) ENGINE = MergeTree ORDER BY id" });
    await first.client.command({ query: "CREATE TABLE fresh (at DateTime64(3)) ENGINE = MergeTree ORDER BY at" });
    await first.client.command({
      query: "CREATE MATERIALIZED VIEW refreshed REFRESH EVERY 1 SECOND APPEND TO fresh AS SELECT now64(3) AS at",
    });
    await first.client.insert({ table: "kept", values: [{ id: 1 }], format: "JSONEachRow" });
    await first.client.close();
    await first.front.stop();
    expect(identify(first.front.pid)).toBeUndefined();
    writeFileSync(join(directory.path, "spool/left-over"), "half a body");

    const second = await start();
    expect(existsSync(join(directory.path, "spool/left-over"))).toBe(false);
    const kept = await second.client.query({ query: "SELECT id FROM kept", format: "JSONEachRow" });
    expect(await kept.json()).toEqual([{ id: 1 }]);
    const count = async () => {
      const result = await second.client.query({ query: "SELECT toUInt32(count()) AS n FROM fresh", format: "JSONEachRow" });
      return (await result.json<{ n: number }>())[0]?.n ?? 0;
    };
    const before = await count();
    expect(await waitFor(async () => ((await count()) > before ? true : undefined), { limitMs: 20_000, everyMs: 100 })).toBe(true);
    await second.client.close();
  }, 120_000);

  it("loses no acknowledged insert to kill -9, and stores a repeated one once", async () => {
    const setup = await start();
    const window = "ENGINE = MergeTree ORDER BY (batch, row) SETTINGS non_replicated_deduplication_window = 1000";
    for (const table of ["events", "copies"])
      await setup.client.command({ query: `CREATE TABLE ${table} (batch UInt32, row UInt32) ${window}` });
    await setup.client.command({ query: "CREATE MATERIALIZED VIEW copying TO copies AS SELECT batch, row FROM events" });
    await setup.client.close();
    await setup.front.stop();

    let next = 0;
    for (let round = 1; round <= 4; round += 1) {
      const { front, client } = await start();
      const acknowledged = new Set<number>();
      const attempted: number[] = [];
      let killed = false;
      const writer = async (): Promise<void> => {
        while (!killed) {
          const batch = next;
          next += 1;
          attempted.push(batch);
          try {
            await insertBatch(client, batch);
            acknowledged.add(batch);
          } catch {
            return;
          }
        }
      };
      const writers = Promise.all([writer(), writer(), writer()]);
      // Another number of batches each round lets the kill meet another moment of the inserts.
      const target = 3 + round * 4;
      expect(await waitFor(() => (acknowledged.size >= target ? true : undefined), { limitMs: 30_000, everyMs: 1 })).toBe(true);
      await killHard(front);
      killed = true;
      await writers;
      await client.close();

      const after = await start();
      const stored = await countsOf(after.client, "events");
      for (const batch of attempted) {
        if (acknowledged.has(batch)) expect([batch, stored.get(batch)]).toEqual([batch, batchRows]);
        else expect([undefined, batchRows]).toContain(stored.get(batch));
      }
      for (const batch of attempted) if (!acknowledged.has(batch)) await insertBatch(after.client, batch);
      for (const table of ["events", "copies"]) {
        const counts = await countsOf(after.client, table);
        expect(attempted.map((batch) => counts.get(batch))).toEqual(attempted.map(() => batchRows));
      }
      await after.client.close();
      await after.front.stop();
    }
  }, 180_000);

  it("belongs to one process at a time", async () => {
    const { front, client } = await start();
    await expect(spawnTestFront(directory.path)).rejects.toThrow(new RegExp(`LOCK_HELD.*in use by process ${front.pid} `));
    expect(await client.ping()).toEqual({ success: true });
    await killHard(front);
    const again = await start();
    expect(again.front.pid).not.toBe(front.pid);
    await client.close();
    await again.client.close();
  }, 90_000);

  it("finishes what runs when it is told to stop", async () => {
    const { front, client } = await start();
    const running = client.query({ query: "SELECT sleepEachRow(0.5) FROM numbers(4) SETTINGS max_block_size = 1", format: "JSONEachRow" });
    const seen = async () => {
      const result = await client.query({
        query: "SELECT 1 AS one FROM system.processes WHERE query LIKE 'SELECT sleepEachRow%'",
        format: "JSONEachRow",
      });
      return (await result.json()).length > 0 ? true : undefined;
    };
    expect(await waitFor(seen, { limitMs: 10_000, everyMs: 20 })).toBe(true);
    const stopped = front.stop();
    expect(await (await running).json()).toHaveLength(4);
    await stopped;
    await client.close();
  }, 60_000);

  it("ends with the process that started it", async () => {
    const code = `const { spawnTestFront } = await import(${JSON.stringify(join(import.meta.dirname, "../../tests/front-under-test.ts"))});
      const front = await spawnTestFront(${JSON.stringify(directory.path)});
      console.log(front.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = Number(await new Promise<string>((resolve) => parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()))));
    expect(identify(pid)).toBeDefined();
    parent.kill("SIGKILL");
    expect(await waitFor(() => (identify(pid) === undefined ? true : undefined), { limitMs: 20_000, everyMs: 50 })).toBe(true);
  }, 60_000);

  it("says why it does not start", async () => {
    const first = await start();
    const port = Number(new URL(first.front.url).port);
    const other = newDataDirectory();
    await expect(spawnTestFront(other.path, { port })).rejects.toMatchObject({
      code: "SERVER_EXITED",
      message: expect.stringContaining("EADDRINUSE"),
    });
    other.dispose();
    await first.client.close();
  }, 60_000);
});

describe("a front and its bounds", () => {
  const directory = newDataDirectory();
  let front: ClickHouseFrontProcess;
  let client: ClickHouseClient;

  beforeAll(async () => {
    front = await spawnTestFront(directory.path, { memoryLimitMb: 600 });
    client = clientOf(front.url);
  }, 60_000);

  afterAll(async () => {
    await client.close();
    await front.stop();
    directory.dispose();
  }, 60_000);

  it("lets clients reach tables and nothing else of the machine", async () => {
    const refused = [
      "SELECT * FROM file('/etc/passwd', 'LineAsString')",
      "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
      "SELECT * FROM remote('127.0.0.1', 'system.one')",
      "SELECT * FROM s3('http://127.0.0.1:1/bucket/key', 'LineAsString')",
      "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
      "INSERT INTO FUNCTION file('x.csv', 'CSV', 'a Int8') SELECT 1",
      "CREATE TABLE outside (a Int8) ENGINE = File(CSV)",
      "CREATE TABLE outside (a String) ENGINE = URL('http://127.0.0.1:1/', 'CSV')",
      `SELECT 1 INTO OUTFILE '${directory.path}/outside'`,
      `CREATE TABLE outside ENGINE = Memory AS SELECT 1 INTO OUTFILE '${directory.path}/outside'`,
      "INSERT INTO x FROM INFILE '/etc/passwd' FORMAT LineAsString",
      "SYSTEM SHUTDOWN",
      "BACKUP DATABASE leadstream TO File('/tmp/outside')",
      "DROP DATABASE default",
    ];
    for (const query of refused) {
      const error = await client.command({ query }).then(
        () => "accepted",
        (reason: unknown) => reason,
      );
      expect([query, error]).toEqual([query, expect.objectContaining({ code: expect.stringMatching(/^(497|48|36|344|599|73)$/) })]);
    }
    expect(existsSync(join(directory.path, "outside"))).toBe(false);
  });

  it("streams more than its memory", async () => {
    const query = "SELECT number, repeat('x', 100) AS text FROM numbers(20000000) FORMAT TSV";
    const start = residentMb(front.pid) ?? 0;
    const answer = await fetch(front.url, {
      method: "POST",
      headers: { "X-ClickHouse-User": testUser, "X-ClickHouse-Key": testPassword },
      body: query,
    });
    let [bytes, chunks, peak] = [0, 0, 0];
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      chunks += 1;
      if (chunks % 100 === 0) peak = Math.max(peak, residentMb(front.pid) ?? 0);
    }
    expect(bytes).toBeGreaterThan(2_000_000_000);
    expect(peak).toBeGreaterThan(0);
    expect(peak - start).toBeLessThan(400);
  }, 120_000);

  it("answers a query that needs too much memory with an error, and goes on", async () => {
    const hungry = client.query({ query: "SELECT uniqExact(number) FROM numbers(200000000)" });
    await expect(hungry).rejects.toMatchObject({ code: "241" });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  }, 120_000);

  it("runs nothing of an insert whose client went away", async () => {
    await client.command({ query: "CREATE TABLE half (id UInt64) ENGINE = MergeTree ORDER BY id" });
    const parameters = new URLSearchParams({ database: "leadstream", query: "INSERT INTO half FORMAT JSONEachRow" });
    const headers = { "X-ClickHouse-User": testUser, "X-ClickHouse-Key": testPassword };
    const insert = request(`${front.url}/?${parameters}`, { method: "POST", headers });
    const failed = once(insert, "error");
    insert.write('{"id":1}\n'.repeat(100_000));
    const bodies = () => readdirSync(join(directory.path, "spool")).filter((name) => name.startsWith("body-"));
    expect(await waitFor(() => (bodies().length === 1 ? true : undefined), { limitMs: 10_000, everyMs: 10 })).toBe(true);
    insert.destroy(new Error("the client leaves"));
    await failed;
    expect(await waitFor(() => (bodies().length === 0 ? true : undefined), { limitMs: 10_000, everyMs: 50 })).toBe(true);
    const result = await client.query({ query: "SELECT toUInt32(count()) AS n FROM half", format: "JSONEachRow" });
    expect(await result.json()).toEqual([{ n: 0 }]);
  }, 60_000);
});
