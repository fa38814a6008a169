/** What a stage does about an error: try again, set the record aside, or stop loudly. */
export type StreamErrorCode =
  | "SEQUENCE_GAP"
  | "CLOCK_AHEAD"
  | "UNDECODABLE_INTERNAL_RECORD"
  | "DEAD_LETTER_LIMIT"
  | "STORE_AHEAD_OF_COMMIT"
  | "STORE_WITHOUT_COMMIT"
  | "LOG_TRUNCATED"
  | "COMMIT_BEYOND_LOG"
  | "LOGIC_CHANGED_WITH_GAP"
  | "REPLAY_DIFFERS"
  | "INCARNATION_CHANGED"
  | "STORE_CONFLICT"
  | "STORE_LOCKED"
  | "STORE_CORRUPT"
  | "STORE_LAYOUT"
  | "STORE_WRITER_LOST"
  | "OFFSET_OUT_OF_RANGE"
  | "FENCED"
  | "INVALID_TOPOLOGY";

/** A fault that no retry mends: the process stops with this message, which says what to do. Never holds values of a record. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  readonly code: StreamErrorCode;
  readonly remedy: string;
  constructor(code: StreamErrorCode, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** A passing fault (broker away, coordinator moved): the task drops its memory and starts again at step 2. */
export class RetriableStreamError extends Error {
  override readonly name = "RetriableStreamError";
}

/** What is whole in a store, but written as another version lays it out. */
export const unreadableStore = (cause: unknown): StreamError =>
  new StreamError(
    "STORE_LAYOUT",
    `the store was written by a version that lays state out otherwise (${cause instanceof Error ? cause.message : String(cause)})`,
    "Delete the state folder of the partition: it is folded again from the log; or start the version that wrote it",
    { cause },
  );
