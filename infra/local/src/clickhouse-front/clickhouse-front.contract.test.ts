import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient, type Row } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { waitFor } from "../wait.ts";
import { newDataDirectory, spawnTestFront, testPassword, testUser } from "./front-under-test.ts";

/** Runs against CLICKHOUSE_URL (credentials in the URL) when that is set, so that a real server can be held to it too. */
const serverUnderTest = async (): Promise<{ url: string; username: string; password: string; release(): Promise<void> }> => {
  const given = process.env.CLICKHOUSE_URL;
  if (given) {
    const url = new URL(given);
    const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return { url: url.origin, username, password, release: async () => {} };
  }
  const directory = newDataDirectory();
  const front = await spawnTestFront(directory.path);
  const release = async () => {
    await front.stop();
    directory.dispose();
  };
  return { url: front.url, username: testUser, password: testPassword, release };
};

describe("ClickHouse's HTTP interface, through @clickhouse/client", () => {
  let server: Awaited<ReturnType<typeof serverUnderTest>>;
  let client: ClickHouseClient;
  let gzipClient: ClickHouseClient;
  const database = `contract_${randomUUID().slice(0, 8)}`;

  const connect = (more: Parameters<typeof createClient>[0] = {}): ClickHouseClient =>
    createClient({
      url: server.url,
      username: server.username,
      password: server.password,
      database,
      log: { level: ClickHouseLogLevel.OFF },
      ...more,
    });

  const rowsOf = async <Shape>(query: string, more: { query_params?: Record<string, unknown> } = {}): Promise<Shape[]> => {
    const result = await client.query({ query, format: "JSONEachRow", ...more });
    return result.json<Shape>();
  };

  const newTable = async (columns: string, engine = "MergeTree ORDER BY tuple()"): Promise<string> => {
    const name = `t_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
    await client.command({ query: `CREATE TABLE ${name} (${columns}) ENGINE = ${engine}` });
    return name;
  };

  /** A request without the client, for what the client never sends. */
  const post = (parameters: Record<string, string>, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/?${new URLSearchParams({ database, ...parameters })}`, {
      method: "POST",
      headers: { "X-ClickHouse-User": server.username, "X-ClickHouse-Key": server.password, ...headers },
      body: new Uint8Array(Buffer.from(body)),
    });

  beforeAll(async () => {
    server = await serverUnderTest();
    const first = createClient({ url: server.url, username: server.username, password: server.password });
    await first.command({ query: `CREATE DATABASE ${database} ENGINE = Atomic` });
    await first.close();
    client = connect();
    gzipClient = connect({ compression: { request: true, response: true } });
  }, 90_000);

  afterAll(async () => {
    await client.command({ query: `DROP DATABASE ${database}` });
    await Promise.all([client.close(), gzipClient.close()]);
    await server.release();
  }, 60_000);

  describe("answers", () => {
    it("answers ping, with and without a query", async () => {
      expect(await client.ping()).toEqual({ success: true });
      expect(await client.ping({ select: true })).toEqual({ success: true });
    });

    it("answers GET with a query in the URL, and refuses to change anything by GET", async () => {
      const headers = { Authorization: `Basic ${Buffer.from(`${server.username}:${server.password}`).toString("base64")}` };
      const read = await fetch(`${server.url}/?query=SELECT%201`, { headers });
      expect(await read.text()).toBe("1\n");
      const write = await fetch(`${server.url}/?database=${database}&query=CREATE%20TABLE%20by_get%20(a%20Int8)%20ENGINE%20Memory`, {
        headers,
      });
      expect(write.headers.get("x-clickhouse-exception-code")).toBe("164");
    });

    it("joins the query of the URL and the body", async () => {
      const answer = await post({ query: "SELECT 1 +" }, " 41 FORMAT TSV");
      expect(await answer.text()).toBe("42\n");
    });

    it("gives JSON with its counts, and the query id", async () => {
      const result = await client.query({ query: "SELECT number FROM numbers(3)", format: "JSON", query_id: `id-${database}` });
      expect(result.query_id).toBe(`id-${database}`);
      const body = await result.json<{ number: string }>();
      expect(body.rows).toBe(3);
      expect(body.meta).toEqual([{ name: "number", type: "UInt64" }]);
    });

    it("gives gzipped answers to a client that wants them", async () => {
      const result = await gzipClient.query({ query: "SELECT repeat('x', 200000) AS text", format: "JSONEachRow" });
      const [row] = await result.json<{ text: string }>();
      expect(row?.text).toHaveLength(200_000);
    });

    it("gives binary formats byte by byte", async () => {
      const parquet = Buffer.from(await (await post({}, "SELECT number FROM numbers(10) FORMAT Parquet")).arrayBuffer());
      expect([parquet.subarray(0, 4).toString(), parquet.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
      const rowBinary = Buffer.from(await (await post({}, "SELECT toUInt8(number) FROM numbers(256) FORMAT RowBinary")).arrayBuffer());
      expect([...rowBinary]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    });

    it("finds FORMAT behind comments, strings and settings", async () => {
      const answer = await post({}, "SELECT 'FORMAT CSV; -- x' AS format -- FORMAT TSV\nFORMAT JSONEachRow SETTINGS max_threads = 1;\n");
      expect(await answer.json()).toEqual({ format: "FORMAT CSV; -- x" });
    });

    it("streams a million rows", async () => {
      const result = await client.query({ query: "SELECT number FROM numbers(1000000)", format: "JSONEachRow" });
      let [count, sum] = [0, 0];
      for await (const rows of result.stream<{ number: string }>()) {
        for (const row of rows as Row<{ number: string }>[]) {
          sum += Number(row.json<{ number: string }>().number);
          count += 1;
        }
      }
      expect([count, sum]).toEqual([1_000_000, 499_999_500_000]);
    });

    it("waits for the end of the query when asked, so that a late error has its own status", async () => {
      const query = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000) FORMAT TSV";
      const answer = await post({ wait_end_of_query: "1", max_block_size: "10000" }, query);
      expect(answer.status).toBe(500);
      expect(answer.headers.get("x-clickhouse-exception-code")).toBe("395");
    });
  });

  describe("inserts", () => {
    it("takes objects, and counts them", async () => {
      const table = await newTable("id UInt64, name String");
      const values = [
        { id: 1, name: "Ada" },
        { id: 2, name: "Zoë 🚀" },
      ];
      const result = await client.insert({ table, values, format: "JSONEachRow" });
      expect(result.summary?.written_rows).toBe("2");
      expect(await rowsOf(`SELECT toUInt32(id) AS id, name FROM ${table} ORDER BY id`)).toEqual(values);
    });

    it("takes a gzipped stream of objects", async () => {
      const table = await newTable("id UInt64");
      const values = Readable.from(Array.from({ length: 20_000 }, (_, id) => ({ id })));
      await gzipClient.insert({ table, values, format: "JSONEachRow" });
      expect(await rowsOf(`SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids FROM ${table}`)).toEqual([
        { rows: 20_000, ids: 20_000 },
      ]);
    });

    it("takes gzipped CSV with quoted line ends", async () => {
      const table = await newTable("id UInt64, text String");
      const values = Readable.from(['1,"a\n\nSELECT throwIf(1)"\n', '2,"b,""c"""\n'], { objectMode: false });
      await gzipClient.insert({ table, values, format: "CSV" });
      expect(await rowsOf(`SELECT text FROM ${table} ORDER BY id`)).toEqual([{ text: "a\n\nSELECT throwIf(1)" }, { text: 'b,"c"' }]);
    });

    it("takes every content encoding it names", async () => {
      const table = await newTable("id UInt64");
      const query = `INSERT INTO ${table} FORMAT JSONEachRow`;
      expect((await post({ query }, gzipSync('{"id":1}\n'), { "Content-Encoding": "gzip" })).status).toBe(200);
      expect((await post({}, gzipSync(`${query}\n{"id":2}\n`), { "Content-Encoding": "gzip" })).status).toBe(200);
      expect(await rowsOf(`SELECT toUInt32(id) AS id FROM ${table} ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it("takes RowBinary and Native as it gave them", async () => {
      const source = await newTable("id UInt64, text String");
      await client.insert({ table: source, values: [{ id: 7, text: "\n\n;'\\" }], format: "JSONEachRow" });
      for (const format of ["RowBinary", "Native", "Parquet", "TabSeparatedWithNames"]) {
        const bytes = Buffer.from(await (await post({}, `SELECT * FROM ${source} FORMAT ${format}`)).arrayBuffer());
        const target = await newTable("id UInt64, text String");
        const answer = await post({ query: `INSERT INTO ${target} (id, text) FORMAT ${format}` }, bytes);
        expect([format, answer.status]).toEqual([format, 200]);
        expect(await rowsOf(`SELECT text FROM ${target}`)).toEqual([{ text: "\n\n;'\\" }]);
      }
    });

    it("never runs data as SQL, whatever blank lines and semicolons it has", async () => {
      const kept = await newTable("id UInt64");
      const table = await newTable("id UInt64, text String");
      const text = `one\n\nDROP TABLE ${kept};\n\n; DROP TABLE ${kept}`;
      await client.insert({ table, values: [{ id: 1, text }], format: "JSONEachRow" });
      await post({ query: `INSERT INTO ${table} FORMAT JSONEachRow` }, `{"id":2,"text":"x"}\n\n\n{"id":3,"text":"y"}\n`);
      const hostile = await post({ query: `INSERT INTO ${table} FORMAT JSONEachRow` }, `{"id":4,"text":"x"}\n\nDROP TABLE ${kept}\n`);
      expect(hostile.ok).toBe(false);
      await client.command({ query: `INSERT INTO ${table} VALUES (5, 'a\n\nb'),\n\n(6, concat('c', ';'))` });
      expect(await rowsOf(`SELECT toUInt32(id) AS id FROM ${table} ORDER BY id`)).toEqual([1, 2, 3, 5, 6].map((id) => ({ id })));
      expect(await rowsOf(`EXISTS TABLE ${kept}`)).toEqual([{ result: 1 }]);
    });

    it("takes settings, columns and INSERT … SELECT in the statement", async () => {
      const table = await newTable("id UInt64, text String DEFAULT 'none'");
      const answer = await post(
        {},
        `INSERT INTO ${table} (id) SETTINGS input_format_skip_unknown_fields = 1 FORMAT JSONEachRow {"id":1,"other":2}`,
      );
      expect(answer.status).toBe(200);
      const selected = await client.command({ query: `INSERT INTO ${table} (id) SELECT number + 2 FROM numbers(3)` });
      expect(selected.summary?.written_rows).toBe("3");
      expect(await rowsOf(`SELECT toUInt32(count()) AS rows FROM ${table} WHERE text = 'none'`)).toEqual([{ rows: 4 }]);
    });

    it("stores the same token once, in the table and its view", async () => {
      const window = "SETTINGS non_replicated_deduplication_window = 100";
      const table = await newTable("id UInt64", `MergeTree ORDER BY id ${window}`);
      const target = await newTable("id UInt64", `MergeTree ORDER BY id ${window}`);
      await client.command({ query: `CREATE MATERIALIZED VIEW ${table}_view TO ${target} AS SELECT id FROM ${table}` });
      const insert = (insert_deduplication_token: string) =>
        client.insert({
          table,
          values: [{ id: 1 }, { id: 2 }],
          format: "JSONEachRow",
          clickhouse_settings: { insert_deduplication_token, deduplicate_blocks_in_dependent_materialized_views: 1 },
        });
      await insert("range 0-1");
      await insert("range 0-1");
      const counts = () =>
        rowsOf(`SELECT toUInt32((SELECT count() FROM ${table})) AS base, toUInt32((SELECT count() FROM ${target})) AS view`);
      expect(await counts()).toEqual([{ base: 2, view: 2 }]);
      await insert("range 2-3");
      expect(await counts()).toEqual([{ base: 4, view: 4 }]);
    });

    it("runs a refreshable view", async () => {
      const target = await newTable("id UInt64");
      await client.command({ query: `CREATE MATERIALIZED VIEW ${target}_view REFRESH EVERY 1 SECOND TO ${target} AS SELECT 5 AS id` });
      const refreshed = async () => ((await rowsOf<{ id: string }>(`SELECT id FROM ${target}`))[0] === undefined ? undefined : true);
      expect(await waitFor(refreshed, { limitMs: 20_000, everyMs: 100 })).toBe(true);
    });
  });

  describe("parameters and settings", () => {
    it("binds parameters, also those sent as a form", async () => {
      const query = "SELECT {text: String} AS text, {list: Array(UInt8)} AS list, {none: Nullable(String)} AS none";
      const query_params = { text: "it's \\ a\ttab\nand {x}", list: [1, 2], none: null };
      const wanted = [{ text: query_params.text, list: [1, 2], none: null }];
      expect(await rowsOf(query, { query_params })).toEqual(wanted);
      const form = await client.query({ query, query_params, format: "JSONEachRow", use_multipart_params: true });
      expect(await form.json()).toEqual(wanted);
    });

    it("keeps nothing of one request for the next", async () => {
      const query = "SELECT toUInt32(getSetting('max_block_size')) AS size, currentDatabase() AS name";
      const changed = await client.query({ query, format: "JSONEachRow", clickhouse_settings: { max_block_size: "777" } });
      expect(await changed.json()).toEqual([{ size: 777, name: database }]);
      await client.command({ query: "SET max_block_size = 778" });
      await client.command({ query: "USE system" });
      const [row] = await rowsOf<{ size: number; name: string }>(query);
      expect(row?.size).toBeGreaterThan(1000);
      expect(row?.name).toBe(database);
      await expect(rowsOf("SELECT {left_over: String}")).rejects.toMatchObject({ code: "456" });
    });

    it("keeps a session's tables for the session alone, and not its requests' settings", async () => {
      const session_id = randomUUID();
      await client.command({ query: "CREATE TEMPORARY TABLE mine (id UInt8)", session_id });
      const query = "SELECT toUInt32(getSetting('max_block_size')) AS size FROM (SELECT count() FROM mine)";
      const settings = { max_block_size: "779" };
      const first = await client.query({ query, format: "JSONEachRow", session_id, clickhouse_settings: settings });
      expect(await first.json()).toEqual([{ size: 779 }]);
      const second = await client.query({ query, format: "JSONEachRow", session_id });
      expect((await second.json<{ size: number }>())[0]?.size).toBeGreaterThan(1000);
      await expect(rowsOf(query)).rejects.toMatchObject({ code: "60" });
    });
  });

  describe("errors", () => {
    it("are typed, with code and name", async () => {
      const error = await rowsOf("SELECT * FROM no_such_table").catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ClickHouseError);
      expect(error).toMatchObject({ code: "60", type: "UNKNOWN_TABLE" });
      const answer = await post({}, "SELECT 1 FORMAT");
      expect([answer.status, answer.headers.get("x-clickhouse-exception-code")]).toEqual([400, "62"]);
      expect(await answer.text()).toMatch(/^Code: 62\. DB::Exception: Syntax error/);
    });

    it("name a bad row of an insert, and store none of its batch", async () => {
      const table = await newTable("id UInt64");
      const answer = await post({ query: `INSERT INTO ${table} FORMAT JSONEachRow` }, '{"id":1}\n{"id":"x"}\n');
      expect(answer.ok).toBe(false);
      expect(await answer.text()).toMatch(/^Code: \d+\. DB::Exception: Cannot parse .*at row 2/s);
      expect(await rowsOf(`SELECT * FROM ${table}`)).toEqual([]);
    });

    it("reach a reader in the middle of a stream", async () => {
      const query = "SELECT number, throwIf(number = 3000000) FROM numbers(4000000)";
      const result = await client.query({ query, format: "JSONEachRow", clickhouse_settings: { max_threads: 1, max_block_size: "10000" } });
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
        const other = connect(credentials);
        await expect(other.query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "516", type: "AUTHENTICATION_FAILED" });
        await other.close();
      }
    });

    it("refuse an unknown database and an unknown setting", async () => {
      const other = connect({ database: "no_such_database" });
      await expect(other.query({ query: "SELECT 1" })).rejects.toMatchObject({ code: "81" });
      await other.close();
      expect((await post({ no_such_setting: "1" }, "SELECT 1")).headers.get("x-clickhouse-exception-code")).toBe("115");
    });

    it("refuse a second statement and run neither", async () => {
      const table = await newTable("id UInt64");
      for (const query of [`DROP TABLE ${table}; SELECT 1`, `SELECT 1; DROP TABLE ${table}`, `SELECT 1 /* ; */; ; DROP TABLE ${table}`]) {
        await expect(client.command({ query })).rejects.toMatchObject({ code: "62" });
      }
      expect(await rowsOf(`EXISTS TABLE ${table}`)).toEqual([{ result: 1 }]);
    });

    it("stop a query at its time limit", async () => {
      const query = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))";
      const slow = client.query({ query, clickhouse_settings: { max_execution_time: 1 } });
      await expect(slow).rejects.toMatchObject({ code: "159" });
    });
  });

  describe("running queries", () => {
    const endless = "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))";
    const running = async (queryText: string): Promise<number> =>
      (await rowsOf<{ n: number }>(`SELECT toUInt32(count()) AS n FROM system.processes WHERE query LIKE '${queryText}%'`))[0]?.n ?? -1;

    it("stop when their client aborts", async () => {
      const mark = `${endless} AND 'abort ${database}' != ''`;
      const controller = new AbortController();
      const settings = { cancel_http_readonly_queries_on_client_close: 1 } as const;
      const reading = client.query({ query: mark, abort_signal: controller.signal, clickhouse_settings: settings });
      const outcome = reading.catch((error: unknown) => error);
      const pattern = mark.replaceAll("'", "\\'");
      expect(await waitFor(async () => ((await running(pattern)) === 1 ? true : undefined), { limitMs: 10_000, everyMs: 50 })).toBe(true);
      controller.abort();
      expect(await outcome).toMatchObject({ message: expect.stringContaining("abort") });
      expect(await waitFor(async () => ((await running(pattern)) === 0 ? true : undefined), { limitMs: 10_000, everyMs: 50 })).toBe(true);
    });

    it("can be killed by the id their client gave", async () => {
      const query_id = randomUUID();
      const outcome = client.query({ query: endless, query_id }).catch((error: unknown) => error);
      const kill = async () => {
        const result = await client.query({ query: `KILL QUERY WHERE query_id = '${query_id}' ASYNC`, format: "JSONEachRow" });
        return (await result.text()) === "" ? undefined : true;
      };
      expect(await waitFor(kill, { limitMs: 10_000, everyMs: 50 })).toBe(true);
      expect(await outcome).toMatchObject({ code: "394" });
    });

    it("run side by side, more of them than the server runs at once", async () => {
      const queries = Array.from({ length: 60 }, (_, index) => rowsOf<{ n: number }>(`SELECT ${index} AS n, sleep(0.05) AS s`));
      const answers = await Promise.all(queries);
      expect(answers.map(([row]) => row?.n)).toEqual(Array.from({ length: 60 }, (_, index) => index));
    });
  });
});
