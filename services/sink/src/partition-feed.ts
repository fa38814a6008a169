import type { FetchLimits, Inbox, RecordChunk } from "@leadstream/stream";

/** Reads one partition ahead by one chunk: the next fetch is under way while rows are mapped and inserted, and never more than one. */
export class PartitionFeed {
  readonly inbox: Inbox;
  readonly partition: number;
  /** Position behind the last chunk taken. */
  position: number;
  private readonly limits: FetchLimits;
  private fetching: Promise<void> | null = null;
  private chunk: RecordChunk | null = null;
  private failure: unknown = null;
  lastStableOffset = 0;

  constructor(inbox: Inbox, position: number, limits: FetchLimits) {
    this.inbox = inbox;
    this.partition = inbox.partition;
    this.position = position;
    this.limits = limits;
  }

  /** Resolves when a chunk (perhaps empty) or a failure is there. Never rejects: `take` does. */
  ready(): Promise<void> {
    if (this.chunk !== null || this.failure !== null) return Promise.resolve();
    this.fetching ??= this.inbox.fetch(this.position, this.limits).then(
      (chunk) => {
        this.fetching = null;
        this.chunk = chunk;
      },
      (error: unknown) => {
        this.fetching = null;
        this.failure = error ?? new Error("the fetch failed");
      },
    );
    return this.fetching;
  }

  /** The chunk that has arrived, or null. Its cursor is valid until `ready` is called again. */
  take(): RecordChunk | null {
    if (this.failure !== null) throw this.failure;
    const { chunk } = this;
    this.chunk = null;
    if (chunk !== null) {
      this.position = chunk.next;
      this.lastStableOffset = chunk.lastStableOffset;
    }
    return chunk;
  }

  async close(): Promise<void> {
    await this.fetching;
    await this.inbox.close();
  }
}
