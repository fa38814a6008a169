import type { Model } from "../src/index.ts";
import type { Rule } from "../src/model.ts";
import { DAY_MS } from "../src/units.ts";

interface Counted {
  readonly rule: Rule;
  readonly at: number;
  readonly serial: number;
}

/**
 * The engagement of a lead as a textbook would compute it: every touch kept, floating point, sorted by its own time, no sums and no tables.
 * It shares nothing with the fold but the checked model.
 */
export class Oracle {
  private readonly model: Model;
  private readonly counted: Counted[] = [];
  private lastActiveAt = -1;

  constructor(model: Model) {
    this.model = model;
  }

  touch(kind: string, dwellMs: number | null, at: number, live: boolean): void {
    if (live) this.active(at);
    const matching = this.model.rules.filter((rule) => rule.kind === "behaviour" && rule.on.includes(kind) && holds(rule, dwellMs));
    this.count(matching, at);
  }

  status(kind: string, at: number): void {
    this.count(
      this.model.rules.filter((rule) => rule.kind === "status" && rule.on.includes(kind)),
      at,
    );
  }

  active(at: number): void {
    this.lastActiveAt = Math.max(this.lastActiveAt, at);
  }

  forget(): void {
    this.counted.length = 0;
    this.lastActiveAt = -1;
  }

  private count(matching: readonly Rule[], at: number): void {
    for (const rule of matching) {
      const rivals = matching.filter((other) => other.group === rule.group && this.isExclusive(rule));
      const best = rivals.length === 0 ? rule : rivals.reduce((a, b) => (isMoreSpecific(b, a) ? b : a));
      if (best === rule) this.counted.push({ rule, at, serial: this.counted.length });
    }
  }

  private isExclusive(rule: Rule): boolean {
    return this.model.groups.some((group) => group.id === rule.group && group.exclusive);
  }

  /** Thousandths, not rounded. */
  engagementAt(at: number): number {
    const used = new Map<string, number>();
    const add = (key: string, amount: number): number => {
      used.set(key, (used.get(key) ?? 0) + amount);
      return used.get(key)!;
    };
    let total = 0;
    for (const { rule, at: touchedAt } of this.counted.toSorted((a, b) => a.at - b.at || a.serial - b.serial)) {
      const times = add(`times:${rule.id}`, 1);
      if ((rule.once && times > 1) || times % rule.every !== 0) continue;
      const group = this.model.groups.find((one) => one.id === rule.group);
      const day = Math.floor(touchedAt / DAY_MS);
      let given = Math.abs(rule.points);
      const limits: [string, number | null][] = [
        [`day:${rule.id}:${day}`, rule.cap.perDay],
        [`life:${rule.id}`, rule.cap.lifetime],
      ];
      if (group !== undefined && rule.points > 0) {
        limits.push([`day:group:${group.id}:${day}`, group.cap.perDay], [`life:group:${group.id}`, group.cap.lifetime]);
      }
      for (const [key, most] of limits) if (most !== null) given = Math.min(given, most - (used.get(key) ?? 0));
      for (const [key, most] of limits) if (most !== null) add(key, given);
      total += Math.sign(rule.points) * given * leftOf(rule, touchedAt, at);
    }
    return total + this.silenceAt(at);
  }

  private silenceAt(at: number): number {
    if (this.lastActiveAt < 0) return 0;
    const silentMs = at - this.lastActiveAt;
    return this.model.inactivity.penalties.reduce((sum, one) => (silentMs >= one.afterMs ? sum + one.points : sum), 0);
  }

  /** How far the fold may be off: it rounds each way of fading once, and steps linear decay. */
  tolerance(): number {
    let most = 8;
    for (const { rule } of this.counted) if (rule.decay.kind === "linear") most += Math.abs(rule.points) / 32;
    return most;
  }
}

function holds(rule: Rule, dwellMs: number | null): boolean {
  return rule.when.every((one) => one.test === "range" && one.field === "dwell" && dwellMs !== null && dwellMs >= (one.atLeast ?? 0));
}

function isMoreSpecific(a: Rule, b: Rule): boolean {
  if (a.when.length !== b.when.length) return a.when.length > b.when.length;
  return a.on.length < b.on.length;
}

function leftOf(rule: Rule, touchedAt: number, at: number): number {
  const ageMs = at - touchedAt;
  const { decay } = rule;
  if (decay.kind === "none") return 1;
  if (decay.kind === "half-life") return 2 ** (-ageMs / decay.halfLifeMs);
  if (decay.kind === "linear") return Math.max(0, 1 - ageMs / decay.overMs);
  // A window ends with the 256th part of it in which its length has passed.
  const partMs = Math.ceil(decay.lengthMs / 256);
  return Math.floor(at / partMs) - Math.floor(touchedAt / partMs) <= 256 ? 1 : 0;
}
