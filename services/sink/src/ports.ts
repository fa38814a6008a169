import type { DeadLetter } from "@leadstream/schemas";
import type { CommittedOffset } from "@leadstream/stream";

/** An offset to commit for one partition; metadata holds the open intent, or none. */
export interface PartitionCommit {
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/**
 * The group's offsets of one topic. `commit` is one request, fenced by the group's generation, for all given partitions.
 * It rejects with RetriableStreamError when the member was fenced or the broker is away; then the whole task is discarded.
 */
export interface GroupOffsets {
  committed(partitions: readonly number[]): Promise<ReadonlyMap<number, CommittedOffset | null>>;
  commit(commits: readonly PartitionCommit[]): Promise<void>;
}

/** Appends dead letters with acks=all; resolves when all are acknowledged. */
export interface DeadLetterWriter {
  append(letters: readonly DeadLetter[]): Promise<void>;
}

/** Rows of one table, with the bytes and the token that every attempt uses. */
export interface TableBlock {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: Buffer;
  readonly token: string;
}

/** Inserts one table's part of a block; retries the same bytes, rejects when it gives up. */
export interface BlockStore {
  insert(block: TableBlock): Promise<void>;
}
