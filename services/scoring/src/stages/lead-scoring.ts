import {
  compileModel,
  type Decision,
  type LeadEvent,
  type LeadState,
  NO_MODEL,
  policySignal,
  readState,
  Scorer,
  TIMER_KINDS,
  tickSignal,
  timerOf,
  writeState,
} from "@leadstream/domain-scoring";
import { type ModelPublished, topicNames } from "@leadstream/schemas";
import type { Emitted, Fold, FoldContext } from "@leadstream/stream";
import { type LeadInput, modelOf } from "./decode-lead-event.ts";

export type ScoringOutput = Emitted<"Score" | "Signal">;

/** What a partition holds once: the model in force, as it was published. */
export interface ScoringShared {
  readonly published: Pick<ModelPublished, "name" | "version" | "document"> | null;
  readonly scorer: Scorer;
}

const unmodelled: ScoringShared = { published: null, scorer: new Scorer(NO_MODEL) };

/** The scoring fold: binds the pure domain to the runtime. Key = lead id, clock = log time. */
export const leadScoring: Fold<LeadInput, LeadState, ScoringShared, ScoringOutput> = {
  name: "lead-scoring",
  keyOf: (input) => (isLeadEvent(input) ? input.value.leadId : null),
  sourceOf: () => null,
  timeOf: (_, logTime) => logTime,
  shared: {
    initial: () => unmodelled,
    write(writer, { published }) {
      writer.boolean(published !== null);
      if (published === null) return;
      writer.string(published.name);
      writer.long(published.version);
      writer.string(published.document);
    },
    read(reader) {
      if (!reader.boolean()) return unmodelled;
      const published = { name: reader.string(), version: reader.long(), document: reader.string() };
      const model = modelOf(published);
      if (typeof model === "string")
        throw new Error(`the stored model ${published.name} version ${published.version} is not accepted any more: ${model}`);
      return { published, scorer: new Scorer(compileModel(model)) };
    },
  },
  state: { write: writeState, read: readState },
  onRecord(context, { scorer }, state, input) {
    if (!isLeadEvent(input)) return state;
    const decision = scorer.decide(state, input, context.now);
    emit(context, decision);
    return scorer.evolve(state, decision);
  },
  onShared(context, shared, input) {
    switch (input.type) {
      case "ModelPublished": {
        if (input.value.version <= shared.scorer.model.version) return shared;
        const { name, version, document } = input.value;
        return { published: { name, version, document }, scorer: new Scorer(compileModel(input.model)) };
      }
      case "PolicyPublished":
        emitSignal(context, policySignal(context.now, input.value.document, input.value.version));
        return shared;
      case "Tick":
        emitSignal(context, tickSignal(context.now));
        return shared;
      default:
        return shared;
    }
  },
  onTimer(context, { scorer }, state, kind, due) {
    const decision = scorer.decideTimer(state, kind, due, context.now);
    emit(context, decision);
    return scorer.evolve(state, decision);
  },
  timerKinds: TIMER_KINDS,
  timerOf,
};

function isLeadEvent(input: LeadInput): input is LeadEvent {
  return input.type !== "Tick" && input.type !== "ModelPublished" && input.type !== "PolicyPublished";
}

function emit(context: FoldContext<ScoringOutput>, { output, signals, facts }: Decision): void {
  if (output !== null) context.emit({ topic: topicNames.leadScores, type: "Score", key: facts.leadId, value: output });
  for (const signal of signals) emitSignal(context, signal);
}

/** Signals of the whole partition have no lead and no key: they stay in the partition. */
function emitSignal(context: FoldContext<ScoringOutput>, signal: Decision["signals"][number]): void {
  context.emit({ topic: topicNames.leadSignals, type: "Signal", key: signal.leadId, value: signal });
}
