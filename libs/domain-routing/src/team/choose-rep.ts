import { tiers } from "../policy/policy.ts";
import { compareLeft, describeLeft, targetLeft } from "./sales-target.ts";
import type { Member, TeamState, Wish } from "./team-state.ts";

/** Divisible by every weight from 1 to 16, so that strides are whole numbers. */
const strideUnit = 720_720;
const maximumReasons = 20;

/** Why a rep is passed over. `waiting`: only for now, so a request may wait for it. */
export interface Obstacle {
  readonly reason: string;
  readonly waiting: boolean;
}

const excluded: Obstacle = { reason: "in cool-down", waiting: false };
const unskilled: Obstacle = { reason: "lacks a skill", waiting: false };
const otherTier: Obstacle = { reason: "other tier", waiting: false };
const absent: Obstacle = { reason: "absent", waiting: true };
const outOfHours: Obstacle = { reason: "out of hours", waiting: true };
const outOfHoursNow: Obstacle = { reason: "out of hours", waiting: false };
const full: Obstacle = { reason: "full", waiting: true };

export interface Choice {
  readonly member: Member | null;
  /** What decided, where the strategy goes by figures; who could have had it; reps passed over, with the reason: twenty of each and a count of the others. */
  readonly why: readonly string[];
  /** Somebody fits but is full, absent or out of hours. */
  readonly mayWait: boolean;
}

/** What keeps this rep from getting the lead now; null: nothing. */
export function obstacleOf(state: TeamState, member: Member, wish: Wish, now: number): Obstacle | null {
  const { rep } = member;
  if (wish.exclude.length > 0 && wish.exclude.includes(rep.id)) return excluded;
  for (const skill of wish.skills) {
    if (!rep.skills.includes(skill)) return unskilled;
  }
  if (wish.tier !== null && rep.tier !== wish.tier && state.team?.tierFallback === false) return otherTier;
  if (rep.absent.length > 0 && isAbsent(member, now)) return absent;
  if (rep.hours !== null && !rep.hours.isOpen(now)) return wish.whenOut === "deny" ? outOfHoursNow : outOfHours;
  return member.held >= rep.capacity ? full : null;
}

export function isAbsent({ rep }: Member, now: number): boolean {
  return rep.absent.some(([from, until]) => now >= from && now < until);
}

/** The rep who gets the lead: the wanted one if possible, else the best by strategy of the wanted tier, else of the nearest tier. */
export function chooseRep(state: TeamState, wish: Wish, now: number): Choice {
  const why: string[] = [];
  const candidates: string[] = [];
  let able = 0;
  let passedOver = 0;
  let mayWait = false;
  let best: Member | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const member of state.members) {
    const obstacle = obstacleOf(state, member, wish, now);
    if (obstacle !== null) {
      mayWait ||= obstacle.waiting;
      if (passedOver++ < maximumReasons) why.push(`${member.rep.id}: ${obstacle.reason}`);
      continue;
    }
    if (able++ < maximumReasons) candidates.push(member.rep.id);
    const rank = rankOf(member, wish);
    if (best === null || rank < bestRank || (rank === bestRank && goesBefore(state, wish.strategy, member, best, now))) {
      best = member;
      bestRank = rank;
    }
  }
  if (passedOver > maximumReasons) why.push(`and ${passedOver - maximumReasons} more`);
  if (able > maximumReasons) candidates.push(`and ${able - maximumReasons} more`);
  if (able > 0) why.unshift(`candidates: ${candidates.join(", ")}`);
  if (best !== null && wish.strategy === "target-left") why.unshift(describeLeft(best, targetLeft(best, now)));
  return { member: best, why, mayWait };
}

/** When nobody who fits has a place before the next working hours begin: that instant. Who is full may have one any time, who is absent does not count. */
export function opensAt(state: TeamState, wish: Wish, now: number): number | null {
  let first: number | null = null;
  for (const member of state.members) {
    const obstacle = obstacleOf(state, member, wish, now);
    if (obstacle === full) return null;
    const opening = obstacle === outOfHours ? (member.rep.hours?.nextOpening(now) ?? null) : null;
    if (opening !== null && (first === null || opening < first)) first = opening;
  }
  return first;
}

/** Smaller goes first: -1 the wanted rep, 0 the wanted tier, then by distance; at equal distance the higher tier. */
function rankOf(member: Member, wish: Wish): number {
  if (wish.rep === member.rep.id) return -1;
  if (wish.tier === null || wish.tier === member.rep.tier) return 0;
  const wanted = tiers.indexOf(wish.tier as (typeof tiers)[number]);
  const own = tiers.indexOf(member.rep.tier);
  return 2 * Math.abs(own - wanted) - (own > wanted ? 1 : 0);
}

/** Order of two free reps by strategy; ties go to who waited longest, then to roster order. */
function goesBefore(state: TeamState, strategy: string, one: Member, other: Member, now: number): boolean {
  switch (strategy) {
    case "least-loaded": {
      const difference = one.held * other.rep.capacity - other.held * one.rep.capacity;
      return difference !== 0 ? difference < 0 : one.turn < other.turn;
    }
    case "weighted-round-robin":
    case "performance-weighted": {
      const difference = Math.max(one.pass, state.virtualTime) - Math.max(other.pass, state.virtualTime);
      return difference !== 0 ? difference < 0 : one.turn < other.turn;
    }
    case "target-left": {
      const difference = compareLeft(targetLeft(one, now), targetLeft(other, now));
      return difference !== 0 ? difference < 0 : one.turn < other.turn;
    }
    default:
      return one.turn < other.turn;
  }
}

/** Books the turn: round-robin goes by who had the oldest one, weighted strategies by virtual time (stride scheduling). */
export function takeTurn(state: TeamState, member: Member, strategy: string): void {
  member.turn = ++state.turns;
  if (strategy !== "weighted-round-robin" && strategy !== "performance-weighted") return;
  const weight = strategy === "performance-weighted" ? performanceWeight(member) : member.rep.weight;
  state.virtualTime = Math.max(member.pass, state.virtualTime);
  member.pass = state.virtualTime + strideUnit / weight;
}

/** 1 to 16 by win rate, smoothed so that one lucky deal does not decide (A7): 1 + ⌊15 (won + 1) / (won + lost + 2)⌋. */
function performanceWeight({ wins, losses }: Member): number {
  return 1 + Math.floor((15 * (wins + 1)) / (wins + losses + 2));
}
