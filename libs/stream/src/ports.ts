import type { StoreChanges } from "./store-changes.ts";

/**
 * What a fold needs from the world. Adapters implement these; one contract suite per port runs on each implementation.
 * Offsets are plain numbers: exact up to 2^53. Times are milliseconds since epoch.
 */

/** Reads the committed data records of one partition: aborted records and markers are left out, CRCs are checked. */
export interface Inbox {
  readonly topic: string;
  readonly partition: number;
  /** Identity of the topic since its creation: another one means other offsets. */
  readonly incarnation: string;
  /** Log start and last stable offset, asked of the broker now. */
  bounds(): Promise<LogBounds>;
  /**
   * Records from `position` on, up to about `maxBytes`. Resolves as soon as the position can move, or empty after `maxWaitMs`.
   * Throws OffsetOutOfRange as a fatal error: a position is never reset.
   */
  fetch(position: number, limits: FetchLimits): Promise<RecordChunk>;
  close(): Promise<void>;
}

export interface LogBounds {
  readonly logStart: number;
  readonly lastStableOffset: number;
}

export interface FetchLimits {
  readonly maxBytes: number;
  readonly maxWaitMs: number;
}

export interface RecordChunk {
  /** Data records that the cursor will show. */
  readonly records: number;
  /** Where to go on; markers and aborted records in between are passed. */
  readonly next: number;
  readonly lastStableOffset: number;
  /** A fresh cursor before the first record; it is valid until the next fetch of the same inbox. */
  cursor(): RecordCursor;
}

/** Shows one record at a time without making an object of it: windows into `buffer`. */
export interface RecordCursor {
  /** Moves on; false after the last record. */
  next(): boolean;
  readonly offset: number;
  /** The log's time of the record. */
  readonly timestamp: number;
  readonly buffer: Buffer;
  /** -1 when the key is null. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** -1 when the value is null. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Made on demand: for dead letters only. */
  headers(): RecordHeader[];
}

export interface RecordHeader {
  readonly name: string;
  readonly value: Buffer | null;
}

/** One transactional writer per inbox partition. Method comments give the steps of the fold protocol (docs/guarantees.md). */
export interface TransactionalWriter {
  /** Step 2: fences the predecessor; retried until answered. */
  initialise(): Promise<void>;
  /**
   * Step 3: the group's offset for the inbox partition with its metadata, or null when there is none. `acknowledged`: the highest position known to
   * have been committed (the store's offset, 0 without one); where the broker has forgotten how a transaction ended, it decides.
   */
  committed(acknowledged: number): Promise<CommittedOffset | null>;
  outbox(): Outbox;
  /**
   * Steps 7 to 9: begin, send what the outbox holds, commit `position` with `metadata`, end. Empties the outbox.
   * Rejects when any step failed or stayed unanswered; then nothing may be concluded: go to step 2 with fresh memory.
   */
  commit(position: number, metadata: string): Promise<void>;
  close(): Promise<void>;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** Encoded outputs that wait for the next commit. */
export interface Outbox {
  readonly records: number;
  readonly bytes: number;
  /** A lane is kept for the life of the writer: look it up once. */
  lane(topic: string, partition: number): OutboxLane;
}

export interface OutboxLane {
  /** Copies the window of `value`; a null key or value is written as null. */
  append(timestamp: number, key: string | null, value: Buffer, start: number, end: number): void;
}

/** State, timers and offset of one partition, changed together or not at all. Locked while open. */
export interface StateStore {
  /** Step 1: locks the store and starts a new generation. Throws when another process holds it. */
  open(): Promise<StoreHeader | null>;
  /** State of a key as of the header's offset. The bytes are valid until the next call. */
  read(key: string): Buffer | undefined;
  /** Timers in the order (due, key, kind), after `after` (exclusive; null = from the first), at most `limit`. */
  timers(after: TimerEntry | null, limit: number): TimerEntry[];
  /**
   * Step 10: one atomic write, one at a time; rejects when generation or previous offset are not the expected ones. Takes the bytes of the changes
   * over: the caller does nothing more with them.
   */
  write(batch: StoreWrite): Promise<void>;
  /** Keys in the order of their UTF-8 bytes, after `after` (exclusive; absent = from the first). No write may happen while they are read. */
  keys(after?: string): Iterable<string>;
  /** Forgets everything, for a rebuild from the log. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreHeader {
  /** Offset up to which the state is folded (next record to read). */
  readonly offset: number;
  /** Fingerprint of the logic that folded it. */
  readonly fingerprint: string;
  readonly incarnation: string;
  /** Clock, incoming and outgoing sequence numbers, shared configuration: opaque to the store. */
  readonly partition: Buffer;
}

export interface TimerEntry {
  readonly due: number;
  readonly key: string;
  readonly kind: number;
}

export interface StoreWrite {
  /** Offset that the store must hold now; -1 for none. */
  readonly previousOffset: number;
  readonly header: StoreHeader;
  readonly changes: StoreChanges;
}

/** Membership in a consumer group for one topic. */
export interface GroupMembership {
  /** Joins and keeps the session alive; calls back on every change. Resolves when the first assignment is there. */
  join(handler: AssignmentHandler): Promise<void>;
  /** Leaves at once, so that a successor need not wait for the session to time out. */
  leave(): Promise<void>;
}

export interface AssignmentHandler {
  assigned(partitions: readonly number[]): void;
  /** Must resolve before the partitions are given to another member. */
  revoked(partitions: readonly number[]): Promise<void>;
  /** The session is lost for good (fenced, broker away too long): stop everything and exit. */
  failed(error: Error): void;
}

/** Appends a tick to the owner's own inbox partition (acks=all, not transactional). */
export interface TickWriter {
  append(partition: number): Promise<void>;
}

/** The wall clock: only shells may ask it. */
export interface Clock {
  now(): number;
  /** Resolves after `durationMs` or when the signal aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets sockets and timers have their turn, at once. */
  breathe(): Promise<void>;
}
