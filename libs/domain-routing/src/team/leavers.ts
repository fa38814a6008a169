import { emitReply, type TeamContext } from "./team-output.ts";
import type { Member, TeamState } from "./team-state.ts";
import { NO_WAKE, newMember } from "./team-state.ts";

const hourMs = 3_600_000;

/** A rep who is in no roster any more but still holds leads: gets nothing, and gives back at the team's pace. */
export function newLeaver(id: string): Member {
  return newMember({ id, tier: "mid", skills: [], regions: [], capacity: 0, weight: 1, absent: [], targets: [], hours: null }, 0);
}

/** Leavers are made without a count of what they hold. */
export function countLeaversHolds(state: TeamState): void {
  for (const { member, claimed } of state.holds.values()) {
    if (!state.leavers.includes(member)) continue;
    member.held++;
    if (claimed) member.claimed++;
  }
}

/**
 * Takes back what leavers hold, the oldest first: all at once, or one lead every hour ÷ `reassignPerHour`, so that in any span of an hour at most so many
 * leads move, however many people leave and however often a roster is published. The others stay where they are and their clocks run.
 */
export function revokeFromLeavers(context: TeamContext, state: TeamState): void {
  for (const [requestId, { member, claimed }] of state.holds) {
    if (state.leavers.length === 0) return;
    if (!state.leavers.includes(member)) continue;
    if (context.now < nextRevocation(state)) return;
    state.revokedAt = context.now;
    state.holds.delete(requestId);
    giveUp(state, member, claimed);
    const leadId = requestId.slice(0, requestId.lastIndexOf("#"));
    const { id } = member.rep;
    emitReply(context, state, { requestId, leadId }, "revoked", { rep: id, reason: `${id} left the team` });
  }
}

/** One lead less at this rep; a leaver who holds none any more is forgotten. */
export function giveUp(state: TeamState, member: Member, claimed: boolean): void {
  member.held--;
  if (claimed) member.claimed--;
  if (member.held === 0 && state.leavers.length > 0) state.leavers = state.leavers.filter((leaver) => leaver !== member);
}

/** When the next lead of a leaver is taken back; NO_WAKE: nothing is left to take. */
export function revocationAt(state: TeamState): number {
  return state.leavers.length === 0 ? NO_WAKE : nextRevocation(state);
}

function nextRevocation({ team, revokedAt }: TeamState): number {
  const perHour = team?.reassignPerHour ?? null;
  return perHour === null || revokedAt === NO_WAKE ? 0 : revokedAt + Math.ceil(hourMs / perHour);
}
