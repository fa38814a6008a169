import { createHash } from "node:crypto";
import { editRoster, type Fault, findRep, type RosterEdit } from "@leadstream/domain-routing";
import type { CommandResults } from "../command-results.ts";
import { CollectorError } from "../errors.ts";
import type { RosterLog, TeamVersion } from "./roster-log.ts";

/** A wish to change the roster that `version` names. */
export interface RosterCommand extends RosterEdit {
  readonly commandId: string;
  readonly version: number;
}

/** What became of a change: done, or refused because another one came first. */
export interface RosterResult {
  readonly kind: "roster";
  readonly commandId: string;
  readonly done: boolean;
  readonly team: string;
  /** The roster's version after it. */
  readonly version: number;
}

export type RosterOutcome =
  | { readonly kind: "appended"; readonly partition: number; readonly offset: number; readonly result: RosterResult }
  | { readonly kind: "known"; readonly result: RosterResult }
  | { readonly kind: "stale"; readonly current: RosterState }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export interface RosterState {
  readonly version: number;
  readonly rep: string;
  /** null: in no team. */
  readonly team: string | null;
  readonly profile: object | null;
}

/**
 * The roster as one document: the newest version of each team on the log. The log decides which of two changes came first: a team takes the first record
 * of a version and ignores others, here as in the router. One change at a time; a change is read back before it is answered.
 */
export class Rosters {
  private readonly log: RosterLog;
  private readonly results: CommandResults;
  private readonly waitingLimit: number;
  private readonly teams = new Map<string, TeamVersion>();
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(log: RosterLog, results: CommandResults, limits: { readonly rosterChangesWaiting: number }) {
    this.log = log;
    this.results = results;
    this.waitingLimit = limits.rosterChangesWaiting;
  }

  /** Version and documents of the teams, by name. */
  current(): Promise<{ readonly version: number; readonly teams: readonly object[] }> {
    return this.inTurn(async () => {
      await this.catchUp();
      const names = [...this.teams.keys()].sort();
      return { version: this.version, teams: names.map((name) => described(this.teams.get(name)!.document)) };
    });
  }

  change(command: RosterCommand): Promise<RosterOutcome> {
    return this.inTurn(async () => {
      await this.catchUp();
      const known = this.results.find(command.commandId);
      if (typeof known === "object" && "kind" in known) return { kind: "known", result: known };
      if (command.version !== this.version) return { kind: "stale", current: this.stateOf(command.rep) };
      const edited = editRoster(this.documents, command);
      if ("faults" in edited) return { kind: "invalid", faults: edited.faults };
      const { teamId, document } = edited;
      const fingerprint = createHash("sha256").update(document).digest("hex").slice(0, 16);
      const version = this.version + 1;
      const place = await this.log.append(teamId, { version, fingerprint, document, commandId: command.commandId });
      await this.catchUp();
      const result = this.results.find(command.commandId);
      if (typeof result !== "object" || !("kind" in result)) {
        throw new CollectorError("INTERNAL", "the change is on the log and cannot be read back", "Ask for it at /v1/commands/{id}.");
      }
      return { kind: "appended", ...place, result };
    });
  }

  stateOf(rep: string): RosterState {
    const found = findRep(this.documents, rep);
    return { version: this.version, rep, team: found?.team ?? null, profile: found?.profile ?? null };
  }

  private get version(): number {
    return Math.max(0, ...[...this.teams.values()].map((team) => team.version));
  }

  private get documents(): string[] {
    return [...this.teams.values()].map(({ document }) => document);
  }

  private catchUp(): Promise<void> {
    return this.log.catchUp((team) => {
      const { teamId, version, commandId } = team;
      const done = version > (this.teams.get(teamId)?.version ?? 0);
      if (done) this.teams.set(teamId, team);
      if (commandId === null) return;
      this.results.seeRoster({ kind: "roster", commandId, done, team: teamId, version: done ? version : this.version });
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= this.waitingLimit) {
      throw new CollectorError("OVERLOADED", "too many changes of the roster are under way", "Wait as long as Retry-After says.", {
        retryAfterMs: 1_000,
      });
    }
    this.waiting++;
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting--;
    }
  }
}

/** A team as people wrote it: without the instants that its calendars were resolved to. */
function described(document: string): object {
  const team = JSON.parse(document) as { readonly calendars?: Readonly<Record<string, object>> };
  if (team.calendars === undefined) return team;
  const calendars = Object.entries(team.calendars).map(([id, calendar]) => [id, { ...calendar, open: undefined }]);
  return { ...team, calendars: Object.fromEntries(calendars) };
}
