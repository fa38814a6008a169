import { AvroDecodeError, AvroReader, AvroWriter } from "@leadstream/schemas";
import type { Bytes } from "./environment.ts";
import type { Segment } from "./segments.ts";
import { DamagedError, seal, unseal } from "./store-format.ts";

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

/** Its key in the database `meta`. */
const EXTENT = Buffer.from("extent");

/** Inside a write transaction; `version` is that of the header's entry. */
export function putExtent(meta: Bytes, extent: LogExtent, version: number): void {
  meta.putSync(EXTENT, seal(EXTENT, encodeLogExtent(extent)), version);
}

/** Throws DamagedError. */
export function extentOf(meta: Bytes): LogExtent {
  const sealed = meta.get(EXTENT);
  if (sealed === undefined) throw new DamagedError("the store does not say where its states are");
  return decodeLogExtent(unseal(EXTENT, sealed));
}

function encodeLogExtent({ segments, index }: LogExtent): Buffer {
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
function decodeLogExtent(bytes: Buffer): LogExtent {
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
