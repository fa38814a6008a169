import type { Decoded } from "@leadstream/schemas";
import type { RecordCursor } from "./ports.ts";

/** A stage returns one of three values; nothing is thrown for bad data. */
export type StageResult<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "drop"; readonly reason: string }
  | { readonly kind: "dead-letter"; readonly code: string; readonly detail: string };

export const ok = <T>(value: T): StageResult<T> => ({ kind: "ok", value });
export const drop = (reason: string): StageResult<never> => ({ kind: "drop", reason });
/** `detail` must not hold values of the record. */
export const deadLetter = (code: string, detail: string): StageResult<never> => ({ kind: "dead-letter", code, detail });

/** Where a record came from, for stages that check its place. */
export interface RecordPlace {
  readonly partition: number;
  readonly partitions: number;
}

/**
 * Judges a decoded record: passes it on, drops it, or says why it is dead. Pure. The next record may come in the same object (`WireFormat.show`): it holds
 * until the fold has taken it, so neither stage nor fold keeps it; what they read from it is theirs.
 */
export type Stage<T> = (record: Decoded, cursor: RecordCursor, place: RecordPlace) => StageResult<T>;
