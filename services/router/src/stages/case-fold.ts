import {
  type Case,
  type CaseContext,
  type CaseOutput,
  caseTimerKinds,
  caseTimerOf,
  emitTick,
  noJourney,
  noPolicy,
  onCaseTimer,
  onJourneyChange,
  onPolicyChange,
  onReply,
  onSignal,
  publishJourney,
  publishPolicy,
  readCase,
  readSharedJourney,
  readSharedPolicy,
  type SharedJourney,
  type SharedPolicy,
  writeCase,
  writeSharedJourney,
  writeSharedPolicy,
} from "@leadstream/domain-routing";
import type { Decoded } from "@leadstream/schemas";
import { deadLetter, type Fold, type FoldContext, ok, type Stage } from "@leadstream/stream";

export type CaseInput = Decoded<"Signal" | "TeamReply">;

/** Inbox lead.signals: what the scorer says of a lead, and what teams answer. */
export const decodeSignal: Stage<CaseInput> = (record) =>
  record.type === "Signal" || record.type === "TeamReply"
    ? ok(record)
    : deadLetter("UNEXPECTED_TYPE", `${record.type} does not belong here`);

/** What a partition holds once: the documents in force. */
export interface CaseShared {
  readonly policy: SharedPolicy;
  readonly journey: SharedJourney;
}

function contextOf(fold: FoldContext<CaseOutput>, { policy, journey }: CaseShared, due: number): CaseContext {
  return {
    policy: policy.policy,
    policyVersion: policy.version,
    policySince: policy.since,
    plan: journey,
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
  shared: {
    initial: () => ({ policy: noPolicy, journey: noJourney }),
    write(writer, { policy, journey }) {
      writeSharedPolicy(writer, policy);
      writeSharedJourney(writer, journey);
    },
    read: (reader) => ({ policy: readSharedPolicy(reader), journey: readSharedJourney(reader) }),
  },
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
    const journey = kind === "journey" ? publishJourney(shared.journey, policyVersion, document, context.now) : shared.journey;
    return policy === shared.policy && journey === shared.journey ? shared : { policy, journey };
  },
  onTimer: (context, shared, state, kind, due) => onCaseTimer(contextOf(context, shared, due), state, kind),
  timerKinds: caseTimerKinds,
  timerOf: caseTimerOf,
  revisit: {
    wanted: () => true,
    keysFor: () => 500,
    visit: (_context, { policy, journey }, state) => {
      const clocks = onPolicyChange({ policy: policy.policy, policyVersion: policy.version, policySince: policy.since }, state);
      return onJourneyChange(journey, state) ?? clocks;
    },
  },
};
