import type { Signal } from "@leadstream/schemas";
import { levelOf, qualifies } from "../policy/choose-team.ts";
import { type Case, newCase } from "./case.ts";
import { type CaseContext, emitAlert, emitAssignment } from "./case-output.ts";
import { interaction } from "./clocks.ts";
import { erase } from "./erase.ts";
import { followJourney } from "./follow-journey.ts";
import { learn } from "./learn.ts";
import { onCommand } from "./on-command.ts";
import { onStatus } from "./on-status.ts";
import { endLease, requestOwner, rest } from "./ownership.ts";

/** A record of the scorer about one lead. The state is changed in place; null: the lead stays unknown. */
export function onSignal(context: CaseContext, known: Case | null, signal: Signal): Case | null {
  return followJourney(context, decide(context, known, signal), signal);
}

function decide(context: CaseContext, known: Case | null, signal: Signal): Case | null {
  if (signal.kind === "command") return onCommand(context, known, signal);
  if (signal.kind === "erased") return erase(context, known ?? newCase(signal.leadId), signal.eventId);
  if (known?.status === "erased") return refuseErased(context, known, signal);
  const state = known ?? firstSeen(context, signal);
  if (signal.kind === "status") onStatus(context, state, signal);
  else if (signal.kind === "inactive") onInactive(context, state, signal);
  else onBehaviour(context, state, signal);
  return state;
}

function refuseErased(context: CaseContext, state: Case, signal: Signal): Case {
  if (signal.kind === "status") emitAssignment(context, state, "refused", { reason: "the lead was erased", commandId: signal.eventId });
  return state;
}

function firstSeen(context: CaseContext, signal: Signal): Case {
  const state = newCase(signal.leadId);
  state.dormant = signal.imported;
  state.policyVersion = context.policyVersion;
  learn(context, state, signal);
  emitAssignment(context, state, "captured", { reason: signal.kind === "captured" ? null : `first seen by: ${signal.kind}` });
  return state;
}

/** captured, crossed, active: the lead did something, or a timer of the scorer changed its score. */
function onBehaviour(context: CaseContext, state: Case, signal: Signal): void {
  const { dormant } = state;
  learn(context, state, signal);
  const changedOnly = signal.kind === "crossed" && signal.direction === "none";
  const acted = !signal.imported && signal.due === 0 && !changedOnly;
  if (acted) {
    state.dormant = false;
    interaction(context, state);
  }
  if (!signal.imported && !state.dormant) considerRouting(context, state, signal, acted && dormant);
}

/** Crossing the threshold asks for an owner (T1); a resting lead that wakes is brought back (SLA8). */
function considerRouting(context: CaseContext, state: Case, signal: Signal, awoke: boolean): void {
  const { policy } = context;
  if (policy === null || state.pending !== null || state.lease !== null) return;
  const fit = qualifies(policy, state.band);
  const rises = awoke || signal.direction === "up" || state.score - state.restScore >= policy.reactivate.riseBy;
  switch (state.status) {
    case "new":
      if (fit) requestOwner(context, state, 0);
      else if (levelOf(policy, state.band) > 0) {
        rest(state, "nurture");
        emitAssignment(context, state, "nurtured", { reason: "between the thresholds of MQL and of assignment" });
      }
      return;
    case "nurture":
      if (!fit) return;
      if (state.epoch === 0) requestOwner(context, state, 0);
      else if (rises) reactivate(context, state);
      return;
    case "pool":
    case "closed":
    case "lost":
      if (fit && rises) reactivate(context, state);
      return;
    default:
      return;
  }
}

function reactivate(context: CaseContext, state: Case): void {
  state.retries = 0;
  state.recycles = 0;
  state.status = "new";
  emitAssignment(context, state, "reactivated", { reason: "active again and the score rose" });
  requestOwner(context, state, 0);
}

/** The scorer saw no interaction for long (L3). */
function onInactive(context: CaseContext, state: Case, signal: Signal): void {
  learn(context, state, signal);
  if (signal.imported || state.dormant || state.pending !== null) return;
  if (state.status === "pool" && context.policy?.inactivity.pool === "nurture") {
    rest(state, "nurture");
    emitAssignment(context, state, "nurtured", { reason: "no interaction" });
  } else if (state.status === "leased" && context.policy?.inactivity.leased === "nurture") {
    emitAlert(context, state, "inactive", "no interaction; handed to nurture");
    endLease(context, state, { change: "nurtured", status: "nurture", reason: "no interaction", coolDownMs: 0 });
  }
}
