import type { TeamRequest } from "@leadstream/schemas";
import { chooseRep, isAbsent, obstacleOf, opensAt, takeTurn } from "./choose-rep.ts";
import { giveUp, revocationAt, revokeFromLeavers } from "./leavers.ts";
import { addSale } from "./sales-target.ts";
import { emitReply, type TeamContext } from "./team-output.ts";
import { type Member, NO_WAKE, newTeam, type TeamState, type Wish } from "./team-state.ts";

const dayMs = 86_400_000;
const nobodyNow = "every rep who fits is full, absent or out of hours";

/** Timer kinds of a team; at one instant the smaller rings first. */
const teamTimers = { wake: 0, revoke: 1 } as const;
export const teamTimerKinds = 2;

/** When the timer of `kind` is due, or NO_WAKE. */
export function teamTimerOf(state: TeamState, kind: number): number {
  return kind === teamTimers.wake ? state.wakeAt : revocationAt(state);
}

/** A timer of the team rang; `context.now` is its due time. */
export function onTeamTimer(context: TeamContext, state: TeamState, kind: number): TeamState {
  if (kind === teamTimers.wake) serveQueue(context, state);
  else revokeFromLeavers(context, state);
  return state;
}

/** A case asks for a rep or gives one back. Asking twice for the same request gives the same rep; giving back twice does nothing. */
export function onRequest(context: TeamContext, known: TeamState | null, request: TeamRequest): TeamState | null {
  if (known === null) {
    if (request.kind !== "release" && request.kind !== "cancel") {
      emitReply(context, newTeam(request.teamId), request, "denied", { reason: "the team is not known" });
    }
    return null;
  }
  switch (request.kind) {
    case "release":
    case "cancel":
      giveBack(context, known, request);
      break;
    default:
      ask(context, known, request);
  }
  return known;
}

function ask(context: TeamContext, state: TeamState, request: TeamRequest): void {
  const hold = state.holds.get(request.requestId);
  if (hold !== undefined) emitReply(context, state, request, "granted", { rep: hold.member.rep.id, why: ["was granted before"] });
  else if (state.queue.some((wish) => wish.requestId === request.requestId)) emitReply(context, state, request, "queued");
  else if (request.kind === "claim") claim(context, state, request);
  else if (request.kind === "transfer" && request.rep !== null) transfer(context, state, request, request.rep);
  else assign(context, state, request);
}

function assign(context: TeamContext, state: TeamState, request: TeamRequest): void {
  const { member, why, mayWait } = chooseRep(state, request, context.now);
  if (member !== null) {
    grant(context, state, member, request, false, why);
    return;
  }
  const waits = request.kind === "assign" && mayWait && state.queue.length < (state.team?.queueLimit ?? 0);
  if (!waits) {
    emitReply(context, state, request, "denied", { reason: mayWait ? nobodyNow : "no rep fits", why });
    return;
  }
  const { requestId, leadId, rep, tier, skills, exclude, strategy, whenOut } = request;
  state.queue.push({ requestId, leadId, rep, tier, skills, exclude, strategy, whenOut });
  state.wakeAt = nextReturn(state, context.now);
  emitReply(context, state, request, "queued", { reason: nobodyNow, why, opensAt: opensAt(state, request, context.now) });
}

export function grant(context: TeamContext, state: TeamState, member: Member, wish: Wish, claimed: boolean, why: readonly string[]): void {
  state.holds.set(wish.requestId, { member, claimed });
  member.held++;
  if (claimed) member.claimed++;
  takeTurn(state, member, wish.strategy);
  emitReply(context, state, wish, "granted", { rep: member.rep.id, why });
}

/** SLA12: cap, daily quota, cool-down. A claim never waits. */
function claim(context: TeamContext, state: TeamState, request: TeamRequest): void {
  const member = state.members.find((candidate) => candidate.rep.id === request.rep);
  const claims = state.team?.claims;
  if (member === undefined || claims === undefined) {
    emitReply(context, state, request, "denied", { reason: `${request.rep} is not in team ${state.teamId}` });
    return;
  }
  const day = Math.floor((context.now - claims.dayStartMs) / dayMs);
  if (member.quotaDay !== day) {
    member.quotaDay = day;
    member.claimsToday = 0;
  }
  const reason = claimRefusal(member, claims, request);
  if (reason !== null) {
    emitReply(context, state, request, "denied", { reason });
    return;
  }
  member.claimsToday++;
  grant(context, state, member, request, true, []);
}

function claimRefusal(member: Member, claims: { cap: number; perDay: number }, request: TeamRequest): string | null {
  const { rep } = member;
  if (request.exclude.includes(rep.id)) return "the former owner is still in cool-down";
  if (member.claimed >= claims.cap) return `${rep.id} holds ${member.claimed} claimed leads; the cap is ${claims.cap}`;
  if (member.claimsToday >= claims.perDay) return `${rep.id} claimed ${member.claimsToday} leads today; the quota is ${claims.perDay}`;
  if (member.held >= rep.capacity) return `${rep.id} holds ${member.held} leads; the capacity is ${rep.capacity}`;
  return null;
}

/** A manager names the rep: skills and tier are the manager's business, capacity and absence are not. */
function transfer(context: TeamContext, state: TeamState, request: TeamRequest, wanted: string): void {
  const member = state.members.find((candidate) => candidate.rep.id === wanted);
  let reason: string | null = null;
  if (member === undefined) reason = `${wanted} is not in team ${state.teamId}`;
  else if (isAbsent(member, context.now)) reason = `${wanted} is absent`;
  else if (member.held >= member.rep.capacity) reason = `${wanted} holds ${member.held} leads; the capacity is ${member.rep.capacity}`;
  if (member === undefined || reason !== null) emitReply(context, state, request, "denied", { reason });
  else grant(context, state, member, request, false, []);
}

function giveBack(context: TeamContext, state: TeamState, request: TeamRequest): void {
  const hold = state.holds.get(request.requestId);
  if (hold === undefined) {
    const before = state.queue.length;
    state.queue = before === 0 ? state.queue : state.queue.filter((wish) => wish.requestId !== request.requestId);
    if (state.queue.length !== before) state.wakeAt = nextReturn(state, context.now);
    return;
  }
  const { member, claimed } = hold;
  state.holds.delete(request.requestId);
  giveUp(state, member, claimed);
  if (request.outcome === "won") {
    member.wins++;
    addSale(member, request.time, request.amount ?? 0);
  } else if (request.outcome === "lost") member.losses++;
  serveQueueBy(context, state, member);
}

/** A place became free at this rep: the first in the queue whom it fits gets it. */
function serveQueueBy(context: TeamContext, state: TeamState, member: Member): void {
  const index = state.queue.findIndex((wish) => obstacleOf(state, member, wish, context.now) === null);
  if (index < 0) return;
  const [wish] = state.queue.splice(index, 1);
  grant(context, state, member, wish!, false, ["waited in the team's queue"]);
  state.wakeAt = nextReturn(state, context.now);
}

/** Goes through the whole queue after a change of the roster, the end of an absence or the beginning of working hours. */
export function serveQueue(context: TeamContext, state: TeamState): void {
  const waiting = state.queue;
  state.queue = [];
  for (const wish of waiting) {
    const { member, why, mayWait } = chooseRep(state, wish, context.now);
    if (member !== null) grant(context, state, member, wish, false, why);
    else if (mayWait) state.queue.push(wish);
    else emitReply(context, state, wish, "denied", { reason: "no rep fits any more", why });
  }
  state.wakeAt = nextReturn(state, context.now);
}

/** The next end of an absence or beginning of working hours, when somebody waits. */
function nextReturn(state: TeamState, now: number): number {
  if (state.queue.length === 0) return NO_WAKE;
  let next = NO_WAKE;
  const consider = (time: number): void => {
    if (time > now && (next === NO_WAKE || time < next)) next = time;
  };
  for (const { rep } of state.members) {
    for (const [, until] of rep.absent) consider(until);
    consider(rep.hours?.nextOpening(now) ?? NO_WAKE);
  }
  return next;
}
