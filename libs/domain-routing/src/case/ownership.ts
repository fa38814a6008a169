import type { Change } from "@leadstream/schemas";
import { fallbackRule, matchRule, targetOf, tierFor, triedBefore } from "../policy/choose-team.ts";
import { inBase } from "../policy/currency.ts";

import { type Case, type Lease, NO_TIME, type Pending } from "./case.ts";
import { type CaseContext, emitAssignment, emitRequest } from "./case-output.ts";
import { startClocks } from "./clocks.ts";

/** So many former owners are remembered; the oldest go first. */
const maximumCoolDowns = 16;
const maximumFormerLeases = 16;

/** Asks the next team of the first matching rule; false when every target has been tried. The state becomes `requested`. */
export function requestOwner(context: CaseContext, state: Case, attempt: number): boolean {
  const { policy } = context;
  if (policy === null) return false;
  const rule = matchRule(policy, state, state.attributes);
  const target = targetOf(policy, rule, attempt);
  if (target === null) return false;
  const own = attempt < (rule?.targets.length ?? 0);
  const ruleId = own ? rule!.id : fallbackRule;
  const tier = tierFor(policy, target, state.grade);
  const exclude = coolingReps(state, context.now);
  state.requests++;
  state.status = "requested";
  state.retryAt = NO_TIME;
  state.pending = {
    number: state.requests,
    kind: "assign",
    team: target.team,
    rule: ruleId,
    tier,
    attempt,
    commandId: null,
    waitUntil: context.clock + policy.request.waitLimitMs,
  };
  const rep = target.rep ?? (target.strategy === "sticky" ? state.formerRep : null);
  const { skills, strategy } = target;
  // Whoever is asked last has to wait for the next working hours: nobody is left to ask.
  const last = targetOf(policy, rule, attempt + 1) === null;
  const whenOut = target.outOfHours === "next" && !last ? "deny" : "wait";
  emitRequest(context, state, target.team, state.requests, "assign", { rep, tier, skills, exclude, strategy, whenOut });
  const why = attempt === 0 ? triedBefore(policy, rule, state, state.attributes) : [];
  emitAssignment(context, state, "requested", { team: target.team, rule: ruleId, why });
  return true;
}

/** Asks a team for one rep by command; the state stays as it is until the team answers. */
export function requestByCommand(
  context: CaseContext,
  state: Case,
  asked: Pick<Pending, "kind" | "team" | "commandId"> & { rep: string | null },
): void {
  const waitLimitMs = context.policy?.request.waitLimitMs ?? 0;
  const { kind, team, commandId, rep } = asked;
  state.requests++;
  state.pending = {
    number: state.requests,
    kind,
    team,
    rule: null,
    tier: null,
    attempt: 0,
    commandId,
    waitUntil: context.clock + waitLimitMs,
  };
  // A manager may name a rep in cool-down; a team that is free to choose must not choose the owner again.
  const owner = state.lease === null || rep !== null ? [] : [state.lease.rep];
  const exclude = kind === "transfer" && rep !== null ? [] : [...coolingReps(state, context.now), ...owner];
  emitRequest(context, state, team, state.requests, kind === "claim" ? "claim" : "transfer", { rep, exclude });
  emitAssignment(context, state, "requested", { team, commandId });
}

/** Takes back a question that is not answered yet; a command that waited for the answer is refused. */
export function cancelPending(context: CaseContext, state: Case, reason: string): void {
  const { pending } = state;
  if (pending === null) return;
  state.pending = null;
  emitRequest(context, state, pending.team, pending.number, "cancel", {});
  if (pending.commandId !== null) emitAssignment(context, state, "refused", { team: pending.team, commandId: pending.commandId, reason });
}

/** A team's grant for the open question: the epoch begins here, and the one before ends. */
export function openLease(context: CaseContext, state: Case, pending: Pending, rep: string, why: readonly string[]): void {
  const previous = state.lease;
  if (previous !== null) {
    emitRequest(context, state, previous.team, previous.number, "release", { rep: previous.rep, outcome: "transferred" });
    coolDown(state, previous.rep, context.now, 0);
    remember(state, previous, "transferred");
  }
  state.epoch++;
  state.pending = null;
  state.retryAt = NO_TIME;
  state.retries = 0;
  const lease: Lease = {
    number: pending.number,
    team: pending.team,
    rep,
    rule: pending.rule,
    tier: pending.tier,
    since: context.now,
    until: NO_TIME,
    contacted: false,
    anchor: context.now,
    rung: 0,
    targetAt: NO_TIME,
    remindAt: NO_TIME,
    escalateAt: NO_TIME,
    recycleAt: NO_TIME,
  };
  state.lease = lease;
  state.collaborators = state.collaborators.filter((each) => each !== rep);
  if (state.status !== "opportunity") state.status = "leased";
  startClocks(context, state, lease);
  const change: Change =
    pending.kind === "claim" ? "claimed" : pending.kind === "transfer" ? "transferred" : state.epoch === 1 ? "assigned" : "reassigned";
  const previousRep = previous?.rep ?? state.formerRep;
  const formerOwners = state.formerLeases.map(({ epoch, rep: owner, endedBy }) => `${epoch}:${owner}:${endedBy}`);
  emitAssignment(context, state, change, { previousRep, why, rule: pending.rule, commandId: pending.commandId, formerOwners });
}

export interface LeaseEnd {
  readonly change: Change;
  readonly status: Case["status"];
  readonly reason?: string | null;
  readonly commandId?: string | null;
  readonly amount?: number | null;
  readonly currency?: string | null;
  /** How long the rep may not have the lead again; 0: at once. */
  readonly coolDownMs: number;
  /** false: the team has taken the lead away itself and holds nothing any more. */
  readonly release?: boolean;
}

/** Ends the open lease: gives the rep's place back and records the change that closed the epoch. */
export function endLease(context: CaseContext, state: Case, end: LeaseEnd): void {
  const { lease } = state;
  if (lease === null) return;
  cancelPending(context, state, `the lease ended: ${end.change}`);
  const sale = end.change === "won" ? saleOf(context, end) : null;
  if (end.release !== false) {
    const amount = sale?.amount ?? null;
    emitRequest(context, state, lease.team, lease.number, "release", { rep: lease.rep, outcome: end.change, amount });
  }
  coolDown(state, lease.rep, context.now, end.coolDownMs);
  remember(state, lease, end.change);
  state.lease = null;
  state.formerRep = lease.rep;
  state.inactiveAt = NO_TIME;
  rest(state, end.status);
  const { reason = null, commandId = null, amount = null } = end;
  emitAssignment(context, state, end.change, {
    previousRep: lease.rep,
    team: lease.team,
    rule: lease.rule,
    reason,
    commandId,
    amount,
    why: sale?.why ?? [],
  });
}

/** What a won deal counts for its owner's target, in the policy's currency (S3). */
function saleOf({ policy }: CaseContext, { amount = null, currency = null }: LeaseEnd): { amount: number | null; why: string[] } | null {
  if (amount === null || policy === null || policy.currency === null) return null;
  const converted = inBase(policy.currency, amount, currency);
  if (converted === null) return { amount: null, why: [`the policy has no rate for ${currency}: the deal counts for no sales target`] };
  const foreign = currency !== null && currency !== policy.currency.base;
  return { amount: converted, why: foreign ? [`counts as ${converted} hundredths of ${policy.currency.base} for the sales target`] : [] };
}

/** The case comes to rest in a state without an owner. */
export function rest(state: Case, status: Case["status"]): void {
  state.status = status;
  state.restScore = state.score;
  state.retryAt = NO_TIME;
}

/** S2: the next owner is told of the owners before. Called while the lease's epoch is the newest. */
function remember(state: Case, { rep }: Lease, endedBy: Change): void {
  state.formerLeases = [...state.formerLeases, { epoch: state.epoch, rep, endedBy }].slice(-maximumFormerLeases);
}

function coolDown(state: Case, rep: string, now: number, durationMs: number): void {
  const kept = state.coolDowns.filter((entry) => entry.until > now && entry.rep !== rep);
  if (durationMs > 0) kept.push({ rep, until: now + durationMs });
  state.coolDowns = kept.slice(-maximumCoolDowns);
}

/** Reps who may not get or claim the lead now (SLA12). */
export function coolingReps(state: Case, now: number): string[] {
  return state.coolDowns.filter((entry) => entry.until > now).map((entry) => entry.rep);
}
