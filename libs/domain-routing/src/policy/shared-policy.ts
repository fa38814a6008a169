import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import type { Policy } from "./policy.ts";
import { readPolicy } from "./read-policy.ts";

/** The policy of a partition with its version and text. Version 0: none was published yet. */
export interface SharedPolicy {
  readonly version: number;
  readonly document: string;
  readonly policy: Policy | null;
  /** The partition's clock when it came into force: no clock rings earlier by its word. */
  readonly since: number;
}

export const noPolicy: SharedPolicy = { version: 0, document: "", policy: null, since: 0 };

/** What holds after a policy was published: an older or equal version changes nothing, so publishing may be repeated. */
export function publishPolicy(shared: SharedPolicy, version: number, document: string, now: number): SharedPolicy {
  if (version <= shared.version) return shared;
  return { version, document, policy: readPolicy(document), since: now };
}

export function writeSharedPolicy(writer: AvroWriter, shared: SharedPolicy): void {
  writer.long(shared.version);
  writer.string(shared.document);
  writer.long(shared.since);
}

export function readSharedPolicy(reader: AvroReader): SharedPolicy {
  const version = reader.long();
  const document = reader.string();
  const since = reader.long();
  return version === 0 ? noPolicy : { version, document, policy: readPolicy(document), since };
}
