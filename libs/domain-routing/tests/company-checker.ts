import type { Assignment } from "@leadstream/schemas";

/** Changes that begin a lease. */
export const opening = new Set<Assignment["change"]>(["assigned", "reassigned", "claimed", "transferred"]);

/** That of the tests' policies. */
export const COOL_DOWN_MS = 86_400_000;

export interface Owner {
  readonly rep: string;
  readonly epoch: number;
}

/** A model of who accompanies a lead: its collaborators, and what each new owner is told of the owners before. */
export class CompanyChecker {
  private readonly collaborators = new Map<string, readonly string[]>();
  private readonly former = new Map<string, readonly string[]>();
  private readonly wanted = new Map<string, string | null>();
  private readonly fault: (text: string) => void;
  private readonly count: (name: string) => void;

  constructor(fault: (text: string) => void, count: (name: string) => void) {
    this.fault = fault;
    this.count = count;
  }

  /** A command named `rep`. */
  asked(eventId: string, rep: string | null): void {
    this.wanted.set(eventId, rep);
  }

  /** Collaborators stay until somebody takes them away or the lead becomes theirs; a new owner is told of every owner before. */
  see(assignment: Omit<Assignment, "source">, owner: Owner | null): void {
    const { leadId, change, commandId, rep, collaborators, formerOwners } = assignment;
    this.coolDown(assignment);
    const before = this.collaborators.get(leadId) ?? [];
    const whom = this.wanted.get(commandId ?? "");
    let after = before;
    if (change === "collaborator_added") after = [...before, whom ?? ""];
    else if (change === "collaborator_removed") after = before.filter((each) => each !== whom);
    else if (change === "erased") after = [];
    else if (opening.has(change)) after = before.filter((each) => each !== rep);
    if (after.join() !== collaborators.join()) this.fault(`${leadId}: ${change} with collaborators ${collaborators}, not ${after}`);
    this.collaborators.set(leadId, after);
    if (opening.has(change) && after.length > 0) this.count("leads handed over with collaborators");
    const past = this.former.get(leadId) ?? [];
    const ended = owner !== null && (opening.has(change) || rep === null) ? [...past, `${owner.epoch}:${owner.rep}:${change}`] : past;
    if (opening.has(change) && formerOwners.join() !== ended.join())
      this.fault(`${leadId}: ${change} tells of the owners ${formerOwners}, not ${ended}`);
    if (opening.has(change) && ended.length > 0) this.count("hand-overs that tell of the owners before");
    this.former.set(leadId, change === "erased" ? [] : ended);
  }
  /** Who lost the lead by neglect or handed it back is named with the end of the cool-down. */
  private coolDown({ leadId, change, previousRep, time, coolDowns }: Omit<Assignment, "source">): void {
    if ((change !== "recycled" && change !== "handed_back") || previousRep === null) return;
    this.count("cool-downs that the record tells");
    if (!coolDowns.includes(`${previousRep}:${time + COOL_DOWN_MS}`))
      this.fault(`${leadId}: ${change} does not tell the cool-down of ${previousRep}`);
  }
}
