import { type Case, newCase } from "./case.ts";
import { type CaseContext, emitAssignment } from "./case-output.ts";
import { cancelPending, endLease } from "./ownership.ts";

/** Forgets what identifies or describes the lead and gives back what is held; a stub keeps the epoch. */
export function erase(context: CaseContext, state: Case, commandId: string | null): Case {
  if (state.status === "erased") {
    if (commandId !== null) emitAssignment(context, state, "erased", { commandId, reason: "was erased before" });
    return state;
  }
  cancelPending(context, state, "the lead was erased");
  const stub = newCase(state.leadId);
  stub.epoch = state.epoch;
  stub.requests = state.requests;
  stub.policyVersion = state.policyVersion;
  stub.journey = state.journey; // left with a record of its own, then forgotten
  if (state.lease === null) {
    stub.status = "erased";
    emitAssignment(context, stub, "erased", { commandId });
  } else endLease(context, Object.assign(stub, { lease: state.lease }), { change: "erased", status: "erased", commandId, coolDownMs: 0 });
  stub.formerRep = null;
  stub.formerLeases = [];
  return stub;
}
