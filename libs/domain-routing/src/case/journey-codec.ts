import type { AvroReader, AvroWriter, Consent } from "@leadstream/schemas";
import { readItems, readText, writeText } from "../codec-parts.ts";
import type { JourneyRun, JourneyStanding, LeftJourney, PassedStep, SeenTouch } from "./journey-run.ts";

const consents: readonly (Consent | null)[] = [null, "given", "withdrawn"];

export function writeStanding(writer: AvroWriter, { consent, journey, leftJourneys, journeyAt }: JourneyStanding): void {
  writer.byte(consents.indexOf(consent));
  writer.long(journeyAt);
  writer.long(leftJourneys.length);
  for (const left of leftJourneys) {
    writer.string(left.journey);
    writer.long(left.at);
  }
  writer.boolean(journey !== null);
  if (journey !== null) writeRun(writer, journey);
}

export function readStanding(reader: AvroReader): JourneyStanding {
  const consent = consents[reader.byte()] ?? null;
  const journeyAt = reader.long();
  const leftJourneys = readItems(reader, (item): LeftJourney => ({ journey: item.string(), at: item.long() }));
  return { consent, leftJourneys, journey: reader.boolean() ? readRun(reader) : null, journeyAt };
}

function writeRun(writer: AvroWriter, run: JourneyRun): void {
  writer.string(run.journey);
  writer.long(run.version);
  writer.long(run.entry);
  writer.long(run.enteredAt);
  writeText(writer, run.next);
  writer.long(run.anchorAt);
  writer.long(run.anchorAfterMs);
  writer.long(run.passed.length);
  for (const { step, at } of run.passed) {
    writer.string(step);
    writer.long(at);
  }
  writer.long(run.touches.length);
  for (const { kind, at } of run.touches) {
    writer.string(kind);
    writer.long(at);
  }
  writer.long(run.sentAt.length);
  for (const at of run.sentAt) writer.long(at);
}

function readRun(reader: AvroReader): JourneyRun {
  return {
    journey: reader.string(),
    version: reader.long(),
    entry: reader.long(),
    enteredAt: reader.long(),
    next: readText(reader),
    anchorAt: reader.long(),
    anchorAfterMs: reader.long(),
    passed: readItems(reader, (item): PassedStep => ({ step: item.string(), at: item.long() })),
    touches: readItems(reader, (item): SeenTouch => ({ kind: item.string(), at: item.long() })),
    sentAt: readItems(reader, (item) => item.long()),
  };
}
