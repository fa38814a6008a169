import {
  type Case,
  type CaseContext,
  type CaseOutput,
  type CaseShared,
  caseTimerKinds,
  caseTimerOf,
  emitTick,
  nothingPublished,
  onCaseTimer,
  onJourneyChange,
  onPolicyChange,
  onReply,
  onSignal,
  publishJourney,
  publishPolicy,
  readCase,
  readCaseShared,
  writeCase,
  writeCaseShared,
} from "@leadstream/domain-routing";
import type { Decoded } from "@leadstream/schemas";
import { deadLetter, type Fold, type FoldContext, ok, type Stage } from "@leadstream/stream";

export type CaseInput = Decoded<"Signal" | "TeamReply">;

/** Inbox lead.signals: what the scorer says of a lead, and what teams answer. */
export const decodeSignal: Stage<CaseInput> = (record) =>
  record.type === "Signal" || record.type === "TeamReply"
    ? ok(record)
    : deadLetter("UNEXPECTED_TYPE", `${record.type} does not belong here`);

function contextOf(fold: FoldContext<CaseOutput>, { policy, journeys }: CaseShared, due: number): CaseContext {
  return {
    policy: policy.policy,
    policyVersion: policy.version,
    policySince: policy.since,
    journeys,
    now: due === 0 ? fold.now : due,
    clock: fold.now,
    due,
    emit: (output) => fold.emit(output),
  };
}

/** One case per lead: lifecycle, lease, clocks, pool. Its clock is the scorer's; an answer of a team never moves it. */
export const caseFold: Fold<CaseInput, Case, CaseShared, CaseOutput> = {
  name: "case",
  keyOf: (input) => (input.value.leadId === "" ? null : input.value.leadId),
  sourceOf: (input) => input.value.source,
  timeOf: (input) => (input.type === "Signal" ? input.value.time : null),
  shared: { initial: () => nothingPublished, write: writeCaseShared, read: readCaseShared },
  state: { write: writeCase, read: readCase },
  onRecord: (context, shared, state, input) =>
    input.type === "Signal"
      ? onSignal(contextOf(context, shared, 0), state, input.value)
      : onReply(contextOf(context, shared, 0), state, input.value),
  onShared: (context, shared, input) => {
    if (input.type !== "Signal") return shared;
    if (input.value.kind === "tick") emitTick(context, context.now);
    const { kind, policyVersion, document } = input.value;
    if (policyVersion === null || document === null) return shared;
    const policy = kind === "policy" ? publishPolicy(shared.policy, policyVersion, document, context.now) : shared.policy;
    const journeys = kind === "journey" ? publishJourney(shared.journeys, policyVersion, document, context.now) : shared.journeys;
    return policy === shared.policy && journeys === shared.journeys ? shared : { policy, journeys };
  },
  onTimer: (context, shared, state, kind, due) => onCaseTimer(contextOf(context, shared, due), state, kind),
  timerKinds: caseTimerKinds,
  timerOf: caseTimerOf,
  revisit: {
    wanted: () => true,
    keysFor: () => 500,
    visit: (_context, { policy, journeys }, state) => {
      const clocks = onPolicyChange({ policy: policy.policy, policyVersion: policy.version, policySince: policy.since }, state);
      return onJourneyChange(journeys, state) ?? clocks;
    },
  },
};
