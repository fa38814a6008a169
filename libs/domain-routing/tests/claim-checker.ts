import type { TeamReply } from "@leadstream/schemas";

/** Of the tests' rosters: claimed leads held at once, and claims a day, per rep. */
const limits = { cap: 2, perDay: 2 };
const dayMs = 86_400_000;

/** A model of what reps claim from the pool (SLA12). */
export class ClaimChecker {
  /** Who holds what by a claim. */
  private readonly held = new Map<string, string>();
  /** Claims by rep, and the day that they count for. */
  private readonly today = new Map<string, { readonly day: number; count: number }>();
  private readonly fault: (text: string) => void;
  private readonly count: (name: string) => void;

  constructor(fault: (text: string) => void, count: (name: string) => void) {
    this.fault = fault;
    this.count = count;
  }

  granted({ requestId, rep, time }: Omit<TeamReply, "source">): void {
    const who = rep ?? "";
    const day = Math.floor(time / dayMs);
    const before = this.today.get(who);
    const today = before?.day === day ? before : { day, count: 0 };
    today.count++;
    this.today.set(who, today);
    this.held.set(requestId, who);
    const holds = [...this.held.values()].filter((each) => each === who).length;
    if (today.count > limits.perDay) this.fault(`${who} claims lead number ${today.count} of a day`);
    if (holds > limits.cap) this.fault(`${who} holds ${holds} claimed leads`);
  }

  denied({ reason }: Omit<TeamReply, "source">): void {
    if (reason?.includes("the cap is") === true) this.count("claims over the cap");
    if (reason?.includes("the quota is") === true) this.count("claims over the quota");
  }

  /** The lead is theirs no more. */
  ended(requestId: string): void {
    this.held.delete(requestId);
  }

  /** Who comes back begins a day of their own. */
  left(rep: string): void {
    this.today.delete(rep);
  }
}
