import { Readable } from "node:stream";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import { ClickHouseStoreError } from "./errors.ts";
import { retryable } from "./retryable.ts";

export type BlockFormat = "RowBinary" | "JSONEachRow" | "JSONCompactEachRow";

/** Rows of one table with the token under which the server remembers them. */
export interface Block {
  readonly table: string;
  readonly columns: readonly string[];
  readonly format: BlockFormat;
  /** Every attempt sends this very buffer: nobody may change it until the insert has settled. */
  readonly bytes: Buffer;
  readonly token: string;
}

export interface RetryLimits {
  readonly initialBackoffMs: number;
  readonly maximumBackoffMs: number;
  /** After this long without success the insert gives up with INSERT_GAVE_UP. */
  readonly limitMs: number;
}

export interface InsertHooks {
  /** Called before each wait. */
  readonly retrying?: (attempt: number, error: Error) => void;
  readonly sleep?: (durationMs: number) => Promise<void>;
  readonly now?: () => number;
  /** Aborting stops the waiting between attempts, never an attempt. */
  readonly signal?: AbortSignal;
}

/**
 * One block of the server per insert and table partition, so that it is stored whole or not at all and the token names all of it:
 * the block must not be cut by the parser (no parallel parsing, block size above any block of ours) nor held back (no async insert).
 * Repeats inside a block are left to merges and readers, like those of different blocks: to merge each block while it is inserted costs a quarter of
 * the server's time and spares the readers nothing.
 */
const settings: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  optimize_on_insert: 0,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  input_format_parallel_parsing: 0,
  max_insert_block_size: "10000000",
  min_insert_block_size_rows: "0",
  min_insert_block_size_bytes: "0",
};

/** Inserts a block exactly once inside the table's deduplication window: every attempt has the same bytes and the same token (sink step 5). */
export async function insertBlock(client: ClickHouseClient, block: Block, retry: RetryLimits, hooks: InsertHooks = {}): Promise<void> {
  const now = hooks.now ?? Date.now;
  const sleep = hooks.sleep ?? ((durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs)));
  const until = now() + retry.limitMs;
  for (let attempt = 1; ; attempt++) {
    try {
      await insertOnce(client, block);
      return;
    } catch (error) {
      if (!retryable(error)) {
        throw new ClickHouseStoreError(
          "INSERT_REFUSED",
          `ClickHouse refused a block for table ${block.table}`,
          "Read the cause: the tables must be those of the migrations.",
          { cause: error },
        );
      }
      const backoffMs = Math.min(retry.maximumBackoffMs, retry.initialBackoffMs * 2 ** Math.min(attempt - 1, 20));
      if (now() + backoffMs > until || hooks.signal?.aborted === true) {
        throw new ClickHouseStoreError(
          "INSERT_GAVE_UP",
          `ClickHouse took no block for table ${block.table} in ${attempt} attempts`,
          "The block is inserted again with the same token when the process is restarted.",
          { cause: error },
        );
      }
      hooks.retrying?.(attempt, error as Error);
      await sleep(backoffMs);
    }
  }
}

async function insertOnce(client: ClickHouseClient, block: Block): Promise<void> {
  const answer = await client.exec({
    query: `INSERT INTO ${block.table} (${block.columns.join(", ")}) FORMAT ${block.format}`,
    values: Readable.from([block.bytes], { objectMode: false }),
    clickhouse_settings: { ...settings, insert_deduplication_token: block.token },
  });
  // The connection is free again only when the (empty) answer was read to its end.
  answer.stream.resume();
  await new Promise<void>((resolve, reject) => {
    answer.stream.once("end", resolve);
    answer.stream.once("close", resolve);
    answer.stream.once("error", reject);
  });
}
