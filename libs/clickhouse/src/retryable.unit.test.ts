import { ClickHouseError } from "@clickhouse/client";
import { describe, expect, it } from "@jest/globals";
import { insertBlock } from "./insert-block.ts";
import { retryable } from "./retryable.ts";

const server = (type: string, message = "no"): ClickHouseError => new ClickHouseError({ message, code: "1", type });
const network = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe("what is tried again", () => {
  it.each([
    ["TOO_MANY_PARTS", server("TOO_MANY_PARTS", "Too many parts (300)")],
    ["MEMORY_LIMIT_EXCEEDED", server("MEMORY_LIMIT_EXCEEDED")],
    ["TIMEOUT_EXCEEDED", server("TIMEOUT_EXCEEDED")],
    ["a refused connection", network("ECONNREFUSED")],
    ["a reset connection", network("ECONNRESET")],
    ["the client's own time-out", new Error("Timeout error.")],
    ["a gateway's 502", new Error("502 Bad Gateway")],
    ["a hang up", new Error("socket hang up")],
  ])("%s", (_name, error) => expect(retryable(error)).toBe(true));

  it.each([
    ["a table that is missing", server("UNKNOWN_TABLE")],
    ["bytes that are wrong", server("CANNOT_READ_ALL_DATA")],
    ["a block over too many partitions", server("TOO_MANY_PARTS", "Too many partitions for single INSERT block (more than 100)")],
    ["a wrong password", server("AUTHENTICATION_FAILED")],
    ["a fault of ours", new TypeError("x is undefined")],
    ["what is no error", "text"],
  ])("not %s", (_name, error) => expect(retryable(error)).toBe(false));
});

describe("insertBlock", () => {
  const block = { table: "t", columns: ["a"], format: "RowBinary" as const, bytes: Buffer.from([1, 2]), token: "once" };
  const limits = { initialBackoffMs: 10, maximumBackoffMs: 40, limitMs: 200 };

  /** A client whose exec fails in turn, and which remembers what was sent. */
  function failing(errors: readonly Error[]) {
    const sent: { token: unknown; bytes: Buffer }[] = [];
    let now = 0;
    const waits: number[] = [];
    const client = {
      async exec({ values, clickhouse_settings }: { values: AsyncIterable<Buffer>; clickhouse_settings: Record<string, unknown> }) {
        const parts: Buffer[] = [];
        for await (const part of values) parts.push(part);
        sent.push({ token: clickhouse_settings.insert_deduplication_token, bytes: Buffer.concat(parts) });
        const error = errors[sent.length - 1];
        if (error !== undefined) throw error;
        return { stream: { resume() {}, once: (event: string, then: () => void) => void (event === "end" && then()) } };
      },
    } as never;
    const hooks = {
      now: () => now,
      sleep: (durationMs: number) => {
        waits.push(durationMs);
        now += durationMs;
        return Promise.resolve();
      },
    };
    return { client, hooks, sent, waits };
  }

  it("sends the same bytes and token again, waiting longer each time", async () => {
    const { client, hooks, sent, waits } = failing([server("TOO_MANY_PARTS"), network("ECONNRESET"), server("MEMORY_LIMIT_EXCEEDED")]);
    await insertBlock(client, block, limits, hooks);
    expect(sent).toEqual(Array.from({ length: 4 }, () => ({ token: "once", bytes: block.bytes })));
    expect(waits).toEqual([10, 20, 40]);
  });

  it("gives up at its limit", async () => {
    const { client, hooks } = failing(Array.from({ length: 50 }, () => network("ECONNREFUSED")));
    await expect(insertBlock(client, block, limits, hooks)).rejects.toMatchObject({ code: "INSERT_GAVE_UP" });
  });

  it("does not repeat what will never succeed", async () => {
    const { client, hooks, sent } = failing([server("UNKNOWN_TABLE")]);
    await expect(insertBlock(client, block, limits, hooks)).rejects.toMatchObject({ code: "INSERT_REFUSED" });
    expect(sent).toHaveLength(1);
  });
});
