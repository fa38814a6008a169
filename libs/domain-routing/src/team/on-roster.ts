import { countLeaversHolds, newLeaver, revokeFromLeavers } from "./leavers.ts";
import { serveQueue } from "./on-request.ts";
import { readTeam } from "./read-roster.ts";
import type { TeamContext } from "./team-output.ts";
import { type Member, newMember, newTeam, type TeamState } from "./team-state.ts";

/**
 * A new version of the team. Reps who stay keep their leads, their turn and their record; what reps who left hold is revoked at the
 * team's pace, so that the cases look for new owners; then the queue is served. An older or equal version changes nothing.
 */
export function onRoster(context: TeamContext, known: TeamState | null, teamId: string, version: number, document: string): TeamState {
  const state = known ?? newTeam(teamId);
  if (version <= state.rosterVersion) return state;
  const kept = keepingPace(state, document);
  const team = readTeam(kept);
  const former = new Map([...state.members, ...state.leavers].map((member) => [member.rep.id, member]));
  state.rosterVersion = version;
  state.document = kept;
  state.team = team;
  const movedTo = new Map<Member, Member>();
  state.members = team.reps.map((rep) => {
    const member = former.get(rep.id);
    if (member === undefined) return newMember(rep, state.virtualTime);
    const moved = { ...member, rep };
    movedTo.set(member, moved);
    return moved;
  });
  state.leavers = [];
  for (const [requestId, { member, claimed }] of state.holds) {
    const holder = movedTo.get(member) ?? newLeaver(member.rep.id);
    if (!movedTo.has(member)) {
      movedTo.set(member, holder);
      state.leavers.push(holder);
    }
    state.holds.set(requestId, { member: holder, claimed });
  }
  countLeaversHolds(state);
  revokeFromLeavers(context, state);
  serveQueue(context, state);
  return state;
}

/** A team that is removed says nothing of a pace: its leads move at the one that it had, as when its reps leave one by one. */
function keepingPace({ team }: TeamState, document: string): string {
  const pace = team?.reassignPerHour ?? null;
  if (pace === null || !readTeam(document).removed) return document;
  return JSON.stringify({ reassignPerHour: pace, ...(JSON.parse(document) as object) });
}
