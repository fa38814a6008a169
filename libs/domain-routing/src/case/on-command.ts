import type { Signal } from "@leadstream/schemas";
import { matchRule, targetOf } from "../policy/choose-team.ts";
import { type Case, newCase } from "./case.ts";
import { type CaseContext, emitAssignment } from "./case-output.ts";
import { changeCollaborators } from "./collaborators.ts";
import { erase } from "./erase.ts";
import { handBack } from "./on-status.ts";
import { cancelPending, coolingReps, endLease, requestByCommand, rest } from "./ownership.ts";

/** A person asks for a change of ownership. Every command is answered: by the change it made, or by `refused` with the reason. */
export function onCommand(context: CaseContext, known: Case | null, signal: Signal): Case | null {
  if (signal.command === "erase") return erase(context, known ?? newCase(signal.leadId), signal.eventId);
  if (known === null) {
    refuse(context, newCase(signal.leadId), signal, "the lead is not known");
    return null;
  }
  const refusal = perform(context, known, signal);
  if (refusal !== null) refuse(context, known, signal, refusal);
  return known;
}

function refuse(context: CaseContext, state: Case, signal: Signal, reason: string): void {
  emitAssignment(context, state, "refused", { reason: `${signal.command}: ${reason}`, commandId: signal.eventId });
}

/** Performs the command, or says why not. */
function perform(context: CaseContext, state: Case, signal: Signal): string | null {
  if (state.status === "erased") return "the lead was erased";
  if (signal.epoch !== null && signal.epoch !== state.epoch) return `lease ${signal.epoch} is over; ${state.epoch} is the newest`;
  switch (signal.command) {
    case "claim":
      return claim(context, state, signal);
    case "transfer":
      return transfer(context, state, signal);
    case "hand_back":
      return returnLead(context, state, signal);
    case "release":
      return release(context, state, signal);
    case "add_collaborator":
    case "remove_collaborator":
      return changeCollaborators(context, state, signal);
    default:
      return "no such command";
  }
}

/** SLA12: first claim wins; the others are told who has the lead. */
function claim(context: CaseContext, state: Case, signal: Signal): string | null {
  const { policy } = context;
  const { lease, pending, status } = state;
  if (policy === null) return "no policy is published yet";
  if (signal.rep === null) return "names no rep";
  if (lease !== null) return `the lead is held by ${lease.rep}`;
  if (pending !== null) return pending.kind === "claim" ? "another claim came first" : "the lead is being assigned";
  if ((status !== "pool" && status !== "nurture") || !policy.claim.from.includes(status)) return `the lead is ${status}, not in the pool`;
  if (coolingReps(state, context.now).includes(signal.rep)) return "the former owner is still in cool-down";
  const team = signal.toTeam ?? teamByRule(context, state);
  if (team === null) return "names no team, and no rule does";
  requestByCommand(context, state, { kind: "claim", team, commandId: signal.eventId, rep: signal.rep });
  return null;
}

function transfer(context: CaseContext, state: Case, signal: Signal): string | null {
  const { lease, pending, status } = state;
  const { policy } = context;
  if (policy === null) return "no policy is published yet";
  if (status === "won" || status === "lost" || status === "closed") return `the lead is ${status}; reopen it first`;
  if (signal.toRep === null && signal.toTeam === null) return "names neither a rep nor a team";
  const team = signal.toTeam ?? lease?.team ?? teamByRule(context, state);
  if (team === null) return "names no team, and no rule does";
  if (lease !== null && lease.rep === signal.toRep && lease.team === team) return `${lease.rep} holds the lead already`;
  if (pending !== null && pending.commandId !== null) return `a ${pending.kind} is being answered`;
  if (pending !== null) {
    cancelPending(context, state, "transferred");
    if (status === "requested") rest(state, "pool");
    state.retryAt = context.clock + policy.request.waitLimitMs;
  }
  requestByCommand(context, state, { kind: "transfer", team, commandId: signal.eventId, rep: signal.toRep });
  return null;
}

/** SLA9. */
function returnLead(context: CaseContext, state: Case, signal: Signal): string | null {
  const { lease } = state;
  if (lease === null) return `the lead is ${state.status} and held by nobody`;
  if (signal.rep !== null && signal.rep !== lease.rep) return `the lead is held by ${lease.rep}`;
  handBack(context, state, "handed_back", signal.reason, signal.eventId);
  return null;
}

/** A manager takes the lead away, or stops the search for an owner: it goes to the pool. */
function release(context: CaseContext, state: Case, signal: Signal): string | null {
  if (state.lease !== null) {
    const { reason, eventId: commandId } = signal;
    endLease(context, state, {
      change: "released",
      status: "pool",
      reason,
      commandId,
      coolDownMs: context.policy?.handBack.coolDownMs ?? 0,
    });
    return null;
  }
  if (state.status !== "requested") return `the lead is ${state.status} and held by nobody`;
  cancelPending(context, state, "released");
  rest(state, "pool");
  emitAssignment(context, state, "released", { reason: signal.reason, commandId: signal.eventId });
  return null;
}

/** The team that rules choose for the lead now. */
export function teamByRule(context: CaseContext, state: Case): string | null {
  const { policy } = context;
  if (policy === null) return null;
  return targetOf(policy, matchRule(policy, state, state.attributes), 0)?.team ?? null;
}
