import type { DeadLetter } from "@leadstream/schemas";
import {
  type Clock,
  type CommittedOffset,
  type Inbox,
  type InboxTopic,
  MemoryBroker,
  memoryChunk,
  type RecordChunk,
} from "@leadstream/stream";
import type { BlockStore, DeadLetterWriter, GroupOffsets, PartitionCommit, TableBlock } from "../src/ports.ts";

export class Crash extends Error {
  override readonly name = "Crash";
}

export const realClock: Clock = {
  now: () => Date.now(),
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(durationMs, 2));
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

/** A topic in memory that gives at most `fetchRecords` records at once and waits a moment at its end. */
export class MemoryTopic implements InboxTopic {
  readonly broker = new MemoryBroker();
  readonly topic: string;
  readonly partitions: number;
  readonly wire = this.broker.wire;
  incarnation = "first";
  logStart = 0;
  fetchRecords = 7;

  constructor(topic: string, partitions: number) {
    this.topic = topic;
    this.partitions = partitions;
    this.broker.topic(topic, partitions);
  }

  end(partition: number): number {
    return this.broker.topic(this.topic)[partition]!.length;
  }

  resolveSchema(): Promise<void> {
    return Promise.resolve();
  }

  group(): never {
    throw new Error("the task needs no group");
  }

  open(partition: number): Promise<Inbox> {
    const fetch = async (position: number): Promise<RecordChunk> => {
      const records = this.broker.topic(this.topic)[partition]!;
      await realClock.sleep(position < records.length ? 0 : 2);
      return memoryChunk(records, position, this.fetchRecords);
    };
    return Promise.resolve({
      topic: this.topic,
      partition,
      incarnation: this.incarnation,
      bounds: () => Promise.resolve({ logStart: this.logStart, lastStableOffset: this.end(partition) }),
      fetch,
      close: () => Promise.resolve(),
    });
  }
}

export class MemoryOffsets implements GroupOffsets {
  readonly offsets = new Map<number, CommittedOffset>();
  readonly log: string[];

  constructor(log: string[]) {
    this.log = log;
  }

  committed(partitions: readonly number[]): Promise<ReadonlyMap<number, CommittedOffset | null>> {
    return Promise.resolve(new Map(partitions.map((partition) => [partition, this.offsets.get(partition) ?? null])));
  }

  commit(commits: readonly PartitionCommit[]): Promise<void> {
    for (const { partition, offset, metadata } of commits) this.offsets.set(partition, { offset, metadata });
    this.log.push(commits[0]!.metadata.split("|").length > 2 ? "announce" : "confirm");
    return Promise.resolve();
  }
}

export class MemoryDeadLetters implements DeadLetterWriter {
  readonly letters: DeadLetter[] = [];
  private readonly log: string[];

  constructor(log: string[]) {
    this.log = log;
  }

  append(letters: readonly DeadLetter[]): Promise<void> {
    this.letters.push(...letters);
    this.log.push("dead-letters");
    return Promise.resolve();
  }
}

/** A store that remembers tokens as ClickHouse does: the second block of a token is dropped, whatever it holds. */
export class MemoryStore implements BlockStore {
  readonly blocks = new Map<string, TableBlock>();
  repeated = 0;
  readonly conflicts: string[] = [];
  /** Called after the server has stored a block and before the client hears of it. */
  afterStored: (table: string) => void = () => undefined;
  private readonly log: string[];

  constructor(log: string[]) {
    this.log = log;
  }

  async insert(block: TableBlock): Promise<void> {
    await realClock.sleep(0);
    const known = this.blocks.get(block.token);
    if (known === undefined) this.blocks.set(block.token, { ...block, bytes: Buffer.from(block.bytes) });
    else {
      this.repeated++;
      if (!known.bytes.equals(block.bytes)) this.conflicts.push(block.token);
    }
    this.log.push(`insert ${block.table}`);
    this.afterStored(block.table);
  }

  rows(table: string): number {
    return [...this.blocks.values()].filter((block) => block.table === table).reduce((sum, block) => sum + block.rows, 0);
  }

  /** `partition:offset` of every ledger row stored, repeats and all. */
  ledger(table: string): string[] {
    return [...this.blocks.values()].filter((block) => block.table === table).flatMap((block) => readLedger(block.bytes));
  }
}

function readLedger(bytes: Buffer): string[] {
  const places: string[] = [];
  let position = 0;
  const skipText = (): void => {
    position += 1 + bytes[position]!;
  };
  while (position < bytes.length) {
    skipText();
    skipText();
    places.push(`${bytes.readUInt16LE(position)}:${bytes.readBigUInt64LE(position + 2)}`);
    position += 18;
    skipText();
    skipText();
    position += 4;
  }
  return places;
}
