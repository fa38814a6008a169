import { compileModel, type Model, type Pilot, Scorer } from "@leadstream/domain-scoring";
import type { ModelPublished } from "@leadstream/schemas";
import type { BinaryCodec } from "@leadstream/stream";
import { type ModelsInForce, modelsInForce, publishedInto, readPublication, scorerFrom, writePublication } from "./models-in-force.ts";
import type { Publication } from "./published-model.ts";

/** The model that scores without effect. */
export interface ShadowModel {
  readonly published: Publication;
  readonly scorer: Scorer;
  /** Leads that it scores per second of log time without waiting for their next event. */
  readonly rescorePerSecond: number;
}

/** What the live fold holds, and the model beside it. */
export interface ModelsWithShadow {
  readonly models: ModelsInForce;
  readonly shadow: ShadowModel | null;
}

/** A model for every lead ends the shadow, as it ends a pilot; the next shadow replaces it. */
export function publishedBeside(all: ModelsWithShadow, value: ModelPublished, model: Model, pilot: Pilot): ModelsWithShadow {
  if (value.role !== "shadow") {
    const models = publishedInto(all.models, value, model, pilot);
    if (models === all.models) return all;
    return { models, shadow: value.role === "champion" ? null : all.shadow };
  }
  const { scorer, challenger } = all.models;
  const known = [scorer, challenger?.scorer, all.shadow?.scorer].map((each) => each?.model.version ?? 0);
  if (value.version <= Math.max(...known)) return all;
  const { name, version, document, percent, where, rescorePerSecond } = value;
  const published = { name, version, document, percent, where };
  return { ...all, shadow: { published, scorer: new Scorer(compileModel(model)), rescorePerSecond } };
}

export const modelsWithShadow: BinaryCodec<ModelsWithShadow> & { initial(): ModelsWithShadow } = {
  initial: () => ({ models: modelsInForce.initial(), shadow: null }),
  write(writer, { models, shadow }) {
    modelsInForce.write(writer, models);
    writer.boolean(shadow !== null);
    if (shadow === null) return;
    writePublication(writer, shadow.published);
    writer.long(shadow.rescorePerSecond);
  },
  read(reader) {
    const models = modelsInForce.read(reader);
    if (!reader.boolean()) return { models, shadow: null };
    const published = readPublication(reader);
    return { models, shadow: { published, scorer: scorerFrom(published), rescorePerSecond: reader.long() } };
  },
};
