import type { CommandKind, Signal, StatusKind } from "@leadstream/schemas";
import { Checker, type Tally } from "./checker.ts";
import { type Bug, Joiner, type Message } from "./joiner.ts";
import { Random } from "./random.ts";
import { attributesOf, policyDocument, signalOf } from "./samples.ts";

const hourMs = 3_600_000;
const statuses: readonly StatusKind[] = [
  "contacted",
  "contacted",
  "follow_up",
  "sql_accepted",
  "sql_rejected",
  "opportunity",
  "opportunity",
  "won",
  "won",
  "lost",
  "closed",
  "returned",
  "reopened",
  "feedback",
];
const commands: readonly CommandKind[] = [
  "claim",
  "claim",
  "claim",
  "transfer",
  "transfer",
  "hand_back",
  "release",
  "erase",
  "add_collaborator",
  "add_collaborator",
  "remove_collaborator",
  "remove_collaborator",
  "remove_collaborator",
];
const teams = ["east", "north"];
/** Every day of some weeks, so that every history meets some. */
const everyDay = (from: number, until: number): [number, number][] =>
  Array.from({ length: 60 }, (_, index) => [((40 + index) * 24 + from) * hourMs, ((40 + index) * 24 + until) * hourMs]);
const calendars = { day: { open: everyDay(8, 18) }, night: { open: everyDay(20, 26) } };
const strategyOf = [
  "round-robin",
  "round-robin",
  "round-robin",
  "least-loaded",
  "weighted-round-robin",
  "sticky",
  "performance-weighted",
  "target-left",
  "target-left",
];

export interface HistoryResult {
  readonly faults: readonly string[];
  /** Everything that was emitted, for a comparison of two runs. */
  readonly digest: string;
}

/** One random history of the two folds joined: the same seed gives the same history. */
export function runHistory(seed: number, tally: Tally, bug: Bug = {}, steps = 70): HistoryResult {
  return new History(seed, tally, bug).run(steps);
}

class History {
  private readonly random: Random;
  private readonly checker: Checker;
  private readonly joiner: Joiner;
  private readonly leads: readonly string[];
  private readonly members = new Map<string, Map<string, Record<string, unknown>>>();
  private readonly gone = new Map<string, Record<string, unknown>[]>();
  private readonly versions = new Map<string, number>();
  private readonly emitted: string[] = [];
  private time = 1_000 * hourMs;
  /** Time passes slowly and reps hold much: what is under way for hours meets what happens meanwhile. */
  private readonly calm: boolean;
  /** Many leads, many deals, assigned by sales target. */
  private readonly selling: boolean;
  /** Many leads rest with marketing, and few reps claim them. */
  private readonly claiming: boolean;
  private policyVersion = 0;
  private commands = 0;
  private newcomers = 0;

  constructor(seed: number, tally: Tally, bug: Bug) {
    this.random = new Random(seed);
    this.checker = new Checker(tally);
    this.claiming = this.random.chance(10);
    this.calm = this.claiming || this.random.chance(25);
    this.selling = this.random.chance(15);
    const output = bug.output;
    this.joiner = new Joiner(2, 2, this.checker, {
      ...bug,
      output: (emitted) => {
        this.emitted.push(`${emitted.type} ${emitted.key} ${JSON.stringify(emitted.value)}`);
        return output === undefined ? emitted : output(emitted);
      },
    });
    this.leads = Array.from({ length: (this.selling || this.claiming ? 10 : 2) + this.random.below(6) }, (_, index) => `lead-${index + 1}`);
  }

  run(steps: number): HistoryResult {
    this.publishPolicy();
    for (const team of teams) {
      this.members.set(team, new Map());
      for (let count = this.claiming ? 1 : 1 + this.random.below(3); count > 0; count--) this.join(team);
      this.publishRoster(team);
    }
    for (let step = this.claiming ? -steps : 0; step < steps; step++) {
      if (this.random.chance(45)) this.act();
      else this.deliverOne();
    }
    this.settle();
    this.tick();
    this.settle();
    this.checker.atRest(this.joiner, this.time);
    return { faults: this.checker.faults, digest: this.emitted.join("\n") };
  }

  /** Delivers the first message of a random queue, sometimes twice. */
  private deliverOne(): void {
    const waiting = this.joiner.waiting();
    if (waiting.length === 0) return;
    const { target, messages } = this.random.pick(waiting);
    const message = messages.shift()!;
    this.joiner.deliver(target, message);
    if (message.type === "signal" || !this.random.chance(8)) return;
    this.checker.count("messages delivered twice");
    this.joiner.deliver(target, message);
  }

  private settle(): void {
    for (let delivered = 0; this.joiner.waiting().length > 0; delivered++) {
      if (delivered > 20_000) throw new Error("the folds do not come to rest");
      this.deliverOne();
    }
  }

  private act(): void {
    this.time += this.random.chance(this.calm ? 4 : 20) ? this.random.below(40) * hourMs : this.random.below(60_000);
    const dice = this.claiming && this.random.chance(50) ? 70 : this.random.below(100);
    if (dice < 45) this.behaviour();
    else if (dice < 65) this.status();
    else if (dice < 80) this.command();
    else if (dice < 88) this.changeRoster();
    else if (dice < 91) this.publishPolicy();
    else if (dice < 94) this.restart();
    else this.tick();
  }

  private tick(): void {
    for (const partition of [0, 1]) this.send(signalOf("tick", this.time, { leadId: `lead-${partition}` }));
  }

  private send(signal: Signal): void {
    this.joiner.send("scorer", { type: "signal", value: signal } as Message);
  }

  private behaviour(): void {
    const { random } = this;
    const score = this.claiming && random.chance(90) ? 65_000 : random.below(101) * 1_000;
    const band = score >= 80_000 || (!this.claiming && random.chance(40)) ? "sql" : score >= 60_000 ? "mql" : "pool";
    const kind = random.pick(["captured", "crossed", "crossed", "active", "inactive"] as const);
    const direction = kind === "crossed" ? (band === "sql" ? "up" : "down") : "none";
    const details = {
      leadId: random.pick(this.leads),
      score,
      band,
      direction,
      grade: random.pick(["A", "B", "C"] as const),
      imported: random.chance(6),
    } as const;
    const attributes = random.chance(50) ? attributesOf({ region: random.pick(["east", "north", "west"]) }) : null;
    this.send(signalOf(kind, this.time, { ...details, attributes }));
  }

  private status(): void {
    const status = this.selling && this.random.chance(60) ? "won" : this.random.pick(statuses);
    this.send(
      signalOf("status", this.time, {
        leadId: this.random.pick(this.leads),
        status,
        amount: status === "won" ? this.random.below(3_000) : null,
        currency: this.random.pick(["EUR", "EUR", "USD", "JPY", null]),
        imported: this.random.chance(4),
        eventId: `event-${this.time}`,
      }),
    );
  }

  private command(): void {
    const { random } = this;
    const team = random.pick(teams);
    const someone = [...this.members.get(team)!.keys(), "nobody"];
    const rep = this.claiming ? someone[0]! : random.chance(90) ? random.pick(someone) : null;
    const command = this.claiming && random.chance(80) ? "claim" : random.pick(commands);
    const leadId = random.pick(this.leads);
    const toRep = command.endsWith("_collaborator") || (command === "transfer" && random.chance(70)) ? rep : null;
    const epoch = !this.claiming && random.chance(10) ? random.below(3) : null;
    const asker = command === "claim" ? rep : null;
    this.send(
      signalOf(command === "erase" ? "erased" : "command", this.time, {
        leadId,
        command,
        rep: asker,
        toRep,
        toTeam: random.chance(80) ? team : null,
        epoch,
        eventId: `command-${++this.commands}`,
      }),
    );
  }

  private join(team: string): void {
    const { random } = this;
    const id = `${team}-${++this.newcomers}`;
    const tier = random.pick(["junior", "mid", "senior"]);
    this.members.get(team)!.set(id, {
      id,
      tier,
      capacity: (this.calm ? 3 : 1) + random.below(3),
      weight: 1 + random.below(3),
      skills: random.chance(50) ? ["industry"] : [],
      ...(random.chance(50) ? { targets: [{ from: "1970-01-01", until: "2100-01-01", amount: 1 + random.below(50) }] } : {}),
      ...(random.chance(40) ? { calendar: random.pick(["day", "night"]) } : {}),
    });
  }

  private changeRoster(): void {
    const { random } = this;
    const team = random.pick(teams);
    const members = this.members.get(team)!;
    const someone = members.size === 0 ? null : random.pick([...members.keys()]);
    const gone = this.gone.get(team) ?? [];
    this.gone.set(team, gone);
    const dice = random.below(5);
    const back = random.chance(30) ? gone.pop() : undefined;
    if (back !== undefined) members.set(back.id as string, back);
    else if (someone === null || dice === 0) this.join(team);
    else if (dice === 1) this.leave(team, gone, [someone]);
    else if (dice === 4) this.leave(team, gone, [...members.keys()]);
    else if (dice === 2) members.set(someone, { ...members.get(someone), capacity: random.below(4) });
    else {
      const from = new Date(this.time).toISOString().slice(0, 19);
      const until = new Date(this.time + (1 + random.below(50)) * hourMs).toISOString().slice(0, 19);
      members.set(someone, { ...members.get(someone), absent: [{ from: `${from}Z`, until: `${until}Z` }] });
      this.checker.count("absences");
    }
    this.publishRoster(team);
  }

  private leave(team: string, gone: Record<string, unknown>[], ids: readonly string[]): void {
    const members = this.members.get(team)!;
    for (const id of ids) {
      gone.push(members.get(id)!);
      members.delete(id);
    }
  }

  private publishRoster(team: string): void {
    const version = (this.versions.get(team) ?? 0) + 1;
    this.versions.set(team, version);
    const removed = this.members.get(team)!.size === 0 && this.random.chance(60);
    if (removed) this.checker.count("teams removed");
    const document = JSON.stringify({
      id: team,
      removed,
      queueLimit: this.random.pick([0, 1, 5]),
      tierFallback: this.random.chance(80),
      claims: { cap: 2, perDay: 2 },
      calendars,
      ...(!removed && this.random.chance(50) ? { reassignPerHour: this.random.pick([1, 60]) } : {}),
      reps: [...this.members.get(team)!.values()],
    });
    this.joiner.send("publisher", { type: "roster", teamId: team, version, document });
  }

  private publishPolicy(): void {
    const { random } = this;
    const target = (team: string) => ({
      team,
      strategy: this.selling ? "target-left" : random.pick(strategyOf),
      skills: random.chance(20) ? ["industry"] : [],
      ...(random.chance(50) ? { tier: random.pick(["any", "junior", "senior"]) } : {}),
      ...(random.chance(30) ? { outOfHours: "next" } : {}),
    });
    const rules = [
      { id: "east", when: { region: "east" }, assign: target("east"), otherwise: [target("north")] },
      { id: "west", when: { region: "west" }, assign: target("nowhere") },
    ];
    const document = policyDocument({
      assignOn: this.claiming ? "sql" : random.pick(["mql", "sql"]),
      rules,
      fallback: target("north"),
      recycle: { to: random.pick(["pool", "nurture"]), coolDown: "1d", maximum: 2, ...(random.chance(50) ? { reassignAfter: "6h" } : {}) },
      handBack: { coolDown: "1d" },
      claim: { from: this.claiming ? ["pool", "nurture"] : ["pool"] },
      request: { waitLimit: random.pick(["1h", "1d"]), retryAfter: ["15m", "1h"] },
      lease: { duration: random.pick(["12h", "5d", "30d"]) },
      inactivity: { after: random.pick(["8h", "7d"]), leased: random.pick(["alert", "nurture"]) },
    });
    this.joiner.publish(++this.policyVersion, JSON.stringify(document));
    this.checker.count("policies published");
  }

  private restart(): void {
    this.checker.count("restarts");
    this.joiner.restart();
  }
}
