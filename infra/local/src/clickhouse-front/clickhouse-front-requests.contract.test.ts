import { randomUUID } from "node:crypto";
import { ClickHouseError } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ServerUnderTest } from "../../tests/server-under-test.ts";
import { waitFor } from "../wait.ts";

describe("ClickHouse's HTTP interface, requests and their errors", () => {
  let server: ServerUnderTest;

  beforeAll(async () => {
    server = await ServerUnderTest.start();
  }, 90_000);

  afterAll(() => server.stop(), 60_000);

  describe("parameters and settings", () => {
    it("binds parameters, also those sent as a form", async () => {
      const query = "SELECT {text: String} AS text, {list: Array(UInt8)} AS list, {none: Nullable(String)} AS none";
      const query_params = { text: "it's \\ a\ttab\nand {x}", list: [1, 2], none: null };
      const wanted = [{ text: query_params.text, list: [1, 2], none: null }];
      expect(await server.rowsOf(query, { query_params })).toEqual(wanted);
      const form = await server.client.query({ query, query_params, format: "JSONEachRow", use_multipart_params: true });
      expect(await form.json()).toEqual(wanted);
    });

    it("keeps nothing of one request for the next", async () => {
      const query = "SELECT toUInt32(getSetting('max_block_size')) AS size, currentDatabase() AS name";
      const changed = await server.client.query({ query, format: "JSONEachRow", clickhouse_settings: { max_block_size: "777" } });
      expect(await changed.json()).toEqual([{ size: 777, name: server.database }]);
      await server.client.command({ query: "SET max_block_size = 778" });
      await server.client.command({ query: "USE system" });
      const [row] = await server.rowsOf<{ size: number; name: string }>(query);
      expect(row?.size).toBeGreaterThan(1000);
      expect(row?.name).toBe(server.database);
      await expect(server.rowsOf("SELECT {left_over: String}")).rejects.toMatchObject({ code: "456" });
    });

    it("keeps a session's tables for the session alone, and not its requests' settings", async () => {
      const session_id = randomUUID();
      await server.client.command({ query: "CREATE TEMPORARY TABLE mine (id UInt8)", session_id });
      const query = "SELECT toUInt32(getSetting('max_block_size')) AS size FROM (SELECT count() FROM mine)";
      const settings = { max_block_size: "779" };
      const first = await server.client.query({ query, format: "JSONEachRow", session_id, clickhouse_settings: settings });
      expect(await first.json()).toEqual([{ size: 779 }]);
      const second = await server.client.query({ query, format: "JSONEachRow", session_id });
      expect((await second.json<{ size: number }>())[0]?.size).toBeGreaterThan(1000);
      await expect(server.rowsOf(query)).rejects.toMatchObject({ code: "60" });
    });
  });

  describe("errors", () => {
    it("are typed, with code and name", async () => {
      const error = await server.rowsOf("SELECT * FROM no_such_table").catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ClickHouseError);
      expect(error).toMatchObject({ code: "60", type: "UNKNOWN_TABLE" });
      const answer = await server.post({}, "SELECT 1 FORMAT");
      expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([400, "62"]);
      expect(await answer.text()).toMatch(/^Code: 62\. DB::Exception: Syntax error/);
    });

    it("name a bad row of an insert, and store none of its batch", async () => {
      const table = await server.newTable("id UInt64");
      const answer = await server.post({ query: `INSERT INTO ${table} FORMAT JSONEachRow` }, '{"id":1}\n{"id":"x"}\n');
      expect(answer.ok).toBe(false);
      expect(await answer.text()).toMatch(/^Code: \d+\. DB::Exception: Cannot parse .*at row 2/s);
      expect(await server.rowsOf(`SELECT * FROM ${table}`)).toEqual([]);
    });

    it("reach a reader in the middle of a stream", async () => {
      const query = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000)";
      const result = await server.client.query({
        query,
        format: "JSONEachRow",
        clickhouse_settings: { max_threads: 1, max_block_size: "10000" },
      });
      let rows = 0;
      const reading = (async () => {
        for await (const chunk of result.stream()) rows += chunk.length;
      })();
      await expect(reading).rejects.toMatchObject({ code: "395" });
      expect(rows).toBeGreaterThan(1000);
    });

    it("refuse a wrong password, a wrong user and no user", async () => {
      const wrong = [{ password: `${server.password}x` }, { username: "nobody" }, { username: "default", password: "" }];
      for (const credentials of wrong) {
        const other = server.connect(credentials);
        await expect(other.query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "516", type: "AUTHENTICATION_FAILED" });
        await other.close();
      }
    });

    it("refuse an unknown database and an unknown setting", async () => {
      const other = server.connect({ database: "no_such_database" });
      await expect(other.query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "81" });
      await other.close();
      expect((await server.post({ no_such_setting: "1" }, "SELECT 1")).headers.get("x-clickhouse-exception-code")).toBe("115");
    });

    it("refuse a second statement and run neither", async () => {
      const table = await server.newTable("id UInt64");
      for (const query of [`DROP TABLE ${table}; SELECT 1`, `SELECT 1; DROP TABLE ${table}`, `SELECT 1 /* ; */; ; DROP TABLE ${table}`]) {
        await expect(server.client.command({ query })).rejects.toMatchObject({ code: "62" });
      }
      expect(await server.rowsOf(`EXISTS TABLE ${table}`)).toEqual([{ result: 1 }]);
    });

    it("stop a query at its time limit", async () => {
      const query = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))";
      const slow = server.client.query({ query, clickhouse_settings: { max_execution_time: 1 } });
      await expect(slow).rejects.toMatchObject({ code: "159" });
    });
  });

  describe("running queries", () => {
    const endless = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))";
    const running = async (queryText: string): Promise<number> =>
      (await server.rowsOf<{ n: number }>(`SELECT toUInt32(count()) AS n FROM system.processes WHERE query LIKE '${queryText}%'`))[0]?.n ??
      -1;

    it("stop when their client aborts", async () => {
      const mark = `${endless} AND 'abort ${server.database}' != ''`;
      const controller = new AbortController();
      const settings = { cancel_http_readonly_queries_on_client_close: 1 } as const;
      const reading = server.client.query({ query: mark, abort_signal: controller.signal, clickhouse_settings: settings });
      const outcome = reading.catch((error: unknown) => error);
      const pattern = mark.replaceAll("'", "\\'");
      expect(await waitFor(async () => ((await running(pattern)) === 1 ? true : undefined), { limitMs: 10_000, everyMs: 50 })).toBe(true);
      controller.abort();
      expect(await outcome).toMatchObject({ message: expect.stringContaining("abort") });
      expect(await waitFor(async () => ((await running(pattern)) === 0 ? true : undefined), { limitMs: 10_000, everyMs: 50 })).toBe(true);
    });

    it("can be killed by the id their client gave", async () => {
      const query_id = randomUUID();
      const outcome = server.client.query({ query: endless, query_id }).catch((error: unknown) => error);
      const kill = async () => {
        const result = await server.client.query({ query: `KILL QUERY WHERE query_id = '${query_id}' ASYNC`, format: "JSONEachRow" });
        return (await result.text()) === "" ? undefined : true;
      };
      expect(await waitFor(kill, { limitMs: 10_000, everyMs: 50 })).toBe(true);
      expect(await outcome).toMatchObject({ code: "394" });
    });

    it("run side by side, more of them than the server runs at once", async () => {
      const queries = Array.from({ length: 60 }, (_, index) => server.rowsOf<{ n: number }>(`SELECT ${index} AS n, sleep(0.05) AS s`));
      const answers = await Promise.all(queries);
      expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    });
  });
});
