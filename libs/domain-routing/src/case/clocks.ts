import type { Grade } from "@leadstream/schemas";
import { addWorkingTime } from "../calendar/add-working-time.ts";
import type { ClockRow, Policy, Tier } from "../policy/policy.ts";
import { type Case, caseTimers, type Lease, NO_TIME } from "./case.ts";
import type { CaseContext } from "./case-output.ts";

function rowOf(policy: Policy, grade: Grade, tier: Tier | null): ClockRow | null {
  return policy.clocks.find((row) => row.grade === grade && (row.tier === null || row.tier === tier)) ?? null;
}

/** Starts the phase's clocks anew: at the assignment, and at each contact (L5). */
export function startClocks(context: CaseContext, state: Case, lease: Lease): void {
  lease.anchor = context.now;
  lease.rung = 0;
  interaction(context, state);
  computeClocks(context, state);
}

/** What clocks depend on besides the case itself. */
export type ClockContext = Pick<CaseContext, "policy" | "policyVersion" | "policySince">;

/**
 * Brings the open clocks in line with a policy that was published since; null when there is nothing to change.
 * The runtime asks for it before a case meets a new policy, so nothing else has to.
 */
export function onPolicyChange(context: ClockContext, state: Case): Case | null {
  if (state.status !== "leased" || state.policyVersion === context.policyVersion) return null;
  computeClocks(context, state);
  return state;
}

/** Another grade has other clocks (L5). What they put before the change is due at that instant: nobody is late by a grade that the lead did not have. */
export function onGradeChange(context: CaseContext, state: Case): void {
  if (state.lease !== null) computeClocks(context, state, context.now);
}

/**
 * Computes the open clocks from their anchor by policy, grade and tier (SLA1–SLA7). Clocks that have rung stay silent,
 * so a changed policy or grade moves a clock and never restarts it. What a new policy puts before its own publication is due at
 * that instant, `notBefore`: a result of anchor, policy and that instant alone, whenever it is computed.
 */
function computeClocks(context: ClockContext, state: Case, notBefore = context.policySince): void {
  const { policy } = context;
  const { lease } = state;
  state.policyVersion = context.policyVersion;
  state.inactiveAt = silenceEnds(context, state);
  if (lease === null || policy === null) return;
  const row = rowOf(policy, state.grade, lease.tier);
  const phase = row === null ? null : lease.contacted ? row.cadence : row.first;
  const at = (kind: number, durationMs: number | null | undefined): number => {
    if (row === null || durationMs === null || durationMs === undefined || (lease.rung & (1 << kind)) !== 0) return NO_TIME;
    const due = row.calendar === null ? lease.anchor + durationMs : addWorkingTime(row.calendar, lease.anchor, durationMs);
    return Math.max(due, notBefore);
  };
  lease.until = Math.max(lease.since + policy.lease.durationMs, notBefore);
  lease.targetAt = at(caseTimers.target, phase?.targetMs);
  lease.remindAt = at(caseTimers.remind, phase?.remindMs);
  lease.escalateAt = at(caseTimers.escalate, phase?.escalateMs);
  lease.recycleAt = at(caseTimers.recycle, phase?.recycleMs);
}

/** A clock that rang stays silent until the next phase. */
export function silence(lease: Lease, kind: number): void {
  lease.rung |= 1 << kind;
  if (kind === caseTimers.target) lease.targetAt = NO_TIME;
  else if (kind === caseTimers.remind) lease.remindAt = NO_TIME;
  else if (kind === caseTimers.escalate) lease.escalateAt = NO_TIME;
}

/** Somebody did something with the lead: the silence of L3 begins again. */
export function interaction(context: CaseContext, state: Case): void {
  state.lastInteractionAt = context.now;
  if (state.lease !== null) state.lease.rung &= ~(1 << caseTimers.inactive);
  state.inactiveAt = silenceEnds(context, state);
}

/** When the silence of an owned lead has to be told; an opportunity may be silent, and one silence is told once. */
function silenceEnds({ policy, policySince }: ClockContext, { status, lease, lastInteractionAt }: Case): number {
  if (policy === null || status !== "leased" || lease === null || lastInteractionAt === NO_TIME) return NO_TIME;
  if ((lease.rung & (1 << caseTimers.inactive)) !== 0) return NO_TIME;
  return Math.max(lastInteractionAt + policy.inactivity.afterMs, policySince);
}
