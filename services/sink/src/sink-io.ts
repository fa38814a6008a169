import { type Clock, type DeadLetterGuard, type FetchLimits, type InboxTopic, StreamError } from "@leadstream/stream";
import type { Block } from "./block-builder.ts";
import type { BlockStore, DeadLetterWriter, GroupOffsets } from "./ports.ts";

export interface SinkSettings extends FetchLimits {
  /** A block is closed when it holds this many rows, all tables together, */
  readonly blockMaxRows: number;
  /** or this many bytes, */
  readonly blockMaxBytes: number;
  /** or when its first record has waited this long. */
  readonly blockLingerMs: number;
}

export const defaultSinkSettings: SinkSettings = {
  maxBytes: 1 << 20,
  maxWaitMs: 500,
  blockMaxRows: 50_000,
  blockMaxBytes: 16 << 20,
  blockLingerMs: 1_000,
};

/** What a task tells about itself; `faultPoint` is where a test kills the process, named after the protocol's step. */
export interface SinkObserver {
  readonly faultPoint?: (name: string) => void;
  recovered?(topic: string, block: Block): void;
  announced?(topic: string): void;
  confirmed?(topic: string, report: BlockReport): void;
}

export interface BlockReport {
  readonly records: number;
  readonly rows: number;
  /** First record taken to offset confirmed. */
  readonly durationMs: number;
  /** Position behind the block and lag, by partition. */
  readonly partitions: readonly { readonly partition: number; readonly position: number; readonly lag: number; readonly records: number }[];
}

export interface SinkPorts {
  readonly inbox: InboxTopic;
  readonly offsets: GroupOffsets;
  readonly deadLetters: DeadLetterWriter;
  readonly store: BlockStore;
  readonly clock: Clock;
  /** Stops the sink when too much is dead-lettered. */
  readonly guard?: DeadLetterGuard;
}

/** Step 5: table by table, each with a token of its own; the ledger last. */
export async function insertTables(store: BlockStore, block: Block, observer: SinkObserver): Promise<void> {
  const ledger = block.tables.at(-1);
  if (ledger === undefined) throw new StreamError("REPLAY_DIFFERS", "a block has no ledger rows", "This is a fault of the mapper");
  await Promise.all(
    block.tables.slice(0, -1).map(async (table) => {
      await store.insert(table);
      observer.faultPoint?.("step-5-table-inserted");
    }),
  );
  await store.insert(ledger);
}
