import { describe, expect, it } from "@jest/globals";
import { Random } from "./random.ts";
import { TeamStory } from "./team-story.ts";

const secondMs = 1_000;
const strategies = ["round-robin", "weighted-round-robin", "performance-weighted", "least-loaded"] as const;
type Strategy = (typeof strategies)[number];

interface Model {
  readonly id: string;
  readonly weight: number;
  readonly capacity: number;
  held: number;
  absentUntil: number;
  wins: number;
  losses: number;
  /** Leads since the same reps, with the same weights, were ready all the time. */
  got: number;
}

/** A random team whose reps join, leave, go absent, fill up and close deals; a model of its own says who was ready. */
class Company {
  /** The largest difference of shares, per unit of weight, in any span in which the same reps were ready. */
  worst = 0;
  /** Grants to somebody while a ready colleague had a smaller share of the capacity in use. */
  unbalanced = 0;
  /** How often what is claimed was put to the test. */
  readonly seen = { joined: 0, left: 0, absent: 0, filled: 0, weighed: 0 };
  private readonly random: Random;
  private readonly story = new TeamStory();
  private readonly strategy: Strategy;
  private members: Model[] = [];
  private readonly open: { number: number; id: string }[] = [];
  private names = 0;
  private number = 0;
  private now = Date.parse("2026-05-01");
  private ready = "";

  constructor(seed: number, strategy: Strategy) {
    this.random = new Random(seed);
    this.strategy = strategy;
    for (let count = 2 + this.random.below(4); count > 0; count--) this.join();
    this.publish();
  }

  run(steps: number): this {
    for (let step = 0; step < steps; step++) {
      this.now += secondMs;
      this.story.at(this.now);
      const dice = this.random.below(100);
      if (dice < 8) this.changeRoster(dice);
      else if (dice < 30 && this.open.length > 0) this.giveBack();
      else this.ask();
      this.measure();
    }
    return this;
  }

  private join(): void {
    const { random } = this;
    const weight = this.strategy === "weighted-round-robin" ? random.pick([1, 2, 3, 5]) : 1;
    const capacity = 3 + random.below(30);
    this.members.push({ id: `rep-${++this.names}`, weight, capacity, held: 0, absentUntil: 0, wins: 0, losses: 0, got: 0 });
  }

  private changeRoster(dice: number): void {
    const someone = this.random.pick(this.members);
    if (dice < 3) {
      this.join();
      this.seen.joined++;
    } else if (dice < 5 && this.members.length > 1) {
      this.members = this.members.filter((each) => each !== someone);
      this.seen.left++;
    } else {
      someone.absentUntil = this.now + (1 + this.random.below(40)) * secondMs;
      this.seen.absent++;
    }
    this.publish();
  }

  private publish(): void {
    const text = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
    const reps = this.members.map(({ id, weight, capacity, absentUntil }) => ({
      id,
      weight,
      capacity,
      absent: absentUntil > this.now ? [{ from: text(this.now), until: text(absentUntil) }] : [],
    }));
    this.story.roster(reps, { queueLimit: 0 });
  }

  private giveBack(): void {
    const [done] = this.open.splice(this.random.below(this.open.length), 1);
    const outcome =
      this.strategy === "performance-weighted" ? this.random.pick(["recycled", "recycled", "recycled", "won", "lost"]) : "recycled";
    this.story.give(done!.number, outcome);
    const holder = this.members.find(({ id }) => id === done!.id);
    if (holder === undefined) return;
    holder.held--;
    const before = this.weightOf(holder);
    if (outcome === "won") holder.wins++;
    else if (outcome === "lost") holder.losses++;
    if (this.weightOf(holder) === before) return;
    this.seen.weighed++;
    this.ready = "";
  }

  private ask(): void {
    const { rep } = this.story.send("assign", ++this.number, { strategy: this.strategy }).replies.at(-1)!;
    if (rep === null) return;
    const holder = this.members.find(({ id }) => id === rep)!;
    const fuller = this.able().some((other) => other.held * holder.capacity < holder.held * other.capacity);
    if (fuller) this.unbalanced++;
    this.open.push({ number: this.number, id: rep });
    holder.got++;
    if (++holder.held === holder.capacity) this.seen.filled++;
  }

  /** 1 to 16 by win rate, or as the roster says. */
  private weightOf({ weight, wins, losses }: Model): number {
    return this.strategy === "performance-weighted" ? 1 + Math.floor((15 * (wins + 1)) / (wins + losses + 2)) : weight;
  }

  private able(): Model[] {
    return this.members.filter(({ held, capacity, absentUntil }) => held < capacity && absentUntil <= this.now);
  }

  private measure(): void {
    const able = this.able();
    const ready = able.map(({ id }) => id).join();
    if (ready !== this.ready) for (const each of this.members) each.got = 0;
    this.ready = ready;
    const shares = able.map((each) => each.got / this.weightOf(each));
    if (shares.length > 1) this.worst = Math.max(this.worst, Math.max(...shares) - Math.min(...shares));
  }
}

const companies = (strategy: Strategy, count: number): Company[] =>
  Array.from({ length: count }, (_, seed) => new Company(seed, strategy).run(400));
const worstOf = (all: readonly Company[]): number => Math.max(...all.map(({ worst }) => worst));

describe("fairness while members join, leave, go absent, fill up and close deals", () => {
  it("round-robin: max − min ≤ 1", () => {
    expect(worstOf(companies("round-robin", 300))).toBeLessThanOrEqual(1);
  });

  it("weighted: max − min ≤ 1 per unit of weight in every cycle of a team", () => {
    const fresh = Array.from({ length: 8 }, (_, index) => ({ id: `rep-${index}`, weight: 1 + (index % 4), capacity: 9_999 }));
    const story = new TeamStory().roster(fresh);
    const got = new Map(fresh.map(({ id }) => [id, 0]));
    for (let count = 1; count <= 2_000; count++) {
      const rep = story.ask({ strategy: "weighted-round-robin" });
      got.set(rep, got.get(rep)! + 1);
      const shares = fresh.map(({ id, weight }) => got.get(id)! / weight);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });

  it("weighted, by roster or by win rate: from any instant on at most two per unit of weight", () => {
    expect(worstOf(companies("weighted-round-robin", 200))).toBeLessThanOrEqual(2);
    const selling = companies("performance-weighted", 200);
    expect(worstOf(selling)).toBeLessThanOrEqual(2);
    expect(selling.reduce((sum, { seen }) => sum + seen.weighed, 0)).toBeGreaterThan(500);
  });

  it("least-loaded: nobody gets a lead while a ready colleague uses a smaller share of the capacity", () => {
    const all = companies("least-loaded", 200);
    expect(all.reduce((sum, { unbalanced }) => sum + unbalanced, 0)).toBe(0);
    // The same teams under another strategy would be noticed, and everything that may disturb happened.
    expect(companies("round-robin", 5).reduce((sum, { unbalanced }) => sum + unbalanced, 0)).toBeGreaterThan(100);
    for (const what of ["joined", "left", "absent", "filled"] as const)
      expect([what, all.reduce((sum, { seen }) => sum + seen[what], 0) > 500]).toEqual([what, true]);
  });
});
