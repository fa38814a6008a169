import type { Assignment } from "@leadstream/schemas";
import type { EventSink } from "./intake.ts";
import type { RosterResult } from "./roster/rosters.ts";

/** What became of a command: the change it made, or `refused`, with the lead's state right after it. */
export type CommandResult = Pick<
  Assignment,
  "leadId" | "time" | "change" | "state" | "epoch" | "rep" | "previousRep" | "team" | "reason" | "why" | "policyVersion"
> & { readonly commandId: string };

export interface CommandResultLimits {
  /** Commands that are remembered; the oldest are forgotten first. */
  readonly commandsKept: number;
  /** Requests that may wait for a result at once; more are told at once that there is none yet. */
  readonly commandWaiters: number;
}

export type AnyResult = CommandResult | RosterResult;
type Waiter = (result: AnyResult | null) => void;

/**
 * Results of late commands, by id. A command is answered by exactly one record of lead.assignments that carries its id; `requested` with the id
 * only says that a team is being asked.
 */
export class CommandResults {
  /** null: on the log, not answered yet. */
  private readonly known = new Map<string, AnyResult | null>();
  private readonly waiters = new Map<string, Set<Waiter>>();
  private waiting = 0;
  private readonly limits: CommandResultLimits;

  constructor(limits: CommandResultLimits) {
    this.limits = limits;
  }

  /** A command is on the log. */
  expect(commandId: string): void {
    if (!this.known.has(commandId)) this.keep(commandId, null);
  }

  see(assignment: Assignment): void {
    const { commandId, change } = assignment;
    if (commandId === null) return;
    if (change === "requested") {
      this.expect(commandId);
      return;
    }
    const { leadId, time, state, epoch, rep, previousRep, team, reason, why, policyVersion } = assignment;
    const result = { commandId, leadId, time, change, state, epoch, rep, previousRep, team, reason, why, policyVersion };
    this.settle(result);
  }

  /** The first record of a command counts: a repeat that came later changes nothing. */
  seeRoster(result: RosterResult): void {
    const known = this.known.get(result.commandId);
    if (known === undefined || known === null) this.settle(result);
  }

  private settle(result: AnyResult): void {
    this.keep(result.commandId, result);
    for (const waiter of [...(this.waiters.get(result.commandId) ?? [])]) waiter(result);
  }

  /** The result, `pending` while there is none yet, or `unknown`: never seen, or too long ago. */
  find(commandId: string): AnyResult | "pending" | "unknown" {
    const result = this.known.get(commandId);
    return result === undefined ? "unknown" : (result ?? "pending");
  }

  /** The result as soon as it is there; null after `waitMs`, or when too many wait already. */
  wait(commandId: string, waitMs: number): Promise<AnyResult | null> {
    const known = this.known.get(commandId);
    if (known !== undefined && known !== null) return Promise.resolve(known);
    if (waitMs === 0 || this.waiting >= this.limits.commandWaiters) return Promise.resolve(null);
    return new Promise((resolve) => {
      const waiters = this.waiters.get(commandId) ?? new Set();
      const settle: Waiter = (result) => {
        clearTimeout(timer);
        this.waiting--;
        waiters.delete(settle);
        if (waiters.size === 0) this.waiters.delete(commandId);
        resolve(result);
      };
      const timer = setTimeout(settle, waitMs, null);
      this.waiters.set(commandId, waiters.add(settle));
      this.waiting++;
    });
  }

  /** Nobody waits any longer, so that a drain can end. */
  release(): void {
    for (const waiters of [...this.waiters.values()]) for (const settle of [...waiters]) settle(null);
  }

  private keep(commandId: string, result: AnyResult | null): void {
    this.known.delete(commandId);
    this.known.set(commandId, result);
    if (this.known.size <= this.limits.commandsKept) return;
    for (const oldest of this.known.keys()) {
      this.known.delete(oldest);
      return;
    }
  }
}

/** Remembers every command that gets onto the log through the sink, whichever address it came by. */
export function rememberCommands(sink: EventSink, results: CommandResults): EventSink {
  return {
    emit(kind, input, producer) {
      const emitted = sink.emit(kind, input, producer);
      if (kind !== "command") return emitted;
      return emitted.then((outcome) => {
        if (outcome.ok) results.expect(outcome.accepted.eventId);
        return outcome;
      });
    },
    async emitAll(items, producer) {
      const outcomes = await sink.emitAll(items, producer);
      for (const [index, outcome] of outcomes.entries()) {
        if (items[index]?.kind === "command" && outcome.ok) results.expect(outcome.accepted.eventId);
      }
      return outcomes;
    },
  };
}
