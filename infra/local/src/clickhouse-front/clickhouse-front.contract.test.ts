import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { Row } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ServerUnderTest } from "../../tests/server-under-test.ts";
import { waitFor } from "../wait.ts";

describe("ClickHouse's HTTP interface, rows in and out", () => {
  let server: ServerUnderTest;

  beforeAll(async () => {
    server = await ServerUnderTest.start();
  }, 90_000);

  afterAll(() => server.stop(), 60_000);

  describe("answers", () => {
    it("answers ping, with and without a query", async () => {
      expect(await server.client.ping()).toEqual({ success: true });
      expect(await server.client.ping({ select: true })).toEqual({ success: true });
    });

    it("answers GET with a query in the URL, and refuses to change anything by GET", async () => {
      const headers = { Authorization: `Basic ${Buffer.from(`${server.username}:${server.password}`).toString("base64")}` };
      const read = await fetch(`${server.url}/?query=SELECT%201`, { headers });
      expect(await read.text()).toBe("1\n");
      const write = await fetch(`${server.url}/?database=${server.database}&query=CREATE%20TABLE%20by_get%20(a%20Int8)%20ENGINE%20Memory`, {
        headers,
      });
      expect(write.headers.get("x-clickhouse-exception-code")).toBe("164");
    });

    it("joins the query of the URL and the body", async () => {
      const answer = await server.post({ query: "SELECT 1 +" }, " 41 FORMAT TSV");
      expect(await answer.text()).toBe("42\n");
    });

    it("gives JSON with its counts, and the query id", async () => {
      const result = await server.client.query({
        query: "SELECT number FROM numbers(3)",
        format: "JSON",
        query_id: `id-${server.database}`,
      });
      expect(result.query_id).toBe(`id-${server.database}`);
      const body = await result.json<{ number: string }>();
      expect(body.rows).toBe(3);
      expect(body.meta).toEqual([{ name: "number", type: "UInt64" }]);
    });

    it("gives gzipped answers to a client that wants them", async () => {
      const result = await server.gzipClient.query({ query: "SELECT repeat('x', 200000) AS text", format: "JSONEachRow" });
      const [row] = await result.json<{ text: string }>();
      expect(row?.text).toHaveLength(200_000);
    });

    it("gives binary formats byte by byte", async () => {
      const parquet = Buffer.from(await (await server.post({}, "SELECT number FROM numbers(10) FORMAT Parquet")).arrayBuffer());
      expect([parquet.subarray(0, 4).toString(), parquet.subarray(-4).toString()]).toEqual(["PAR1", "PAR1"]);
      const rowBinary = Buffer.from(
        await (await server.post({}, "SELECT toUInt8(number) FROM numbers(256) FORMAT RowBinary")).arrayBuffer(),
      );
      expect([...rowBinary]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    });

    it("finds FORMAT behind comments, strings and settings", async () => {
      const answer = await server.post(
        {},
        "SELECT 'FORMAT CSV; -- x' AS format -- FORMAT TSV\nFORMAT JSONEachRow SETTINGS max_threads = 1;\n",
      );
      expect(await answer.json()).toEqual({ format: "FORMAT CSV; -- x" });
    });

    it("streams a million rows", async () => {
      const result = await server.client.query({ query: "SELECT number FROM numbers(1000000)", format: "JSONEachRow" });
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
      const answer = await server.post({ wait_end_of_query: "1", max_block_size: "10000" }, query);
      expect(answer.status).toBe(500);
      expect(answer.headers.get("x-clickhouse-exception-code")).toBe("395");
    });
  });

  describe("inserts", () => {
    it("takes objects, and counts them", async () => {
      const table = await server.newTable("id UInt64, name String");
      const values = [
        { id: 1, name: "Ada" },
        { id: 2, name: "Zoë 🚀" },
      ];
      const result = await server.client.insert({ table, values, format: "JSONEachRow" });
      expect(result.summary?.written_rows).toBe("2");
      expect(await server.rowsOf(`SELECT toUInt32(id) AS id, name FROM ${table} ORDER BY id`)).toEqual(values);
    });

    it("takes a gzipped stream of objects", async () => {
      const table = await server.newTable("id UInt64");
      const values = Readable.from(Array.from({ length: 20_000 }, (_, id) => ({ id })));
      await server.gzipClient.insert({ table, values, format: "JSONEachRow" });
      expect(await server.rowsOf(`SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids FROM ${table}`)).toEqual([
        { rows: 20_000, ids: 20_000 },
      ]);
    });

    it("takes gzipped CSV with quoted line ends", async () => {
      const table = await server.newTable("id UInt64, text String");
      const values = Readable.from(['1,"a\n\nSELECT throwIf(1)"\n', '2,"b,""c"""\n'], { objectMode: false });
      await server.gzipClient.insert({ table, values, format: "CSV" });
      expect(await server.rowsOf(`SELECT text FROM ${table} ORDER BY id`)).toEqual([{ text: "a\n\nSELECT throwIf(1)" }, { text: 'b,"c"' }]);
    });

    it("takes every content encoding it names", async () => {
      const table = await server.newTable("id UInt64");
      const query = `INSERT INTO ${table} FORMAT JSONEachRow`;
      expect((await server.post({ query }, gzipSync('{"id":1}\n'), { "Content-Encoding": "gzip" })).status).toBe(200);
      expect((await server.post({}, gzipSync(`${query}\n{"id":2}\n`), { "Content-Encoding": "gzip" })).status).toBe(200);
      expect(await server.rowsOf(`SELECT toUInt32(id) AS id FROM ${table} ORDER BY id`)).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it("takes RowBinary and Native as it gave them", async () => {
      const source = await server.newTable("id UInt64, text String");
      await server.client.insert({ table: source, values: [{ id: 7, text: "\n\n;'\\" }], format: "JSONEachRow" });
      for (const format of ["RowBinary", "Native", "Parquet", "TabSeparatedWithNames"]) {
        const bytes = Buffer.from(await (await server.post({}, `SELECT * FROM ${source} FORMAT ${format}`)).arrayBuffer());
        const target = await server.newTable("id UInt64, text String");
        const answer = await server.post({ query: `INSERT INTO ${target} (id, text) FORMAT ${format}` }, bytes);
        expect([format, answer.status]).toEqual([format, 200]);
        expect(await server.rowsOf(`SELECT text FROM ${target}`)).toEqual([{ text: "\n\n;'\\" }]);
      }
    });

    it("never runs data as SQL, whatever blank lines and semicolons it has", async () => {
      const kept = await server.newTable("id UInt64");
      const table = await server.newTable("id UInt64, text String");
      const text = `one\n\nDROP TABLE ${kept};\n\n; DROP TABLE ${kept}`;
      await server.client.insert({ table, values: [{ id: 1, text }], format: "JSONEachRow" });
      await server.post({ query: `INSERT INTO ${table} FORMAT JSONEachRow` }, `{"id":2,"text":"x"}\n\n\n{"id":3,"text":"y"}\n`);
      const hostile = await server.post(
        { query: `INSERT INTO ${table} FORMAT JSONEachRow` },
        `{"id":4,"text":"x"}\n\nDROP TABLE ${kept}\n`,
      );
      expect(hostile.ok).toBe(false);
      await server.client.command({ query: `INSERT INTO ${table} VALUES (5, 'a\n\nb'),\n\n(6, concat('c', ';'))` });
      expect(await server.rowsOf(`SELECT toUInt32(id) AS id FROM ${table} ORDER BY id`)).toEqual([1, 2, 3, 5, 6].map((id) => ({ id })));
      expect(await server.rowsOf(`EXISTS TABLE ${kept}`)).toEqual([{ result: 1 }]);
    });

    it("takes settings, columns and INSERT … SELECT in the statement", async () => {
      const table = await server.newTable("id UInt64, text String DEFAULT 'none'");
      const answer = await server.post(
        {},
        `INSERT INTO ${table} (id) SETTINGS input_format_skip_unknown_fields = 1 FORMAT JSONEachRow {"id":1,"other":2}`,
      );
      expect(answer.status).toBe(200);
      const selected = await server.client.command({ query: `INSERT INTO ${table} (id) SELECT number + 2 FROM numbers(3)` });
      expect(selected.summary?.written_rows).toBe("3");
      expect(await server.rowsOf(`SELECT toUInt32(count()) AS rows FROM ${table} WHERE text = 'none'`)).toEqual([{ rows: 4 }]);
    });

    it("stores the same token once, in the table and its view", async () => {
      const window = "SETTINGS non_replicated_deduplication_window = 100";
      const table = await server.newTable("id UInt64", `MergeTree ORDER BY id ${window}`);
      const target = await server.newTable("id UInt64", `MergeTree ORDER BY id ${window}`);
      await server.client.command({ query: `CREATE MATERIALIZED VIEW ${table}_view TO ${target} AS SELECT id FROM ${table}` });
      const insert = (insert_deduplication_token: string) =>
        server.client.insert({
          table,
          values: [{ id: 1 }, { id: 2 }],
          format: "JSONEachRow",
          clickhouse_settings: { insert_deduplication_token, deduplicate_blocks_in_dependent_materialized_views: 1 },
        });
      await insert("range 0-1");
      await insert("range 0-1");
      const counts = () =>
        server.rowsOf(`SELECT toUInt32((SELECT count() FROM ${table})) AS base, toUInt32((SELECT count() FROM ${target})) AS view`);
      expect(await counts()).toEqual([{ base: 2, view: 2 }]);
      await insert("range 2-3");
      expect(await counts()).toEqual([{ base: 4, view: 4 }]);
    });

    it("refuses a damaged body and stores nothing of it", async () => {
      const table = await server.newTable("id UInt64");
      const query = `INSERT INTO ${table} FORMAT JSONEachRow`;
      const body = gzipSync('{"id":1}\n'.repeat(1000));
      body.fill(7, 20, 60);
      for (const [parameters, bytes] of [
        [{ query }, body],
        [{}, body],
      ] as const) {
        const answer = await server.post(parameters, bytes, { "Content-Encoding": "gzip" });
        expect([answer.ok, await answer.text()]).toEqual([false, expect.stringMatching(/^Code: \d+\. DB::Exception: /)]);
      }
      expect(await server.rowsOf(`SELECT * FROM ${table}`)).toEqual([]);
    });

    it("serves a dictionary over a table", async () => {
      const table = await server.newTable("id UInt64, text String");
      await server.client.insert({ table, values: [{ id: 1, text: "one" }], format: "JSONEachRow" });
      const columns = "(id UInt64, text String) PRIMARY KEY id";
      const source = `SOURCE(CLICKHOUSE(USER '${server.username}' PASSWORD '${server.password.replaceAll("'", "\\'")}' TABLE '${table}' DB '${server.database}'))`;
      await server.client.command({ query: `CREATE DICTIONARY ${table}_d ${columns} ${source} LAYOUT(HASHED()) LIFETIME(0)` });
      expect(await server.rowsOf(`SELECT dictGet('${server.database}.${table}_d', 'text', toUInt64(1)) AS text`)).toEqual([
        { text: "one" },
      ]);
    });

    it("runs a refreshable view", async () => {
      const target = await server.newTable("id UInt64");
      await server.client.command({
        query: `CREATE MATERIALIZED VIEW ${target}_view REFRESH EVERY 1 SECOND TO ${target} AS SELECT 5 AS id`,
      });
      const refreshed = async () => ((await server.rowsOf<{ id: string }>(`SELECT id FROM ${target}`))[0] === undefined ? undefined : true);
      expect(await waitFor(refreshed, { limitMs: 20_000, everyMs: 100 })).toBe(true);
    });
  });
});
