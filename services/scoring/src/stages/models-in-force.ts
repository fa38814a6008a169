import {
  compileModel,
  type LeadEvent,
  type LeadState,
  type Model,
  NO_MODEL,
  type Pilot,
  profileWith,
  Scorer,
  UNKNOWN_PROFILE,
} from "@leadstream/domain-scoring";
import type { AvroReader, AvroWriter, JourneyPublished, ModelPublished } from "@leadstream/schemas";
import type { BinaryCodec } from "@leadstream/stream";
import { modelOf, type Publication, pilotOf } from "./published-model.ts";

/** A model that is tried on a part of the leads. */
export interface Challenger {
  readonly published: Publication;
  readonly scorer: Scorer;
  readonly pilot: Pilot;
}

/** Kinds of touch that the router's journeys look at. */
export interface Awaited {
  /** By the journey's name: its newest version and what it looks at. */
  readonly journeys: ReadonlyMap<string, { readonly version: number; readonly touches: readonly string[] }>;
  /** Those of all journeys. */
  readonly touches: ReadonlySet<string>;
}

const awaitedBy = (journeys: Awaited["journeys"]): Awaited => ({
  journeys,
  touches: new Set([...journeys.values()].flatMap(({ touches }) => touches)),
});

/** A version that is not above the journey's own changes nothing. */
export function awaiting(models: ModelsInForce, { name, version, touches }: JourneyPublished): ModelsInForce {
  const { journeys } = models.awaited;
  if (version <= (journeys.get(name)?.version ?? 0)) return models;
  return { ...models, awaited: awaitedBy(new Map(journeys).set(name, { version, touches })) };
}

/** What a partition holds once: the model in force, and the one of a pilot. Which of them scores a lead follows from this and the lead's state alone. */
export interface ModelsInForce {
  readonly published: Publication | null;
  readonly scorer: Scorer;
  readonly challenger: Challenger | null;
  /** Leads scored anew per second of log time after the last publication; 0: each with its next event. */
  readonly rescorePerSecond: number;
  readonly awaited: Awaited;
}

const unmodelled: ModelsInForce = {
  published: null,
  scorer: new Scorer(NO_MODEL),
  challenger: null,
  rescorePerSecond: 0,
  awaited: awaitedBy(new Map()),
};

/** A version that is not above those in force changes nothing. A champion ends the pilot under way; a challenger replaces the one before it. */
export function publishedInto(models: ModelsInForce, value: ModelPublished, model: Model, pilot: Pilot): ModelsInForce {
  const newest = Math.max(models.scorer.model.version, models.challenger?.scorer.model.version ?? 0);
  if (value.role === "shadow" || value.version <= newest) return models;
  const { name, version, document, percent, where, rescorePerSecond } = value;
  const published: Publication = { name, version, document, percent, where };
  const scorer = new Scorer(compileModel(model));
  if (value.role === "champion") return { ...models, published, scorer, challenger: null, rescorePerSecond };
  return { ...models, challenger: { published, scorer, pilot }, rescorePerSecond };
}

/** The scorer of a lead as its state says; without a pilot this is one look. */
export function scorerOf({ scorer, challenger }: ModelsInForce, state: LeadState): Scorer {
  return challenger?.pilot(state.leadId, state.profile) ? challenger.scorer : scorer;
}

/** The scorer of an event: a pilot's conditions already see what the event itself says of the lead. */
export function scorerOfEvent({ scorer, challenger }: ModelsInForce, state: LeadState | null, event: LeadEvent, now: number): Scorer {
  if (challenger === null) return scorer;
  // A pilot without conditions looks at no profile.
  const profile = challenger.published.where === null ? UNKNOWN_PROFILE : profileWith(state?.profile, event, now);
  return challenger.pilot(event.value.leadId, profile) ? challenger.scorer : scorer;
}

/** First byte of what is stored; another layout takes another number. */
const LAYOUT = 4;

export function writePublication(writer: AvroWriter, { name, version, document, percent, where }: Publication): void {
  writer.string(name);
  writer.long(version);
  writer.string(document);
  writer.long(percent);
  writer.string(where ?? "");
}

export function readPublication(reader: AvroReader): Publication {
  const [name, version, document, percent, where] = [reader.string(), reader.long(), reader.string(), reader.long(), reader.string()];
  return { name, version, document, percent, where: where === "" ? null : where };
}

export function scorerFrom(published: Publication): Scorer {
  const model = modelOf(published);
  if (typeof model !== "string") return new Scorer(compileModel(model));
  throw new Error(`the stored model ${published.name} version ${published.version} is not accepted any more: ${model}`);
}

function challengerFrom(published: Publication): Challenger {
  const pilot = pilotOf(published);
  if (typeof pilot === "string") throw new Error(`the stored pilot of ${published.name} is not accepted any more: ${pilot}`);
  return { published, scorer: scorerFrom(published), pilot };
}

function readAwaited(reader: AvroReader): [string, { version: number; touches: readonly string[] }] {
  const name = reader.string();
  const version = reader.long();
  return [name, { version, touches: Array.from({ length: reader.long() }, () => reader.string()) }];
}

export const modelsInForce: BinaryCodec<ModelsInForce> & { initial(): ModelsInForce } = {
  initial: () => unmodelled,
  write(writer, { published, challenger, rescorePerSecond, awaited }) {
    writer.byte(LAYOUT);
    writer.long(awaited.journeys.size);
    for (const [name, { version, touches }] of awaited.journeys) {
      writer.string(name);
      writer.long(version);
      writer.long(touches.length);
      for (const touch of touches) writer.string(touch);
    }
    writer.long(rescorePerSecond);
    for (const one of [published, challenger?.published ?? null]) {
      writer.boolean(one !== null);
      if (one !== null) writePublication(writer, one);
    }
  },
  read(reader) {
    const layout = reader.byte();
    if (layout !== LAYOUT)
      throw new Error(`the store's models have layout ${layout}, this version reads ${LAYOUT}: rebuild the store from the log`);
    const awaited = awaitedBy(new Map(Array.from({ length: reader.long() }, () => readAwaited(reader))));
    const rescorePerSecond = reader.long();
    const published = reader.boolean() ? readPublication(reader) : null;
    const challenger = reader.boolean() ? challengerFrom(readPublication(reader)) : null;
    return { published, scorer: published === null ? unmodelled.scorer : scorerFrom(published), challenger, rescorePerSecond, awaited };
  },
};
