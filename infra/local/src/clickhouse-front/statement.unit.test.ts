import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { quoteName, quoteString, tokensOf } from "./sql-tokens.ts";
import { insertHeadOf, plainStatementOf, removesDefaultDatabase, rewriteKill, withOutfile } from "./statement.ts";

const dataOf = (sql: string): string | undefined => {
  const head = insertHeadOf(sql);
  return head === undefined ? undefined : sql.slice(head.dataStart);
};

describe("tokens", () => {
  it("leave out comments and keep strings whole", () => {
    const sql = "SELECT 'a''b\\'c' -- ; \n, `x;y` /* FORMAT */ # z\n, $t$ ; $t$ #! q\n";
    expect(tokensOf(sql).map((token) => token.text)).toEqual(["SELECT", "'a''b\\'c'", ",", "`x;y`", ",", "$t$ ; $t$"]);
  });

  it("cover the text in order and end, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 60 }), (text) => {
        let end = 0;
        for (const token of tokensOf(text)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it("take a quoted value as one token, whatever the value", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (value) => {
        expect(tokensOf(`${quoteString(value)} ${quoteName(value)}`).map((token) => token.kind)).toEqual(["string", "quoted"]);
      }),
    );
  });
});

describe("the head of an INSERT", () => {
  it("ends before the data", () => {
    expect(insertHeadOf("INSERT INTO t (a, `format`) FORMAT JSONEachRow\n{}")).toEqual({
      target: "INSERT INTO t (a, `format`)",
      settings: "",
      format: "JSONEachRow",
      dataStart: 47,
    });
    expect(dataOf('insert into db.t format JSONEachRow {"a":1}')).toBe('{"a":1}');
    expect(dataOf("INSERT INTO TABLE t VALUES\r\n(1)\n\n(2)")).toBe("(1)\n\n(2)");
    expect(dataOf("INSERT INTO t FORMAT CSV\n\n1")).toBe("\n1");
  });

  it("gives its settings apart", () => {
    const head = insertHeadOf("INSERT INTO t (a) SETTINGS async_insert = 1, insert_deduplication_token = 'FORMAT x' FORMAT CSV");
    expect(head).toMatchObject({
      target: "INSERT INTO t (a)",
      settings: "SETTINGS async_insert = 1, insert_deduplication_token = 'FORMAT x'",
    });
  });

  it("takes words of the grammar as names", () => {
    expect(insertHeadOf("INSERT INTO values VALUES (1)")?.target).toBe("INSERT INTO values");
    expect(insertHeadOf("INSERT INTO db.format FORMAT CSV")?.target).toBe("INSERT INTO db.format");
  });

  it("is absent where no data follows", () => {
    for (const sql of [
      "SELECT 1 FORMAT CSV",
      "INSERT INTO t SELECT 1",
      "INSERT INTO t WITH 1 AS x SELECT x FORMAT CSV",
      "INSERT INTO t; FORMAT CSV",
      "",
    ]) {
      expect([sql, insertHeadOf(sql)]).toEqual([sql, undefined]);
    }
  });

  it("is not read past, however much follows", () => {
    const data = "'".repeat(3_000_000);
    expect(dataOf(`INSERT INTO t FORMAT CSV\n${data}`)?.length).toBe(data.length);
  });

  it("refuses INFILE", () => {
    expect(() => insertHeadOf("INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV")).toThrow(expect.objectContaining({ code: 497 }));
  });
});

describe("a statement", () => {
  it("has its format found at its own level only", () => {
    expect(plainStatementOf("SELECT 1 FORMAT JSON;").format).toBe("JSON");
    expect(plainStatementOf("SELECT 1 FORMAT JSON SETTINGS max_threads = 1").format).toBe("JSON");
    expect(plainStatementOf("SELECT x AS format, (SELECT 1 FORMAT CSV) FROM t").format).toBeUndefined();
    expect(plainStatementOf("SELECT 'FORMAT CSV'").format).toBeUndefined();
  });

  it("gets its file before FORMAT", () => {
    expect(withOutfile(plainStatementOf("SELECT 1 -- x\nFORMAT CSV SETTINGS a = 1 ;"), "/p", "TSV")).toBe(
      "SELECT 1 -- x\n\nINTO OUTFILE '/p' TRUNCATE\nFORMAT CSV SETTINGS a = 1",
    );
    expect(withOutfile(plainStatementOf("SELECT 1 -- x"), "/p", "TSV")).toBe("SELECT 1\nINTO OUTFILE '/p' TRUNCATE\nFORMAT TSV");
  });

  it("is one and touches no file", () => {
    const refused: [string, number][] = [
      ["SELECT 1; SELECT 2", 62],
      ["SELECT 1;; DROP TABLE t", 62],
      ["SELECT (1; SELECT 2)", 62],
      ["", 62],
      [" -- nothing", 62],
      ["SELECT 1 INTO OUTFILE '/x'", 497],
      ["SELECT * FROM (SELECT 1 into /* */ outfile '/x')", 497],
      ["CREATE DICTIONARY d (a UInt64) PRIMARY KEY a SOURCE(HTTP(URL 'http://127.0.0.1/' FORMAT 'CSV')) LAYOUT(FLAT())", 497],
      ["INSERT INTO t SELECT * FROM input('a Int8') FORMAT CSV", 48],
    ];
    for (const [sql, code] of refused) expect(() => plainStatementOf(sql)).toThrow(expect.objectContaining({ code }));
    expect(plainStatementOf("SELECT ';', `;` /* ; */ -- ;\n;;").text).toBe("SELECT ';', `;`");
  });

  it("kills by the client's id and never waits", () => {
    expect(rewriteKill(plainStatementOf("KILL QUERY WHERE query_id = 'query_id SYNC' SYNC"))).toBe(
      "KILL QUERY WHERE Settings['log_comment'] = 'query_id SYNC' ASYNC",
    );
  });

  it("cannot remove the database the engine needs", () => {
    expect(removesDefaultDatabase(plainStatementOf("DROP DATABASE IF EXISTS `default`"))).toBe(true);
    expect(removesDefaultDatabase(plainStatementOf("DROP DATABASE leadstream"))).toBe(false);
  });
});
