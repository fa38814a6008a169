import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import { readLayout } from "../codec-parts.ts";
import { type Journeys, noJourneys, readJourneys, writeJourneys } from "../journey/journeys.ts";
import { noPolicy, readSharedPolicy, type SharedPolicy, writeSharedPolicy } from "../policy/shared-policy.ts";

/** What a partition of cases holds once: the documents in force. */
export interface CaseShared {
  readonly policy: SharedPolicy;
  readonly journeys: Journeys;
}

export const nothingPublished: CaseShared = { policy: noPolicy, journeys: noJourneys };

/** First byte of what is stored; another layout takes another odd number. */
const layout = 1;

export function writeCaseShared(writer: AvroWriter, { policy, journeys }: CaseShared): void {
  writer.byte(layout);
  writeSharedPolicy(writer, policy);
  writeJourneys(writer, journeys);
}

/** Throws RoutingError STATE_LAYOUT for documents that another version stored. */
export function readCaseShared(reader: AvroReader): CaseShared {
  readLayout(reader, layout, "the stored policy with its journeys");
  return { policy: readSharedPolicy(reader), journeys: readJourneys(reader) };
}
