import { emitReply, serveQueue, type TeamContext } from "./on-request.ts";
import { readTeam } from "./read-roster.ts";
import { type Member, newMember, newTeam, type TeamState } from "./team-state.ts";

/**
 * A new version of the team. Reps who stay keep their leads, their turn and their record; what reps who left hold is revoked, so
 * that the cases look for new owners; then the queue is served. An older or equal version changes nothing.
 */
export function onRoster(context: TeamContext, known: TeamState | null, teamId: string, version: number, document: string): TeamState {
  const state = known ?? newTeam(teamId);
  if (version <= state.rosterVersion) return state;
  const team = readTeam(document);
  const former = new Map(state.members.map((member) => [member.rep.id, member]));
  state.rosterVersion = version;
  state.document = document;
  state.team = team;
  const movedTo = new Map<Member, Member>();
  state.members = team.reps.map((rep) => {
    const member = former.get(rep.id);
    if (member === undefined) return newMember(rep, state.virtualTime);
    const moved = { ...member, rep };
    movedTo.set(member, moved);
    return moved;
  });
  for (const [requestId, hold] of state.holds) {
    const member = movedTo.get(hold.member);
    if (member !== undefined) {
      state.holds.set(requestId, { member, claimed: hold.claimed });
      continue;
    }
    state.holds.delete(requestId);
    const leadId = requestId.slice(0, requestId.lastIndexOf("#"));
    emitReply(context, state, { requestId, leadId }, "revoked", { rep: hold.member.rep.id, reason: `${hold.member.rep.id} left the team` });
  }
  serveQueue(context, state);
  return state;
}
