import type { Assignment, TeamReply, TeamRequest } from "@leadstream/schemas";
import type { Case, CaseOutput, TeamState } from "../src/index.ts";
import { readTeam } from "../src/index.ts";
import { ClaimChecker } from "./claim-checker.ts";
import { COOL_DOWN_MS, CompanyChecker, type Owner, opening } from "./company-checker.ts";
import { DealChecker } from "./deal-checker.ts";
import type { Joiner, Message, Watch } from "./joiner.ts";

interface ModelRep {
  readonly held: Set<string>;
  capacity: number;
  skills: readonly string[];
  tier: string;
  absent: readonly (readonly [number, number])[];
  /** Hundredths of the one target that random teams have; null: none. */
  target: number | null;
  sold: number;
  /** Working hours as published; null: round the clock. */
  hours: readonly (readonly [number, number])[] | null;
}

const inside = (spans: readonly (readonly [number, number])[], at: number): boolean =>
  spans.some(([from, until]) => at >= from && at < until);
/** There and working: looked up in the plain spans. */
const isIn = ({ absent, hours }: ModelRep, at: number): boolean => !inside(absent, at) && (hours === null || inside(hours, at));

interface RosterText {
  readonly removed?: boolean;
  readonly reassignPerHour?: number;
  readonly calendars: Readonly<Record<string, { readonly open: readonly (readonly [number, number])[] }>>;
  readonly reps: readonly { readonly id: string; readonly calendar?: string }[];
}

/** How often things happened over all histories; printed by the property test. */
export type Tally = Record<string, number>;

/**
 * Invariant I4, judged from what passes between the folds alone, with a model of its own: epochs 1..n without gaps, each closing the last,
 * one rep per epoch, holds within capacity in the team's own order, round-robin fairness, cool-down, and no hold without a case.
 */
export class Checker implements Watch {
  readonly faults: string[] = [];
  readonly tally: Tally;
  private readonly told = [(text: string) => void this.faults.push(text), (name: string) => this.count(name)] as const;
  private readonly deals = new DealChecker(...this.told);
  private readonly claims = new ClaimChecker(...this.told);
  private readonly company = new CompanyChecker(...this.told);
  private readonly owners = new Map<string, Owner | null>();
  private readonly epochs = new Map<string, number>();
  private readonly reps = new Map<string, Map<string, ModelRep>>();
  private readonly holder = new Map<string, string>();
  private readonly turns = new Map<string, number>();
  private readonly coolUntil = new Map<string, number>();
  /** Answers by command: exactly one in the end, `requested` not counted. */
  private readonly answers = new Map<string, number>();
  private now = 0;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  count(name: string): void {
    this.tally[name] = (this.tally[name] ?? 0) + 1;
  }

  private fault(text: string): void {
    this.faults.push(text);
  }

  caseReceives(message: Message, state: Case | null): void {
    if (message.type === "reply") {
      if (message.value.kind === "granted" && state?.pending?.number !== Number(message.value.requestId.split("#")[1]))
        this.count("grants that met no request");
      return;
    }
    if (message.type !== "signal") return;
    const { kind, status, command, eventId } = message.value;
    if (kind === "status") this.deals.reported(message.value);
    if (command !== null && eventId !== null) this.answers.set(eventId, 0);
    if (eventId !== null) this.company.asked(eventId, message.value.toRep);
    if (state === null || state.pending === null) return;
    if (kind === "erased") this.count("erase while a request was in flight");
    else if (kind === "command") this.count(`${command} while a request was in flight`);
    else if (kind === "status") this.count(`status ${status} while a request was in flight`);
  }

  caseOutput(output: CaseOutput): void {
    if (output.type === "Alert") this.count(`alert ${output.value.kind}`);
    else if (output.type === "TeamRequest") {
      this.count(`request ${output.value.kind}`);
      if (output.value.outcome === "won") this.deals.counted(output.value.amount);
    } else if (output.type === "Assignment") this.assignment(output.value);
    else this.count(output.type === "MessageRequested" ? "messages requested" : `journey ${output.value.move}`);
  }

  private assignment(assignment: Omit<Assignment, "source">): void {
    const { leadId, change, epoch, rep, previousRep, state } = assignment;
    this.count(change);
    this.answer(assignment.commandId, change);
    this.company.see(assignment, this.owners.get(leadId) ?? null);
    const owner = this.owners.get(leadId) ?? null;
    const last = this.epochs.get(leadId) ?? 0;
    if (opening.has(change)) {
      if (epoch !== last + 1) this.fault(`${leadId}: epoch ${epoch} opened after ${last}`);
      if (owner !== null && change !== "transferred") this.fault(`${leadId}: ${change} while ${owner.rep} holds it`);
      if (owner !== null && previousRep !== owner.rep) this.fault(`${leadId}: epoch ${epoch} does not close the one of ${owner.rep}`);
      if (rep === null) this.fault(`${leadId}: ${change} without a rep`);
      const cool = this.coolUntil.get(`${leadId}/${rep}`) ?? 0;
      if (change !== "transferred" && assignment.time < cool) this.fault(`${leadId}: ${rep} got it during the cool-down`);
      this.epochs.set(leadId, epoch);
      this.owners.set(leadId, { rep: rep ?? "", epoch });
      return;
    }
    if (epoch !== last) this.fault(`${leadId}: ${change} names epoch ${epoch}, the newest is ${last}`);
    if (owner !== null && rep !== null && rep !== owner.rep) this.fault(`${leadId}: two reps in epoch ${epoch}`);
    if (owner === null && rep !== null) this.fault(`${leadId}: ${change} names an owner, nobody holds it`);
    if (owner !== null && rep === null) {
      if (previousRep !== owner.rep) this.fault(`${leadId}: ${change} closes the lease of somebody else`);
      this.owners.set(leadId, null);
    }
    if ((state === "leased") !== (rep !== null) && state !== "opportunity")
      this.fault(`${leadId}: ${change} leaves state ${state} with owner ${rep}`);
    if (change === "recycled" || change === "handed_back") this.coolUntil.set(`${leadId}/${previousRep}`, assignment.time + COOL_DOWN_MS);
  }

  private answer(commandId: string | null, change: Assignment["change"]): void {
    const before = commandId === null ? undefined : this.answers.get(commandId);
    if (commandId === null || before === undefined || change === "requested") return;
    if (before > 0) this.fault(`${commandId} is answered again, with ${change}`);
    this.answers.set(commandId, before + 1);
  }

  teamReceives(message: Message, _state: TeamState | null, now: number): void {
    this.now = now;
    if (message.type === "roster") this.roster(message.teamId, message.document);
    else if (message.type === "request" && (message.value.kind === "release" || message.value.kind === "cancel")) {
      this.free(message.value);
    }
  }

  private free({ teamId: team, requestId, outcome, amount }: TeamRequest): void {
    const rep = this.holder.get(requestId);
    if (rep === undefined) return;
    const held = (this.reps.get(team)?.get(rep) ?? this.leaving.get(rep))?.held;
    if (held?.delete(requestId) !== true) return;
    this.claims.ended(requestId);
    const seller = this.reps.get(team)?.get(rep);
    if (outcome === "won" && seller !== undefined) {
      seller.sold += amount ?? 0;
      if (seller.target !== null) this.count("deals that count for a target");
    }
    this.holder.delete(requestId);
  }

  private roster(teamId: string, document: string): void {
    const former = this.reps.get(teamId) ?? new Map<string, ModelRep>();
    const next = new Map<string, ModelRep>();
    const text = JSON.parse(document) as RosterText;
    // A team that is removed keeps its pace.
    if (text.removed !== true || !this.revocationGapMs.has(teamId))
      this.revocationGapMs.set(teamId, text.reassignPerHour === undefined ? 0 : Math.ceil(3_600_000 / text.reassignPerHour));
    const calendarOf = new Map(text.reps.map(({ id, calendar }) => [id, calendar ?? null]));
    for (const { id, capacity, skills, tier, absent, targets } of readTeam(document).reps) {
      const calendar = calendarOf.get(id) ?? null;
      const hours = calendar === null ? null : text.calendars[calendar]!.open;
      const target = targets[0]?.amount ?? null;
      const sold = former.get(id)?.sold ?? 0;
      next.set(id, { held: former.get(id)?.held ?? this.comesBack(id) ?? new Set(), capacity, skills, tier, absent, hours, target, sold });
      if (!former.has(id)) this.count("reps joined");
      if (!former.has(id))
        for (const key of this.turns.keys()) if (key.startsWith(`${id}<`) || key.endsWith(`<${id}`)) this.turns.delete(key);
    }
    this.reps.set(teamId, next);
    for (const [id, rep] of former) {
      if (next.has(id)) continue;
      this.count("reps left");
      this.claims.left(id);
      this.leaving.set(id, { ...rep, teamId });
    }
  }

  private comesBack(id: string): Set<string> | null {
    const rep = this.leaving.get(id);
    if (rep === undefined) return null;
    this.count(rep.held.size > 0 ? "leavers who came back to leads they still held" : "leavers who came back");
    this.leaving.delete(id);
    return rep.held;
  }

  /** Reps who left and still have to be told of everything they held. */
  private readonly leaving = new Map<string, ModelRep & { readonly teamId: string }>();
  private readonly revocationGapMs = new Map<string, number>();
  private readonly revokedAt = new Map<string, number>();

  private revoked({ rep, requestId, teamId, time }: Omit<TeamReply, "source">): void {
    const leaver = this.leaving.get(rep ?? "");
    const gapMs = this.revocationGapMs.get(teamId)!;
    if (leaver?.held.delete(requestId) !== true) this.fault(`${requestId} revoked from ${rep}, who has not left with it`);
    if (time - (this.revokedAt.get(teamId) ?? Number.NEGATIVE_INFINITY) < gapMs)
      this.fault(`${requestId} revoked faster than the team's pace`);
    if (gapMs > 0) this.count("revocations at a set pace");
    this.revokedAt.set(teamId, time);
    this.claims.ended(requestId);
    this.holder.delete(requestId);
  }

  /** Who still holds leads after leaving does so by the team's pace alone. */
  private leaversAtRest(now: number): void {
    for (const [id, { held, teamId }] of this.leaving) {
      const sinceMs = now - (this.revokedAt.get(teamId) ?? 0);
      if (held.size > 0) this.count("leavers who still hold leads at the end");
      if (held.size > 0 && sinceMs >= this.revocationGapMs.get(teamId)!) this.fault(`${id} left and ${held.size} leads were never revoked`);
    }
  }

  teamReplies(reply: Omit<TeamReply, "source">, request: TeamRequest | null): void {
    this.count(`reply ${reply.kind}`);
    if (reply.why.some((line) => line.endsWith(": out of hours"))) this.count("decisions that passed over somebody out of hours");
    if (reply.opensAt !== null) this.count("waits until working hours begin");
    if (reply.kind === "granted" && request?.kind === "tick") this.count("waits that a tick ended");
    if (reply.kind === "revoked") {
      this.revoked(reply);
      return;
    }
    if (reply.kind === "denied") this.claims.denied(reply);
    if (reply.kind !== "granted") return;
    const rep = this.reps.get(reply.teamId)?.get(reply.rep ?? "");
    if (rep === undefined) {
      this.fault(`${reply.requestId} granted to ${reply.rep}, who is not in ${reply.teamId}`);
      return;
    }
    const before = this.holder.get(reply.requestId);
    if (before !== undefined) {
      if (before !== reply.rep) this.fault(`${reply.requestId} granted to ${before} and to ${reply.rep}`);
      return;
    }
    if (rep.held.size >= rep.capacity) this.fault(`${reply.rep} holds ${rep.held.size + 1} of ${rep.capacity}`);
    const asked = request?.requestId === reply.requestId ? request : null;
    const wanted = asked?.kind === "claim" || (asked?.kind === "transfer" && asked.rep !== null);
    if (asked?.kind !== "claim" && inside(rep.absent, reply.time)) this.fault(`${reply.requestId} granted to ${reply.rep}, who is absent`);
    if (!wanted && !isIn(rep, reply.time)) this.fault(`${reply.requestId} granted to ${reply.rep}, who is out of hours`);
    if (request?.kind === "assign" && request.strategy === "round-robin" && request.requestId === reply.requestId)
      this.fairness(reply, request);
    if (request?.kind === "assign" && request.strategy === "target-left" && request.requestId === reply.requestId)
      this.byTarget(reply, request);
    if (asked?.kind === "claim") this.claims.granted(reply);
    this.forget(reply.rep ?? "");
    rep.held.add(reply.requestId);
    this.holder.set(reply.requestId, reply.rep ?? "");
  }

  /** Round-robin: nobody gets a second lead while somebody who could have had both gets none (max − min ≤ 1 per cycle). */
  private fairness(reply: Omit<TeamReply, "source">, request: TeamRequest): void {
    const { rep: chosen, teamId } = reply;
    const team = this.reps.get(teamId)!;
    const tier = team.get(chosen ?? "")!.tier;
    for (const [id, other] of team) {
      const able =
        id !== chosen &&
        other.tier === tier &&
        !request.exclude.includes(id) &&
        request.skills.every((skill) => other.skills.includes(skill)) &&
        other.held.size < other.capacity &&
        isIn(other, this.now);
      if (!able) continue;
      const key = `${chosen}<${id}`;
      const times = (this.turns.get(key) ?? 0) + 1;
      this.turns.set(key, times);
      if (times > 1) this.fault(`round-robin: ${chosen} got ${times} leads while ${id} was free and got none`);
    }
  }

  /** Nobody of the tier who could have had it has a larger share of the target left. */
  private byTarget({ rep: chosen, teamId, requestId }: Omit<TeamReply, "source">, request: TeamRequest): void {
    const team = this.reps.get(teamId)!;
    const { tier } = team.get(chosen ?? "")!;
    const share = ({ target, sold }: ModelRep): [bigint, bigint] =>
      target === null ? [0n, 1n] : [BigInt(Math.max(0, target - sold)), BigInt(target)];
    const [left, amount] = share(team.get(chosen ?? "")!);
    if (left < amount && left > 0n) this.count("decisions by what is left of a target");
    for (const [id, other] of team) {
      const able = id !== chosen && other.tier === tier && !request.exclude.includes(id) && other.held.size < other.capacity;
      if (!able || !isIn(other, this.now) || !request.skills.every((skill) => other.skills.includes(skill))) continue;
      const [othersLeft, othersAmount] = share(other);
      if (othersLeft * amount > left * othersAmount) this.fault(`${requestId}: ${id} has more of the target left than ${chosen}`);
    }
  }

  /** `rep` got a lead: everybody else's lead over it ends. */
  private forget(rep: string): void {
    for (const key of this.turns.keys()) if (key.endsWith(`<${rep}`)) this.turns.delete(key);
  }

  /** When every queue is empty: what is held is exactly what cases know of, and every open question waits in a queue. */
  atRest(joiner: Joiner, now: number): void {
    const known = new Set<string>();
    const asked = new Map<string, string>();
    for (const partition of joiner.leads) {
      for (const state of partition.cases.values()) {
        const owner = this.owners.get(state.leadId) ?? null;
        if ((state.lease?.rep ?? null) !== (owner?.rep ?? null)) this.fault(`${state.leadId}: the case and its log disagree on the owner`);
        if (state.lease !== null) known.add(`${state.leadId}#${state.lease.number}/${state.lease.team}/${state.lease.rep}`);
        if (state.pending !== null) asked.set(`${state.leadId}#${state.pending.number}`, state.pending.team);
      }
    }
    for (const partition of joiner.teams) {
      for (const team of partition.teams.values()) {
        this.teamAtRest(team, known, asked);
        this.nobodyWaitsInVain(team, now);
      }
    }
    const open = new Set(joiner.leads.flatMap(({ cases }) => [...cases.values()].map((state) => state.pending?.commandId)));
    for (const [commandId, count] of this.answers) {
      if (count === 0 && !open.has(commandId)) this.fault(`${commandId} was never answered`);
      this.count(count === 0 ? "commands that wait for a team" : "commands answered once");
    }
    for (const lease of known) this.fault(`lease ${lease} is held by no team`);
    for (const question of asked.keys()) this.fault(`request ${question} is open and waits nowhere`);
    this.leaversAtRest(now);
  }

  /** All partitions know the time: whom a free rep fits does not wait any more. */
  private nobodyWaitsInVain(team: TeamState, now: number): void {
    for (const wish of team.queue) {
      for (const [id, rep] of this.reps.get(team.teamId)!) {
        const tier = wish.tier === null || wish.tier === rep.tier || team.team?.tierFallback !== false;
        const fits = tier && !wish.exclude.includes(id) && wish.skills.every((skill) => rep.skills.includes(skill));
        if (fits && rep.held.size < rep.capacity && isIn(rep, now)) this.fault(`${wish.requestId} waits although ${id} is free`);
      }
    }
  }

  private teamAtRest(team: TeamState, known: Set<string>, asked: Map<string, string>): void {
    const heldByMember = new Map<string, number>();
    for (const [requestId, { member }] of team.holds) {
      const { id } = member.rep;
      heldByMember.set(id, (heldByMember.get(id) ?? 0) + 1);
      if (!known.delete(`${requestId}/${team.teamId}/${id}`)) this.fault(`${id} holds ${requestId} and no case knows of it`);
      if (this.holder.get(requestId) !== id) this.fault(`${requestId}: the team's state and its log disagree on the rep`);
    }
    for (const member of [...team.members, ...team.leavers]) {
      if (member.held !== (heldByMember.get(member.rep.id) ?? 0)) this.fault(`${member.rep.id}: count and set of holds differ`);
    }
    for (const wish of team.queue) {
      if (asked.get(wish.requestId) !== team.teamId) this.fault(`${wish.requestId} waits in ${team.teamId} and no case asks for it`);
      asked.delete(wish.requestId);
    }
  }
}
