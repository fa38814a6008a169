import { qualifies } from "../policy/choose-team.ts";
import { type Case, caseTimers, type Lease, NO_TIME } from "./case.ts";
import { type CaseContext, emitAlert } from "./case-output.ts";
import { silence } from "./clocks.ts";
import { followJourney, onJourneyTimer } from "./follow-journey.ts";
import { findSuccessor, onDenied } from "./on-reply.ts";
import { cancelPending, endLease } from "./ownership.ts";

/** A timer of the case rang; `context.now` and `context.due` are its due time. */
export function onCaseTimer(context: CaseContext, state: Case, kind: number): Case {
  const { lease } = state;
  if (kind === caseTimers.wait) onWaitedTooLong(context, state);
  else if (kind === caseTimers.retry) onRetry(context, state);
  else if (kind === caseTimers.journey) onJourneyTimer(context, state);
  else if (lease !== null) onLeaseTimer(context, state, lease, kind);
  return followJourney(context, state, null);
}

function onLeaseTimer(context: CaseContext, state: Case, lease: Lease, kind: number): void {
  switch (kind) {
    case caseTimers.target:
      silence(lease, kind);
      emitAlert(context, state, "response_missed", "no contact within the target");
      return;
    case caseTimers.remind:
      silence(lease, kind);
      emitAlert(context, state, "reminder", lease.contacted ? "a follow-up is due" : "the first contact is due");
      return;
    case caseTimers.escalate:
      silence(lease, kind);
      emitAlert(context, state, "escalation", lease.contacted ? "a follow-up is overdue" : "the first contact is overdue");
      return;
    case caseTimers.recycle:
      recycle(context, state, lease);
      return;
    case caseTimers.lease:
      endLease(context, state, {
        change: "expired",
        status: context.policy?.lease.to ?? "pool",
        reason: "the time of exclusive ownership is over",
        coolDownMs: 0,
      });
      return;
    default:
      onSilence(context, state, lease);
  }
}

/** SLA6: not followed up in time; the lead leaves its owner, who may not have it back during the cool-down. */
function recycle(context: CaseContext, state: Case, lease: Lease): void {
  const reason = lease.contacted ? "no follow-up in time" : "no contact in time";
  const { to = "pool", coolDownMs = 0, reassignAfterMs = null, maximum = 0 } = context.policy?.recycle ?? {};
  emitAlert(context, state, "recycle", reason);
  endLease(context, state, { change: "recycled", status: to, reason, coolDownMs });
  state.recycles++;
  if (reassignAfterMs !== null && state.recycles <= maximum) state.retryAt = context.due + reassignAfterMs;
}

/** L3: nobody did anything with an owned lead for long. */
function onSilence(context: CaseContext, state: Case, lease: Lease): void {
  lease.rung |= 1 << caseTimers.inactive;
  state.inactiveAt = NO_TIME;
  emitAlert(context, state, "inactive", "no interaction");
  if (context.policy?.inactivity.leased !== "nurture") return;
  endLease(context, state, { change: "nurtured", status: "nurture", reason: "no interaction", coolDownMs: 0 });
}

function onWaitedTooLong(context: CaseContext, state: Case): void {
  const { pending } = state;
  if (pending === null) return;
  const reason = "the team gave no rep within the wait limit";
  cancelPending(context, state, reason);
  if (pending.commandId === null) onDenied(context, state, pending, reason, []);
}

function onRetry(context: CaseContext, state: Case): void {
  state.retryAt = NO_TIME;
  if (state.lease !== null || context.policy === null) return;
  if (state.pending !== null) state.retryAt = context.clock + context.policy.request.waitLimitMs;
  else if (state.status === "opportunity" || qualifies(context.policy, state.band)) findSuccessor(context, state);
}
