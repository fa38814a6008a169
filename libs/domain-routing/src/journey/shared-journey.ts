import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import type { Journey } from "./journey.ts";
import { readJourney } from "./read-journey.ts";

/** The journey of a partition with its version and text. Version 0: none was published yet. */
export interface SharedJourney {
  readonly version: number;
  readonly document: string;
  readonly journey: Journey | null;
  /** The partition's clock when it came into force: no step is due earlier by its word. */
  readonly since: number;
}

export const noJourney: SharedJourney = { version: 0, document: "", journey: null, since: 0 };

/** What holds after a journey was published: an older or equal version changes nothing, so publishing may be repeated. */
export function publishJourney(shared: SharedJourney, version: number, document: string, now: number): SharedJourney {
  if (version <= shared.version) return shared;
  return { version, document, journey: readJourney(document), since: now };
}

export function writeSharedJourney(writer: AvroWriter, shared: SharedJourney): void {
  writer.long(shared.version);
  writer.string(shared.document);
  writer.long(shared.since);
}

export function readSharedJourney(reader: AvroReader): SharedJourney {
  const version = reader.long();
  const document = reader.string();
  const since = reader.long();
  return version === 0 ? noJourney : { version, document, journey: readJourney(document), since };
}
