import type { SalesTarget } from "./team.ts";
import type { Member } from "./team-state.ts";

/** What is left of a target, in hundredths of the currency: left ÷ amount, both whole. */
export interface TargetLeft {
  readonly left: number;
  readonly amount: number;
}

/** Who has no target now, or has reached it, has nothing left. */
const nothingLeft: TargetLeft = { left: 0, amount: 1 };

export function targetLeft(member: Member, now: number): TargetLeft {
  const target = targetAt(member, now);
  if (target === null) return nothingLeft;
  const { amount, from } = target;
  const sold = member.targetFrom === from ? member.sold : 0;
  return { left: Math.min(amount, Math.max(0, amount - sold)), amount };
}

/** A deal of the rep was won at `time`. Deals of a span that is over, or of none, count for no target. */
export function addSale(member: Member, time: number, amount: number): void {
  const target = targetAt(member, time);
  if (target === null || target.from < member.targetFrom) return;
  if (target.from > member.targetFrom) {
    member.targetFrom = target.from;
    member.sold = 0;
  }
  member.sold = Math.min(Number.MAX_SAFE_INTEGER, member.sold + amount);
}

/** Below zero: the first has the larger share left; compared without rounding. */
export function compareLeft(one: TargetLeft, other: TargetLeft): number {
  const ours = one.left * other.amount;
  const theirs = other.left * one.amount;
  if (Number.isSafeInteger(ours) && Number.isSafeInteger(theirs)) return theirs - ours;
  const difference = BigInt(other.left) * BigInt(one.amount) - BigInt(one.left) * BigInt(other.amount);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** For the decision's why. */
export function describeLeft({ rep }: Member, { left, amount }: TargetLeft): string {
  return amount === nothingLeft.amount
    ? `${rep.id}: has no target now`
    : `${rep.id}: ${units(left)} of a target of ${units(amount)} is left`;
}

function units(hundredths: number): string {
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}

function targetAt({ rep }: Member, time: number): SalesTarget | null {
  return rep.targets.find(({ from, until }) => time >= from && time < until) ?? null;
}
