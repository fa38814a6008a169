import { AvroReader, AvroWriter } from "@leadstream/schemas";
import { unreadableStore } from "./errors.ts";
import type { BinaryCodec } from "./fold.ts";

/** What a partition of a fold holds once, beside the states of its keys. */
export interface PartitionState<Shared> {
  /** The partition's clock: highest time accepted; 0 before the first record. */
  now: number;
  /** Last sequence number per source (topic, incarnation, partition). */
  readonly incoming: Map<string, number>;
  /** Next sequence number per target (topic/partition). */
  readonly outgoing: Map<string, number>;
  shared: Shared;
  /** The walk over all keys since `shared` changed; null when there is none, or when it is done. */
  walk: Walk | null;
}

export interface Walk {
  /** Last key that was visited, "" before the first. */
  readonly after: string;
  /** The partition's time when it was. */
  readonly at: number;
}

function writeCounters(writer: AvroWriter, counters: ReadonlyMap<string, number>): void {
  writer.long(counters.size);
  for (const key of [...counters.keys()].sort()) {
    writer.string(key);
    writer.long(counters.get(key)!);
  }
}

function readCounters(reader: AvroReader): Map<string, number> {
  const counters = new Map<string, number>();
  for (let count = reader.long(); count > 0; count--) {
    const key = reader.string();
    counters.set(key, reader.long());
  }
  return counters;
}

export function encodePartitionState<Shared>(state: PartitionState<Shared>, codec: BinaryCodec<Shared>): Buffer {
  const writer = new AvroWriter(1024);
  writer.long(state.now);
  writeCounters(writer, state.incoming);
  writeCounters(writer, state.outgoing);
  codec.write(writer, state.shared);
  writer.boolean(state.walk !== null);
  if (state.walk !== null) {
    writer.string(state.walk.after);
    writer.long(state.walk.at);
  }
  return writer.slice();
}

/** Throws STORE_LAYOUT when another version wrote the bytes. */
export function decodePartitionState<Shared>(bytes: Buffer, codec: BinaryCodec<Shared>): PartitionState<Shared> {
  try {
    const reader = new AvroReader(bytes);
    const now = reader.long();
    const incoming = readCounters(reader);
    const outgoing = readCounters(reader);
    const shared = codec.read(reader);
    return { now, incoming, outgoing, shared, walk: reader.boolean() ? { after: reader.string(), at: reader.long() } : null };
  } catch (cause) {
    throw unreadableStore(cause);
  }
}

/** Metadata of the Kafka offset commit: what the fold must agree with when it comes back (step 8). */
export interface CommitMetadata {
  readonly fingerprint: string;
  readonly incarnation: string;
  readonly outgoing: Readonly<Record<string, number>>;
}

export function encodeCommitMetadata(metadata: CommitMetadata): string {
  return JSON.stringify({ v: 1, f: metadata.fingerprint, i: metadata.incarnation, o: metadata.outgoing });
}

/** null when the text was not written by a fold. */
export function decodeCommitMetadata(text: string): CommitMetadata | null {
  try {
    const parsed = JSON.parse(text) as { v?: unknown; f?: unknown; i?: unknown; o?: unknown };
    if (parsed.v !== 1 || typeof parsed.f !== "string" || typeof parsed.i !== "string" || typeof parsed.o !== "object") return null;
    return { fingerprint: parsed.f, incarnation: parsed.i, outgoing: parsed.o as Record<string, number> };
  } catch {
    return null;
  }
}
