import { createHash } from "node:crypto";
import { StreamError } from "@leadstream/stream";

/** Records of one partition: from (inclusive) to (exclusive, a position). */
export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** What is announced before a block is inserted: enough to build the very same block again. */
export interface Intent {
  /** Sorted by partition, one range each. */
  readonly ranges: readonly OffsetRange[];
  /** Data records in the ranges. */
  readonly count: number;
  /** SHA-256 over all tables' bytes, 32 hex digits. */
  readonly hash: string;
  readonly mapperVersion: number;
  readonly token: string;
}

/** Metadata of a committed offset. */
export interface OffsetMetadata {
  readonly incarnation: string;
  readonly intent: Intent | null;
}

/** The broker's default for offset.metadata.max.bytes is 4096. */
export const MAXIMUM_METADATA_BYTES = 4_000;
const FORMAT = "s1";

/** Same ranges, content and mapper version, same token; anything else, another token: a token with other content is dropped silently. */
export function tokenOf(topic: string, incarnation: string, intent: Omit<Intent, "token">): string {
  const ranges = intent.ranges.map((range) => `${range.partition}:${range.from}-${range.to}`).join(",");
  const text = [topic, incarnation, ranges, intent.count, intent.hash, intent.mapperVersion].join("|");
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** `s1|<incarnation>` without an intent, else `s1|<incarnation>|<mapper>|<count>|<hash>|<token>|<partition>:<from>-<to>,…`. */
export function encodeMetadata(metadata: OffsetMetadata): string {
  const { incarnation, intent } = metadata;
  if (intent === null) return `${FORMAT}|${incarnation}`;
  const ranges = intent.ranges.map((range) => `${range.partition}:${range.from}-${range.to}`).join(",");
  const text = [FORMAT, incarnation, intent.mapperVersion, intent.count, intent.hash, intent.token, ranges].join("|");
  if (Buffer.byteLength(text) > MAXIMUM_METADATA_BYTES) {
    throw new StreamError(
      "INVALID_TOPOLOGY",
      `a block's intent over ${intent.ranges.length} partitions does not fit into ${MAXIMUM_METADATA_BYTES} bytes of offset metadata`,
      "Run more sink processes, so that each owns fewer partitions",
    );
  }
  return text;
}

/** Throws when the metadata is not the sink's: somebody else commits in this group. */
export function decodeMetadata(text: string): OffsetMetadata {
  const parts = text.split("|");
  if (parts[0] !== FORMAT || (parts.length !== 2 && parts.length !== 7)) throw foreign();
  const incarnation = parts[1]!;
  if (parts.length === 2) return { incarnation, intent: null };
  const ranges = parts[6]!.split(",").map((range) => {
    const match = /^(\d+):(\d+)-(\d+)$/.exec(range);
    if (match === null) throw foreign();
    return { partition: Number(match[1]), from: Number(match[2]), to: Number(match[3]) };
  });
  return {
    incarnation,
    intent: { ranges, mapperVersion: Number(parts[2]), count: Number(parts[3]), hash: parts[4]!, token: parts[5]! },
  };
}

function foreign(): StreamError {
  return new StreamError(
    "STORE_CONFLICT",
    "the committed offset carries metadata that this sink did not write",
    "Give the sink a consumer group of its own, or adopt the offsets by hand",
  );
}
