import { createHash } from "node:crypto";
import { editRoster, type Fault, findRep, type RosterEdit, writtenCalendars } from "@leadstream/domain-routing";
import type { CommandResults } from "../command-results.ts";
import { Turns } from "../turns.ts";
import type { RosterLog, RosterNews, TeamVersion } from "./roster-log.ts";

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

export interface RosterClock {
  now(): number;
  sleep(durationMs: number): Promise<void>;
}

export type RosterOutcome =
  | { readonly kind: "appended"; readonly partition: number; readonly offset: number }
  | { readonly kind: "known"; readonly result: RosterResult | null }
  | { readonly kind: "stale"; readonly current: RosterState }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export interface RosterState {
  readonly version: number;
  readonly rep: string;
  /** null: in no team. */
  readonly team: string | null;
  readonly profile: object | null;
}

export interface RosterLimits {
  readonly rosterChangesWaiting: number;
  /** Pause between two looks at the log while a decision is awaited. */
  readonly rosterPollMs: number;
}

/**
 * The roster as one document: the newest version of each team on the log. The router decides on changes: of two that were made from the same version the
 * first on the log holds, whichever collector took it. One change at a time.
 */
export class Rosters {
  private readonly log: RosterLog;
  private readonly results: CommandResults;
  private readonly limits: RosterLimits;
  private readonly clock: RosterClock;
  private readonly teams = new Map<string, TeamVersion>();
  /** Changes of this collector that the log has not decided yet. */
  private readonly undecided = new Set<string>();
  private readonly turns: Turns;

  constructor(log: RosterLog, results: CommandResults, limits: RosterLimits, clock: RosterClock) {
    this.log = log;
    this.results = results;
    this.limits = limits;
    this.clock = clock;
    this.turns = new Turns(limits.rosterChangesWaiting, "changes of the roster");
  }

  /** Version and documents of the teams, by name. */
  current(): Promise<{ readonly version: number; readonly teams: readonly object[] }> {
    return this.turns.take(async () => {
      await this.catchUp();
      const names = [...this.teams.keys()].sort();
      return { version: this.version, teams: names.map((name) => writtenCalendars(JSON.parse(this.teams.get(name)!.document))) };
    });
  }

  change(command: RosterCommand): Promise<RosterOutcome> {
    return this.turns.take(async () => {
      await this.catchUp();
      const known = this.resultOf(command.commandId);
      if (known !== null) return { kind: "known", result: known };
      if (this.undecided.has(command.commandId)) return { kind: "known", result: null };
      if (command.version !== this.version) return { kind: "stale", current: this.stateOf(command.rep) };
      const edited = editRoster(this.documents, command);
      if ("faults" in edited) return { kind: "invalid", faults: edited.faults };
      const { teamId, document } = edited;
      const fingerprint = createHash("sha256").update(document).digest("hex").slice(0, 16);
      const { commandId, rep } = command;
      const place = await this.log.append({ commandId, version: this.version + 1, teamId, rep, fingerprint, document });
      this.undecided.add(commandId);
      this.results.expect(commandId);
      return { kind: "appended", ...place };
    });
  }

  /** What the router made of a change: at once when it is known, else as soon as the log says so; null when `waitMs` are over. */
  async outcomeOf(commandId: string, waitMs: number): Promise<RosterResult | null> {
    const end = this.clock.now() + waitMs;
    for (let looks = 0; ; looks++) {
      const result = this.resultOf(commandId);
      // A refusal may be read before the change that came first: they lie in different partitions.
      const awaited = result === null ? this.undecided.has(commandId) : result.version > this.version;
      const leftMs = end - this.clock.now();
      if (!awaited || (looks > 0 && leftMs <= 0)) return result;
      if (looks > 0) await this.clock.sleep(Math.min(this.limits.rosterPollMs, leftMs));
      await this.turns.follow(() => this.catchUp());
    }
  }

  private resultOf(commandId: string): RosterResult | null {
    const result = this.results.find(commandId);
    return typeof result === "object" && "kind" in result ? result : null;
  }

  /** Takes over what the log has decided since, also of changes that another collector took. */
  refresh(): Promise<void> {
    return this.turns.take(() => this.catchUp());
  }

  /** A change of the roster that waits for its decision. */
  decides(commandId: string): boolean {
    return this.undecided.has(commandId);
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
    return this.log.catchUp((news) => this.see(news));
  }

  /** A team takes the first record of a version and ignores others, here as in the router. */
  private see(news: RosterNews): void {
    const { commandId, teamId, version } = news;
    const done = news.kind === "team" && version > (this.teams.get(teamId)?.version ?? 0);
    if (news.kind === "team" && done) this.teams.set(teamId, news);
    if (commandId === null) return;
    this.undecided.delete(commandId);
    this.results.seeRoster({ kind: "roster", commandId, done, team: teamId, version: done ? version : Math.max(version, this.version) });
  }
}
