import { describe, expect, it } from "@jest/globals";
import { clusterStatement } from "./cluster-statement.ts";
import { sqlStatements } from "./sql-statements.ts";

describe("a migration file", () => {
  it("is cut at semicolons outside of quotes and comments", () => {
    const text = `-- first; not here\nCREATE TABLE a (x String DEFAULT ';');\n/* no; */ SELECT 'it''s; \\'; ' ; \n -- the end;\n`;
    expect(sqlStatements(text)).toEqual(["-- first; not here\nCREATE TABLE a (x String DEFAULT ';')", "/* no; */ SELECT 'it''s; \\'; '"]);
  });

  it("may end without a semicolon, and be empty", () => {
    expect(sqlStatements("SELECT 1;\nSELECT `a;b`")).toEqual(["SELECT 1", "SELECT `a;b`"]);
    expect(sqlStatements("-- nothing\n;;")).toEqual([]);
  });

  it("becomes a statement for a cluster", () => {
    expect(clusterStatement("CREATE TABLE IF NOT EXISTS t (a String) ENGINE = ReplacingMergeTree(v) ORDER BY a", "main")).toBe(
      "CREATE TABLE IF NOT EXISTS t ON CLUSTER 'main' (a String) ENGINE = ReplicatedReplacingMergeTree(v) ORDER BY a",
    );
    expect(clusterStatement("-- why\nCREATE OR REPLACE VIEW v AS SELECT 1", "main")).toBe(
      "-- why\nCREATE OR REPLACE VIEW v ON CLUSTER 'main' AS SELECT 1",
    );
    expect(clusterStatement("CREATE MATERIALIZED VIEW IF NOT EXISTS v TO t AS SELECT 1", "main")).toContain("v ON CLUSTER 'main' TO t");
    expect(() => clusterStatement("CREATE TABLE t (a Int8) ENGINE = Log", "x'; DROP")).toThrow(RangeError);
  });
});
