import type { TeamReply } from "@leadstream/schemas";
import { type Case, type Pending, requestIdOf } from "./case.ts";
import { type CaseContext, emitAssignment, emitRequest } from "./case-output.ts";
import { followJourney } from "./follow-journey.ts";
import { teamByRule } from "./on-command.ts";
import { endLease, openLease, requestByCommand, requestOwner, rest } from "./ownership.ts";

/** A team's answer. Only an answer to the open question of this case counts; any other grant is given back at once. */
export function onReply(context: CaseContext, state: Case | null, reply: TeamReply): Case | null {
  decide(context, state, reply);
  return followJourney(context, state, null);
}

function decide(context: CaseContext, state: Case | null, reply: TeamReply): void {
  const pending = state?.pending ?? null;
  const answers =
    state !== null && pending !== null && pending.team === reply.teamId && requestIdOf(state.leadId, pending.number) === reply.requestId;
  switch (reply.kind) {
    case "granted":
      if (answers && reply.rep !== null) openLease(context, state, pending, reply.rep, reply.why);
      else if (!holds(state, reply)) giveBack(context, reply);
      break;
    case "denied":
      if (answers) onDenied(context, state, pending, reply.reason ?? "denied", reply.why);
      break;
    case "revoked":
      if (state !== null && holds(state, reply)) onRevoked(context, state, reply);
      break;
    case "queued":
      if (answers && reply.opensAt !== null) waitForOpening(context, state, pending, reply.opensAt);
      break;
  }
}

/** Nobody works now: the time to wait begins when somebody does. */
function waitForOpening({ policy }: CaseContext, state: Case, pending: Pending, opensAt: number): void {
  if (policy === null) return;
  state.pending = { ...pending, waitUntil: Math.max(pending.waitUntil, opensAt + policy.request.waitLimitMs) };
}

function holds(state: Case | null, reply: TeamReply): boolean {
  const lease = state?.lease ?? null;
  return state !== null && lease !== null && lease.team === reply.teamId && requestIdOf(state.leadId, lease.number) === reply.requestId;
}

function giveBack(context: CaseContext, reply: TeamReply): void {
  const number = Number(reply.requestId.slice(reply.requestId.lastIndexOf("#") + 1));
  const { leadId, rep } = reply;
  emitRequest(context, { leadId, grade: "C", score: 0 }, reply.teamId, number, "release", { rep, outcome: "unmatched" });
}

/** No rep: the next target of the rule, then the pool until the next try; a command is refused. */
export function onDenied(context: CaseContext, state: Case, pending: Pending, reason: string, why: readonly string[]): void {
  const { team, rule, kind, commandId } = pending;
  state.pending = null;
  if (kind !== "assign") {
    if (commandId === null) retryLater(context, state);
    emitAssignment(context, state, "refused", { team, reason, why, commandId });
    return;
  }
  emitAssignment(context, state, "denied", { team, rule, reason, why });
  if (requestOwner(context, state, pending.attempt + 1)) return;
  rest(state, "pool");
  retryLater(context, state);
  emitAssignment(context, state, "pooled", { reason: "no team has a rep for it now" });
}

/** Waits longer each time; after the last the lead stays where it is until somebody claims it or it acts. */
function retryLater(context: CaseContext, state: Case): void {
  const waits = context.policy?.request.retryAfterMs ?? [];
  const wait = waits[state.retries];
  if (wait === undefined) return;
  state.retries++;
  state.retryAt = context.clock + wait;
}

/** The rep has left the team: the lead is assigned again by rule; an opportunity stays one. */
function onRevoked(context: CaseContext, state: Case, reply: TeamReply): void {
  const reason = reply.reason ?? "the rep left the team";
  const status = state.status === "opportunity" ? "opportunity" : "pool";
  endLease(context, state, { change: "revoked", status, reason, coolDownMs: 0, release: false });
  findSuccessor(context, state);
}

/** Asks for a new owner: by rule, or for an opportunity without changing its stage. */
export function findSuccessor(context: CaseContext, state: Case): void {
  if (state.status !== "opportunity") {
    requestOwner(context, state, 0);
    return;
  }
  const team = teamByRule(context, state);
  if (team !== null) requestByCommand(context, state, { kind: "transfer", team, commandId: null, rep: null });
}
