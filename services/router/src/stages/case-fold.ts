import {
  type Case,
  type CaseContext,
  type CaseOutput,
  caseTimerKinds,
  caseTimerOf,
  emitTick,
  noPolicy,
  onCaseTimer,
  onPolicyChange,
  onReply,
  onSignal,
  publishPolicy,
  readCase,
  readSharedPolicy,
  type SharedPolicy,
  writeCase,
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

function contextOf(fold: FoldContext<CaseOutput>, shared: SharedPolicy, due: number): CaseContext {
  return {
    policy: shared.policy,
    policyVersion: shared.version,
    policySince: shared.since,
    now: due === 0 ? fold.now : due,
    clock: fold.now,
    due,
    emit: (output) => fold.emit(output),
  };
}

/** One case per lead: lifecycle, lease, clocks, pool. Its clock is the scorer's; an answer of a team never moves it. */
export const caseFold: Fold<CaseInput, Case, SharedPolicy, CaseOutput> = {
  name: "case",
  keyOf: (input) => (input.value.leadId === "" ? null : input.value.leadId),
  sourceOf: (input) => input.value.source,
  timeOf: (input) => (input.type === "Signal" ? input.value.time : null),
  shared: { initial: () => noPolicy, write: writeSharedPolicy, read: readSharedPolicy },
  state: { write: writeCase, read: readCase },
  onRecord: (context, shared, state, input) =>
    input.type === "Signal"
      ? onSignal(contextOf(context, shared, 0), state, input.value)
      : onReply(contextOf(context, shared, 0), state, input.value),
  onShared: (context, shared, input) => {
    if (input.type === "Signal" && input.value.kind === "tick") emitTick(context, context.now);
    if (input.type !== "Signal" || input.value.kind !== "policy") return shared;
    const { policyVersion, document } = input.value;
    return policyVersion === null || document === null ? shared : publishPolicy(shared, policyVersion, document, context.now);
  },
  onTimer: (context, shared, state, kind, due) => onCaseTimer(contextOf(context, shared, due), state, kind),
  timerKinds: caseTimerKinds,
  timerOf: caseTimerOf,
  revisit: {
    wanted: () => true,
    keysFor: () => 500,
    visit: (_context, { policy, version, since }, state) => onPolicyChange({ policy, policyVersion: version, policySince: since }, state),
  },
};
