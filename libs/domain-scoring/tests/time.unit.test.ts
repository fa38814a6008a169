import { describe, expect, it } from "@jest/globals";
import { decayClass, firstLeftBelow, leftAt, slotAt, weighted } from "../src/decay.ts";
import { elapsedAtGrowth, growth, UNIT } from "../src/half-life-table.ts";
import { Scorer } from "../src/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../src/units.ts";
import { compiled, modelWith } from "./documents.ts";
import { capture, Journey, START, status, touch } from "./events.ts";
import { bytesOf } from "./histories.ts";
import { Random } from "./random.ts";
import { harshModel } from "./test-models.ts";

const halfLife = (points: number, more: Record<string, unknown> = {}): Scorer =>
  modelWith({ behaviour: [{ id: "one", points, touch: "one", decay: { halfLife: "30d" } }], ...more });

describe("the half-life table", () => {
  it("is the same integers everywhere", () => {
    expect([0, 1, 15 * DAY_MS, 30 * DAY_MS - 1].map((elapsed) => growth(elapsed, 30 * DAY_MS))).toEqual([
      16_777_216, 16_777_216, 23_726_566, 33_554_431,
    ]);
  });

  it("is within 1.3e-7 of the power of two and never falls", () => {
    const period = 30 * DAY_MS;
    let previous = 0;
    for (let step = 0; step < 20_000; step++) {
      const elapsed = Math.floor((step * period) / 20_000);
      const value = growth(elapsed, period);
      expect(value).toBeGreaterThanOrEqual(previous);
      expect(Math.abs(value / UNIT / 2 ** (elapsed / period) - 1)).toBeLessThan(1.3e-7);
      previous = value;
    }
  });
});

describe("the half-life table read backwards", () => {
  it("gives the first millisecond of a growth, for any period and growth", () => {
    const random = new Random(11);
    for (let count = 0; count < 3_000; count++) {
      const period = random.pick([1, 7, 1_000, 86_399_999, 30 * DAY_MS, 365 * DAY_MS]);
      const wanted = UNIT + random.below(UNIT + 2);
      const elapsed = elapsedAtGrowth(wanted, period);
      if (elapsed < period) expect(growth(elapsed, period)).toBeGreaterThanOrEqual(wanted);
      if (elapsed > 0) expect(growth(Math.min(elapsed, period) - 1, period)).toBeLessThan(wanted);
    }
  });

  it("finds the instant that a search finds millisecond by millisecond", () => {
    const random = new Random(12);
    for (let count = 0; count < 1_000; count++) {
      const decay = decayClass(0, { kind: "half-life", halfLifeMs: random.pick([DAY_MS, 14 * DAY_MS, 30 * DAY_MS + 1]) }, 1);
      const times = Array.from({ length: 1 + random.below(5) }, () => START - random.below(90 * DAY_MS));
      const slots = times.map((time) => slotAt(decay, time));
      const sums = times.map((time, index) => weighted(decay, 1 + random.below(40_000), time, slots[index]!));
      const left = (at: number): number => leftAt(decay, slots, sums, 0, slots.length, at);
      const points = 1 + random.below(left(START) + 1);
      const found = firstLeftBelow(decay, slots, sums, slots.length, points, START);
      expect(found).toBeGreaterThan(START);
      expect(left(found)).toBeLessThan(points);
      if (found > START + 1) expect(left(found - 1)).toBeGreaterThanOrEqual(points);
    }
  });
});

describe("decay is computed, not swept", () => {
  it("halves in a half-life, whatever looked at it in between", () => {
    const [seen, unseen] = [new Journey(halfLife(80)), new Journey(halfLife(80))];
    for (const lead of [seen, unseen]) lead.event(touch("one", START));
    for (let day = 1; day < 30; day++) seen.event(status("contacted", START + day * DAY_MS));
    for (const lead of [seen, unseen]) lead.event(status("contacted", START + 30 * DAY_MS));
    expect([seen.score, unseen.score]).toEqual([40_000, 40_000]);
    expect(seen.sum()).toBe(40_000);
  });

  it.each([
    [
      "linear",
      { linear: "64d" },
      [
        [0, 64_000],
        [32, 32_000],
        [64, 0],
      ],
    ],
    [
      "window",
      { window: "256h" },
      [
        [10, 64_000],
        [11, 0],
      ],
    ],
  ] as const)("%s", (_, decay, expected) => {
    for (const [days, score] of expected) {
      const lead = new Journey(modelWith({ behaviour: [{ id: "one", points: 64, touch: "one", decay }] }));
      const start = Date.UTC(2026, 2, 2);
      lead.event(touch("one", start));
      lead.event(status("contacted", start + days * DAY_MS));
      expect([days, lead.score]).toEqual([days, score]);
    }
  });

  it("a silent lead leaves its band at the first millisecond below the bound", () => {
    const lead = new Journey(halfLife(90));
    lead.event(touch("one", START));
    const due = lead.state?.crossingDue ?? 0;
    const scoreAt = (at: number): number => {
      const probe = new Journey(halfLife(90));
      probe.event(touch("one", START));
      return probe.scorer.decide(probe.state, status("contacted", at), at).facts.score;
    };
    expect([scoreAt(due - 1) >= 80_000, scoreAt(due) < 80_000, scoreAt(due + 1) < 80_000]).toEqual([true, true, true]);
    lead.until(due - 1);
    expect(lead.told).toEqual(["up pool→sql", "active"]);
    lead.until(due);
    expect(lead.told.at(-1)).toBe("down sql→mql");
    expect(lead.scores.at(-1)).toMatchObject({ cause: "timer", kind: "crossing", occurredAt: due, eventId: null, band: "mql" });
    expect(lead.signals.at(-1)).toMatchObject({ due, previousBand: "sql", band: "mql" });
    lead.until(START + 100 * DAY_MS);
    expect(lead.told.at(-1)).toBe("down mql→pool");
    expect(lead.state?.crossingDue).toBe(-1);
  });

  it("hysteresis keeps a band until the score is clearly below", () => {
    const bands = [
      { name: "pool", from: 0 },
      { name: "sql", from: 80, hysteresis: 2 },
    ];
    const lead = new Journey(halfLife(81, { bands }));
    lead.event(touch("one", START));
    const due = lead.state?.crossingDue ?? 0;
    lead.until(due - 1);
    lead.event(status("contacted", due - 1));
    expect([lead.score, lead.state?.band]).toEqual([78_000, "sql"]);
    lead.until(due);
    expect([lead.score, lead.state?.band]).toEqual([77_999, "pool"]);
  });

  it("a fading penalty lifts a lead by timer too", () => {
    const lead = new Journey(
      modelWith({
        behaviour: [
          { id: "up", points: 85, touch: "up" },
          { id: "down", points: -20, touch: "down", decay: { halfLife: "10d" } },
        ],
      }),
    );
    lead.event(touch("up", START));
    lead.event(touch("down", START));
    expect(lead.state?.band).toBe("mql");
    // Losses are rounded towards zero: the lead is up to 0.001 point early.
    const due = lead.state?.crossingDue ?? 0;
    expect(Math.abs(due - START - 20 * DAY_MS)).toBeLessThan(5 * MINUTE_MS);
    lead.until(due - 1);
    expect(lead.state?.band).toBe("mql");
    lead.until(due);
    expect([lead.score, lead.state?.band, lead.told.at(-1)]).toEqual([80_000, "sql", "up mql→sql"]);
  });
});

describe("clocks of producers (F16, F17)", () => {
  it("1970 and 2099 are clamped and say so", () => {
    const lead = new Journey(halfLife(10));
    lead.event(touch("one", 0), START);
    expect(lead.scores[0]).toMatchObject({ verdict: "clamped", occurredAt: 0, effectiveAt: START - 90 * DAY_MS, score: 1250 });
    lead.event(touch("one", Date.UTC(2099, 0, 1)), START);
    expect(lead.scores[1]).toMatchObject({ verdict: "clamped", effectiveAt: START + 5 * MINUTE_MS, score: 11_250 });
  });

  it("the bounds themselves are inside", () => {
    const lead = new Journey(halfLife(10));
    lead.event(touch("one", START - 90 * DAY_MS), START);
    lead.event(touch("one", START + 5 * MINUTE_MS), START);
    expect(lead.scores.map((one) => one.verdict)).toEqual(["late", "counted"]);
  });

  it("a late touch counts at its age", () => {
    const lead = new Journey(halfLife(10));
    lead.event(touch("one", START));
    lead.event(touch("one", START - 30 * DAY_MS), START);
    expect(lead.score).toBe(15_000);
    expect(lead.scores[1]?.rows).toEqual([
      { rule: "one", kind: "award", dimension: "engagement", points: 10_000, at: START - 30 * DAY_MS },
      { rule: "decay", kind: "decay", dimension: "engagement", points: -5_000, at: START },
    ]);
  });

  it("F16: the score and the state's sums do not depend on the order of arrival inside one log time, 2 000 shuffles", () => {
    const model = compiled(harshModel);
    const kinds = [
      "home-view",
      "blog-view",
      "page-view",
      "download",
      "white-paper",
      "webinar",
      "pricing-view",
      "demo-request",
      "unsubscribe",
    ];
    for (let seed = 0; seed < 2_000; seed++) {
      const random = new Random(seed);
      const events = Array.from({ length: 2 + random.below(12) }, () => {
        const at = START - random.below(6 * 24) * HOUR_MS;
        if (random.chance(0.2))
          return capture(at, { titleClass: random.pick(["founder", "student"]), industry: random.pick(["retail", null]) });
        return touch(random.pick(kinds), at, { dwellMs: random.below(4) * MINUTE_MS });
      });
      const shuffled = events.map((event) => ({ event, key: random.next() })).sort((a, b) => a.key - b.key);
      const before = [touch("home-view", START - DAY_MS), touch("demo-request", START - HOUR_MS)];
      const fold = (order: readonly (typeof events)[number][]): Journey => {
        const lead = new Journey(new Scorer(model));
        for (const event of before) lead.event(event);
        for (const event of order) lead.event(event, START);
        return lead;
      };
      const [first, second] = [fold(events), fold(shuffled.map(({ event }) => event))];
      const view = ({ state }: Journey): unknown => [
        state?.score,
        state?.fit,
        state?.engagement,
        state?.entryTimes,
        state?.entryRules,
        state?.profile,
      ];
      expect(view(second)).toEqual(view(first));
    }
  });
});

describe("determinism and size", () => {
  it("a flood of touches stays inside the 32 bits of a record", () => {
    const lead = new Journey(modelWith({ behaviour: [{ id: "one", points: 1000, touch: "one" }] }));
    for (let index = 0; index < 3_000; index++) lead.event(touch("one", START + index));
    expect([lead.score, lead.state?.engagement, lead.sum()]).toEqual([100_000, 100_000_000, 100_000]);
    expect(lead.state?.entryTimes.length).toBeLessThanOrEqual(64);
  });

  it("two runs give identical outputs and bytes", () => {
    const run = (): [string, string] => {
      const lead = new Journey(new Scorer(compiled(harshModel)));
      for (let index = 0; index < 40; index++) lead.event({ ...touch("home-view", START + index * HOUR_MS, { eventId: `e-${index}` }) });
      return [JSON.stringify([lead.scores, lead.signals]), bytesOf(lead.state!).toString("hex")];
    };
    expect(run()).toEqual(run());
  });
});
