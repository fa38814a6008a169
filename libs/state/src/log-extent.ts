import { AvroDecodeError, AvroReader, AvroWriter } from "@leadstream/schemas";
import type { Segment } from "./segments.ts";
import { DamagedError } from "./store-format.ts";

/** Which bytes of which files hold the states as of one write; kept beside the header and changed with it. */
export interface LogExtent {
  readonly segments: readonly Segment[];
  /** null: nothing was ever written. */
  readonly index: IndexExtent | null;
}

export interface IndexExtent {
  /** Of the opening that wrote it. */
  readonly generation: number;
  /** Files of one opening are counted. */
  readonly number: number;
  readonly bytes: number;
}

export const EMPTY_LOG: LogExtent = { segments: [], index: null };

export function encodeLogExtent({ segments, index }: LogExtent): Buffer {
  const writer = new AvroWriter(256);
  writer.long(segments.length);
  for (const { slot, generation, turn, bytes, states, liveStates } of segments) {
    for (const value of [slot, generation, turn, bytes, states, liveStates]) writer.long(value);
  }
  writer.boolean(index !== null);
  if (index !== null) for (const value of [index.generation, index.number, index.bytes]) writer.long(value);
  return writer.slice();
}

/** Throws DamagedError. */
export function decodeLogExtent(bytes: Buffer): LogExtent {
  const reader = new AvroReader(bytes);
  try {
    const segments = Array.from({ length: reader.long() }, () => ({
      slot: reader.long(),
      generation: reader.long(),
      turn: reader.long(),
      bytes: reader.long(),
      states: reader.long(),
      liveStates: reader.long(),
    }));
    const index = reader.boolean() ? { generation: reader.long(), number: reader.long(), bytes: reader.long() } : null;
    reader.finish();
    return { segments, index };
  } catch (error) {
    if (error instanceof AvroDecodeError) throw new DamagedError("the list of segments cannot be read", { cause: error });
    throw error;
  }
}
