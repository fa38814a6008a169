import type { Signal } from "@leadstream/schemas";
import type { Case } from "./case.ts";
import { type CaseContext, emitAssignment } from "./case-output.ts";

const maximumCollaborators = 16;

/** S2: the owner, or a manager (who names no rep), says who helps with a lead. Gives the reason of a refusal, or null. */
export function changeCollaborators(context: CaseContext, state: Case, signal: Signal): string | null {
  const { lease, collaborators } = state;
  const { toRep, rep, command, reason, eventId: commandId } = signal;
  if (toRep === null) return "names no collaborator";
  if (lease !== null && rep !== null && rep !== lease.rep) return `the lead is held by ${lease.rep}`;
  const helps = collaborators.includes(toRep);
  if (command === "remove_collaborator") {
    if (!helps) return `${toRep} is no collaborator`;
    state.collaborators = collaborators.filter((each) => each !== toRep);
    emitAssignment(context, state, "collaborator_removed", { reason, commandId });
    return null;
  }
  if (helps) return `${toRep} is a collaborator already`;
  if (lease?.rep === toRep) return `${toRep} owns the lead`;
  if (collaborators.length >= maximumCollaborators) return `the lead has ${maximumCollaborators} collaborators, and no more are possible`;
  state.collaborators = [...collaborators, toRep];
  emitAssignment(context, state, "collaborator_added", { reason, commandId });
  return null;
}
