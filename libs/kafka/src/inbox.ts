/**
 * The Inbox port over raw record batches: Fetch v11 READ_COMMITTED on an own connection. While a chunk is folded the next one is already asked for:
 * at most two chunks are held. A moved leader or a lost connection is met by asking again within the retry limits.
 */
import { type FetchLimits, type Inbox, type LogBounds, type RecordChunk, RetriableStreamError, StreamError } from "@leadstream/stream";
import type { KafkaConnection } from "./connect.ts";
import { KafkaAdapterError } from "./errors.ts";
import type { Link } from "./kafkajs-link.ts";
import type { Lane } from "./lane.ts";
import { partitionBounds } from "./partition-offsets.ts";
import { type FetchAnswer, fetchApi } from "./protocol/fetch.ts";
import { isLeaderMoved, protocolError, refused, unavailable } from "./protocol/protocol-errors.ts";
import { readBatches } from "./record-batch-reader.ts";
import { BatchCursor } from "./record-cursor.ts";
import { Again, retry } from "./retry.ts";

interface HeldChunk extends RecordChunk {
  /** Its bytes are not looked at any more. */
  recycle(): void;
}

interface Prefetch {
  readonly position: number;
  readonly chunk: Promise<HeldChunk>;
  readonly unwanted: AbortController;
  done: boolean;
}

/** A damaged answer is asked for again: only damage that stays is the log's. */
const DAMAGED_ANSWERS = 3;

/**
 * Opens the inbox of one partition. `incarnation` is asked once, here. `reusesChunks`: a chunk's bytes hold only until the next fetch, which gives
 * their memory to a later one.
 */
export async function openInbox(connection: KafkaConnection, topic: string, partition: number, reusesChunks = false): Promise<Inbox> {
  const { topicId } = await passing(() => connection.topic(topic, true));
  return new KafkaInbox(connection, topic, partition, topicId, reusesChunks);
}

class KafkaInbox implements Inbox {
  readonly topic: string;
  readonly partition: number;
  readonly incarnation: string;
  private readonly connection: KafkaConnection;
  private readonly lane: Lane;
  private readonly closing = new AbortController();
  private readonly reusesChunks: boolean;
  private prefetch: Prefetch | null = null;
  private held: HeldChunk | null = null;

  constructor(connection: KafkaConnection, topic: string, partition: number, incarnation: string, reusesChunks: boolean) {
    this.connection = connection;
    this.topic = topic;
    this.partition = partition;
    this.incarnation = incarnation;
    this.reusesChunks = reusesChunks;
    this.lane = connection.lane();
  }

  async bounds(): Promise<LogBounds> {
    // On a connection of its own: a fetch that waits at the broker would hold the answer back.
    const lane = this.connection.lane();
    try {
      return await passing(() => partitionBounds(this.connection, lane, this.topic, this.partition));
    } finally {
      this.connection.release(lane);
    }
  }

  async fetch(position: number, limits: FetchLimits): Promise<RecordChunk> {
    if (this.reusesChunks) this.held?.recycle();
    this.held = null;
    const ahead = this.prefetch;
    this.prefetch = null;
    let chunk: HeldChunk | null = null;
    if (ahead !== null && ahead.position === position) {
      const waited = !ahead.done;
      chunk = await ahead.chunk;
      // An empty answer from before the call says nothing about now.
      if (chunk.next === position && !waited) chunk = null;
    } else if (ahead !== null && !ahead.done) {
      ahead.unwanted.abort();
      this.lane.reset();
    }
    chunk ??= await this.read(position, limits, this.closing.signal);
    if (chunk.next > position) this.fetchAhead(chunk.next, limits);
    this.held = chunk;
    return chunk;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.connection.release(this.lane);
  }

  private fetchAhead(position: number, limits: FetchLimits): void {
    const unwanted = new AbortController();
    const signal = AbortSignal.any([unwanted.signal, this.closing.signal]);
    const prefetch: Prefetch = { position, chunk: this.read(position, limits, signal), unwanted, done: false };
    const done = (): void => {
      prefetch.done = true;
    };
    // A fault is thrown by the fetch that takes the chunk.
    prefetch.chunk.then(done, done);
    this.prefetch = prefetch;
  }

  private read(position: number, limits: FetchLimits, signal: AbortSignal): Promise<HeldChunk> {
    let damaged = 0;
    const attempt = async (): Promise<HeldChunk> => {
      const { answer, link } = await this.ask(position, limits, signal);
      try {
        const { records, next, segments } = await readBatches(answer.records, position, answer.aborted);
        if (next === position && answer.records.length > 0) throw cutShort(this.topic, this.partition, position);
        const recycle = (): void => link.recycle(answer.records);
        return { records, next, lastStableOffset: answer.lastStableOffset, cursor: () => new BatchCursor(segments, position), recycle };
      } catch (error) {
        if (!(error instanceof KafkaAdapterError) || error.code !== "CORRUPT_BATCH" || ++damaged >= DAMAGED_ANSWERS) throw error;
        return attempt();
      }
    };
    return passing(attempt);
  }

  private ask(position: number, { maxBytes, maxWaitMs }: FetchLimits, signal: AbortSignal): Promise<{ answer: FetchAnswer; link: Link }> {
    const { topic, partition } = this;
    let fresh = false;
    return retry(
      this.connection.retryLimits,
      async () => {
        try {
          const leader = await this.connection.leaderOf(topic, partition, fresh);
          fresh = true;
          const link = await this.lane.link(leader);
          // An unwanted request would hold back the wanted one on the same connection.
          if (signal.aborted) throw new KafkaAdapterError("CLOSED", "the fetch is no longer wanted", "Nothing is lost.");
          const answer = await link.call(fetchApi, { topic, partition, position, maxBytes, maxWaitMs }, maxWaitMs);
          const error = protocolError(answer.errorCode);
          if (error === null) return { answer, link };
          if (error === "OFFSET_OUT_OF_RANGE") throw await this.outOfRange(position);
          if (isLeaderMoved(error)) return new Again(unavailable(`to read ${topic}[${partition}]`, error));
          throw refused(`to read ${topic}[${partition}]`, error);
        } catch (error) {
          fresh = true;
          if (error instanceof KafkaAdapterError && error.code === "UNAVAILABLE") return new Again(error);
          throw error;
        }
      },
      signal,
    );
  }

  private async outOfRange(position: number): Promise<StreamError> {
    const { logStart, lastStableOffset } = await this.bounds();
    return new StreamError(
      "OFFSET_OUT_OF_RANGE",
      `position ${position} of ${this.topic}[${this.partition}] is outside the log, which holds ${logStart} to ${lastStableOffset}`,
      "Find out who truncated the log or deleted the topic; then rebuild the store from the log that is there.",
    );
  }
}

function cutShort(topic: string, partition: number, position: number): KafkaAdapterError {
  return new KafkaAdapterError(
    "CORRUPT_BATCH",
    `${topic}[${partition}] gives no whole batch at ${position}`,
    "The broker's segment is damaged: restore it from a replica.",
  );
}

/** Faults that pass become retriable ones; everything else stays as it is and stops the process. */
async function passing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw retriable(error);
  }
}

/** How the stream runtime sees an error of this package. */
export function retriable(error: unknown): unknown {
  if (!(error instanceof KafkaAdapterError)) return error;
  if (error.code !== "UNAVAILABLE" && error.code !== "CLOSED") return error;
  return new RetriableStreamError(error.message, { cause: error });
}
