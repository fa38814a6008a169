import type { AvroReader, AvroWriter } from "@leadstream/schemas";
import { readItems } from "../codec-parts.ts";
import type { Journey } from "./journey.ts";
import { readJourney } from "./read-journey.ts";

/** A journey as it was published last, by its name. */
export interface PublishedJourney {
  readonly version: number;
  readonly document: string;
  /** Also one that was ended: whoever is in it leaves. */
  readonly journey: Journey;
  /** The partition's clock when it came into force: no step is due earlier by its word. */
  readonly since: number;
}

/** The journeys of a partition in the order in which a lead is offered to them: the highest priority first, then by name. */
export type Journeys = readonly PublishedJourney[];

export const noJourneys: Journeys = [];

/** What holds after a journey was published: a version that is not above its own changes nothing, so publishing may be repeated; the others stay. */
export function publishJourney(journeys: Journeys, version: number, document: string, now: number): Journeys {
  const journey = readJourney(document);
  const last = journeys.find((each) => each.journey.name === journey.name);
  if (last !== undefined && version <= last.version) return journeys;
  return [...journeys.filter((each) => each !== last), { version, document, journey, since: now }].sort(inOrder);
}

const inOrder = ({ journey: one }: PublishedJourney, { journey: other }: PublishedJourney): number =>
  other.priority - one.priority || (one.name < other.name ? -1 : 1);

export const journeyNamed = (journeys: Journeys, name: string): PublishedJourney | null =>
  journeys.find(({ journey }) => journey.name === name) ?? null;

export function writeJourneys(writer: AvroWriter, journeys: Journeys): void {
  writer.long(journeys.length);
  for (const { version, document, since } of journeys) {
    writer.long(version);
    writer.string(document);
    writer.long(since);
  }
}

export function readJourneys(reader: AvroReader): Journeys {
  return readItems(reader, (item): PublishedJourney => {
    const version = item.long();
    const document = item.string();
    return { version, document, journey: readJourney(document), since: item.long() };
  });
}
