import {
  blankScore,
  type Decision,
  documentSignal,
  type LeadState,
  readState,
  TIMER_KINDS,
  tickSignal,
  timerOf,
  writeState,
} from "@leadstream/domain-scoring";
import { topicNames } from "@leadstream/schemas";
import type { Emitted, Fold, FoldContext } from "@leadstream/stream";
import { isLeadEvent, type LeadInput } from "./decode-lead-event.ts";
import { awaiting, type ModelsInForce, modelsInForce, publishedInto, scorerOf, scorerOfEvent } from "./models-in-force.ts";
import { isOutdated, leadsOfStep } from "./walk.ts";

export type ScoringOutput = Emitted<"Score" | "Correction" | "Signal">;

/** The scoring fold: binds the pure domain to the runtime. Key = lead id, clock = log time. */
export const leadScoring: Fold<LeadInput, LeadState, ModelsInForce, ScoringOutput> = {
  name: "lead-scoring",
  keyOf: (input) => (isLeadEvent(input) ? input.value.leadId : null),
  sourceOf: () => null,
  timeOf: (_, logTime) => logTime,
  shared: modelsInForce,
  state: { write: writeState, read: readState },
  onRecord(context, models, state, input) {
    if (!isLeadEvent(input)) return state;
    const scorer = models.challenger === null ? models.scorer : scorerOfEvent(models, state, input, context.now);
    const decision = scorer.decide(state, input, context.now, models.awaited.touches);
    emit(context, decision);
    return scorer.evolve(state, decision);
  },
  onShared(context, models, input) {
    switch (input.type) {
      case "ModelPublished":
        return publishedInto(models, input.value, input.model, input.pilot);
      case "PolicyPublished":
        emitSignal(context, documentSignal("policy", context.now, input.value.document, input.value.version));
        return models;
      case "JourneyPublished": {
        const { version, document } = input.value;
        emitSignal(context, documentSignal("journey", context.now, document, version));
        return awaiting(models, input.value);
      }
      case "Tick":
        emitSignal(context, tickSignal(context.now));
        return models;
      default:
        return models;
    }
  },
  onTimer(context, models, state, kind, due) {
    const scorer = scorerOf(models, state);
    const decision = scorer.decideTimer(state, kind, due, context.now);
    emit(context, decision);
    return scorer.evolve(state, decision);
  },
  outcomeOf: ({ type, value }) => (type === "Score" && value.eventId !== null ? value.verdict : null),
  timerKinds: TIMER_KINDS,
  timerOf,
  revisit: {
    wanted: ({ rescorePerSecond }) => rescorePerSecond > 0,
    keysFor: ({ rescorePerSecond }, elapsedMs) => leadsOfStep(rescorePerSecond, elapsedMs),
    visit(context, models, state) {
      const scorer = scorerOf(models, state);
      if (!isOutdated(scorer, state)) return null;
      const decision = scorer.decideModel(state, context.now);
      emit(context, decision);
      return scorer.evolve(state, decision);
    },
  },
};

/** Filled anew for each event: the runtime takes what it needs before `emit` returns. */
const emittedScore: { -readonly [K in keyof Emitted<"Score">]: Emitted<"Score">[K] } = {
  topic: topicNames.leadScores,
  type: "Score",
  key: "",
  value: blankScore(),
};

function emit(context: FoldContext<ScoringOutput>, { output, signals, corrections, facts }: Decision): void {
  if (output !== null) {
    emittedScore.key = facts.leadId;
    emittedScore.value = output;
    context.emit(emittedScore);
  }
  if (corrections.length > 0)
    for (const value of corrections) context.emit({ topic: topicNames.leadScores, type: "Correction", key: facts.leadId, value });
  if (signals.length > 0) for (const signal of signals) emitSignal(context, signal);
}

/** Signals of the whole partition have no lead and no key: they stay in the partition. */
function emitSignal(context: FoldContext<ScoringOutput>, signal: Decision["signals"][number]): void {
  context.emit({ topic: topicNames.leadSignals, type: "Signal", key: signal.leadId, value: signal });
}
