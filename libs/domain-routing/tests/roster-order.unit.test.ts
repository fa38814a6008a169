import { describe, expect, it } from "@jest/globals";
import type { RosterChange, RosterDecided } from "@leadstream/schemas";
import { editRoster, onRosterChange, onRosterVersion, rosterKey, type TeamState } from "../src/index.ts";
import { Random } from "./random.ts";

const teamIds = ["east", "north", "west"];
const reps = ["ann", "bob", "cid", "dan"];
const empty = (id: string): string => JSON.stringify({ id, reps: [] });

/** Somebody's view of the roster, as old as the last look. */
interface Editor {
  version: number;
  readonly documents: Map<string, string>;
}

/** Editors who look at different times change one roster; what is decided reaches the teams, and the editors, later. */
class Company {
  readonly faults: string[] = [];
  readonly counts = { done: 0, refused: 0, "in two teams otherwise": 0 };
  private readonly random: Random;
  private readonly forgets: boolean;
  private readonly log: RosterChange[] = [];
  private readonly decided: Omit<RosterDecided, "source">[] = [];
  private readonly editors: Editor[];
  private readonly teams = new Map(teamIds.map((id) => [id, empty(id)]));
  private state: TeamState | null = onRosterVersion(null, 1);
  private version = 1;
  private commands = 0;

  constructor(seed: number, forgets: boolean) {
    this.random = new Random(seed);
    this.forgets = forgets;
    this.editors = Array.from({ length: 3 }, () => ({ version: 1, documents: new Map(this.teams) }));
  }

  run(): this {
    for (let step = 0; step < 60; step++) {
      const dice = this.random.below(10);
      if (dice < 4) this.edit(this.random.pick(this.editors));
      else if (dice < 7) this.decide();
      else this.look(this.random.pick(this.editors));
    }
    while (this.log.length > 0) this.decide();
    if (this.decided.length !== this.commands) this.faults.push(`${this.decided.length} answers to ${this.commands} changes`);
    return this;
  }

  private edit({ version, documents }: Editor): void {
    const rep = this.random.pick(reps);
    const action = this.random.chance(70) ? "add_rep" : "remove_rep";
    const edit = {
      action,
      rep,
      team: action === "add_rep" ? this.random.pick(teamIds) : null,
      profile: {},
      from: null,
      until: null,
    } as const;
    const edited = editRoster([...documents.values()], edit);
    if ("faults" in edited) return;
    this.log.push({ commandId: `c${++this.commands}`, version: version + 1, fingerprint: "", rep, ...edited });
  }

  private decide(): void {
    const change = this.log.shift();
    if (change === undefined) return;
    if (this.forgets && this.state !== null) this.state.rosterVersion = 0;
    this.state = onRosterChange({ now: 0, emit: ({ value }) => this.answer(value as RosterDecided, change) }, this.state, change);
  }

  private answer(decided: Omit<RosterDecided, "source">, change: RosterChange): void {
    this.decided.push(decided);
    this.counts[decided.done ? "done" : "refused"]++;
    if (!decided.done) {
      this.teams.set("trial", change.document);
      if (this.twice([...this.teams].filter(([id]) => id !== change.teamId)) !== null) this.counts["in two teams otherwise"]++;
      this.teams.delete("trial");
      if (decided.reason === null || decided.version !== this.version) this.faults.push("refused without the present state");
      return;
    }
    if (decided.version !== this.version + 1) this.faults.push(`version ${decided.version} after ${this.version}`);
    this.version = decided.version;
    this.teams.set(decided.teamId, decided.document);
    const twice = this.twice([...this.teams]);
    if (twice !== null) this.faults.push(`${twice} is in two teams`);
  }

  private twice(teams: readonly (readonly [string, string])[]): string | null {
    const names = teams.flatMap(([, document]) => (JSON.parse(document) as { reps: { id: string }[] }).reps.map(({ id }) => id));
    return names.find((name, index) => names.indexOf(name) !== index) ?? null;
  }

  private look(editor: Editor): void {
    editor.version = this.version;
    for (const [id, document] of this.teams) editor.documents.set(id, document);
  }
}

describe("changes of the roster that come at once", () => {
  it("are put in one order: nobody is in two teams, each is answered once, over 2 000 random histories", () => {
    const counts: Record<string, number> = {};
    for (let seed = 1; seed <= 2_000; seed++) {
      const company = new Company(seed, false).run();
      expect([seed, company.faults]).toEqual([seed, []]);
      for (const [name, count] of Object.entries(company.counts)) counts[name] = (counts[name] ?? 0) + count;
    }
    process.stdout.write(`2000 rosters: ${JSON.stringify(counts)}\n`);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(1_000);
  });

  it("would be noticed otherwise: the version that was seen is not looked at", () => {
    const faults: string[] = [];
    for (let seed = 1; seed <= 20; seed++) faults.push(...new Company(seed, true).run().faults);
    expect(faults).toContainEqual(expect.stringContaining("is in two teams"));
  });

  it("a published file ends what was made from the roster before it; an older one changes nothing", () => {
    const state = onRosterVersion(onRosterVersion(null, 4), 3);
    const answers: Omit<RosterDecided, "source">[] = [];
    const change = { commandId: "c", version: 4, teamId: "east", rep: "ann", fingerprint: "", document: empty("east") };
    onRosterChange({ now: 0, emit: ({ key, value }) => answers.push({ ...(value as RosterDecided), rep: key }) }, state, change);
    expect(answers).toMatchObject([
      { done: false, version: 4, rep: rosterKey, reason: expect.stringContaining("version 4"), document: "" },
    ]);
  });
});
