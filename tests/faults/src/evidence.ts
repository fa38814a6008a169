import type { ReplayResult } from "@leadstream/ctl";
import type { Decoded } from "@leadstream/schemas";

/** A committed data record; `record` is null where the value is nothing that a schema of ours can read. */
export interface LogRecord {
  readonly offset: number;
  /** The broker's time, ms since epoch. */
  readonly logTime: number;
  readonly key: string | null;
  readonly record: Decoded | null;
}

export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** Last stable offset: control batches and aborted records below it occupy offsets without being data. */
  readonly end: number;
  /** Above `end` only while a transaction is open. */
  readonly highWatermark: number;
  readonly records: readonly LogRecord[];
}

/** An offset of the ledger in ClickHouse, and how many physical rows hold it. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly copies: number;
}

/** A row of a derived table in ClickHouse, in the place where the log holds it. */
export interface StoredOutput {
  readonly table: string;
  readonly leadId: string;
  readonly partition: number;
  readonly offset: number;
  readonly sourceTopic: string;
  readonly sourceOffset: number;
  readonly n: number;
}

export interface OffsetSample {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Everything that the checker looks at, read after the faults: plain data, so that a test can seed a fault into it. */
export interface Evidence {
  /** Event ids that the load generator was answered 2xx for. */
  readonly journal: ReadonlySet<string>;
  readonly logs: readonly PartitionLog[];
  readonly ledger: readonly StoredRecord[];
  /** `<lead id> <event id>` by table of the edge (captures, touches, statuses, commands), each once. */
  readonly storedEvents: ReadonlyMap<string, ReadonlySet<string>>;
  /** Events that the view counts, by cause. */
  readonly countedEvents: ReadonlyMap<string, number>;
  readonly storedOutputs: readonly StoredOutput[];
  /** Committed offsets as seen one after the other; the last of a partition is its final one. */
  readonly offsets: readonly OffsetSample[];
  /** Places per seller, from the roster. */
  readonly capacities: ReadonlyMap<string, number>;
  readonly replays: readonly ReplayResult[];
  /** Processes that the supervisor gave up on. */
  readonly gaveUp: readonly string[];
}

export interface Violation {
  /** Such as I1. */
  readonly invariant: string;
  readonly problem: string;
}

/** Folds, their group and their inbox. */
export const folds = [
  { name: "scoring", inbox: "lead.events" },
  { name: "cases", inbox: "lead.signals" },
  { name: "teams", inbox: "team.requests" },
] as const;
