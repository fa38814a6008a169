import { describe, expect, it } from "@jest/globals";
import { type CompiledModel, Scorer } from "../src/index.ts";
import { DAY_MS } from "../src/units.ts";
import { compiled } from "./documents.ts";
import type { Tally } from "./histories.ts";
import { runDwellHistory, runLateHistory } from "./late-histories.ts";
import { Mutant } from "./mutant.ts";
import { Random } from "./random.ts";
import { harshModel } from "./test-models.ts";

const HISTORIES = 3_000;
const SEED = 20_261_123;
const LATEST_MS = 6 * DAY_MS;

const dwells = ["2h", "30m", "6h"];
/** Silence is left as it was known (docs/scoring.md), so the fold in order is no measure for it; to the millisecond: nothing is in time but what is at once. */
const base = { ...harshModel, inactivity: {}, late: { ...harshModel.late, after: "1ms" } };
const plain = compiled(base);
const dwelling = compiled({ ...base, bands: base.bands.map((band, index) => ({ ...band, dwell: dwells[index] })) });
const sharp = base.bands.map(({ name, from }) => ({ name, from }));
const sharpPlain = compiled({ ...base, bands: sharp });
const sharpDwelling = compiled({ ...base, bands: sharp.map((band, index) => ({ ...band, dwell: dwells[index] })) });

type Make = (model: CompiledModel) => Scorer;

function firstViolation(run: (random: Random, index: number) => string | null): string | null {
  for (let index = 0; index < HISTORIES; index++) {
    const violation = run(new Random(SEED + index), index);
    if (violation !== null) return `seed ${SEED + index}: ${violation}`;
  }
  return null;
}

function lateViolation(make: Make, tally: Tally): string | null {
  return firstViolation((random, index) => {
    const model = index % 2 === 0 ? plain : dwelling;
    return runLateHistory(random, make(model), new Scorer(model), LATEST_MS, tally);
  });
}

function dwellViolation(make: Make, tally: Tally): string | null {
  return firstViolation((random) => runDwellHistory(random, make(sharpDwelling), new Scorer(sharpPlain), tally));
}

const lateBugs: Record<string, Parameters<Mutant["with"]>[0]> = {
  "corrections are not said": { mutate: (decision) => ({ ...decision, corrections: [] }) },
  "retractions are not said": {
    mutate: (decision) => ({ ...decision, corrections: decision.corrections.filter(({ kind }) => kind !== "retracted") }),
  },
  "missed crossings are not said": {
    mutate: (decision) => ({ ...decision, corrections: decision.corrections.filter(({ kind }) => kind !== "missed") }),
  },
  "crossings of the past are forgotten": {
    after: (state) => {
      state.crossTimes.length = state.crossBands.length = 0;
      return state;
    },
  },
  "the profile of the past is forgotten": {
    after: (state) => {
      state.restTimes.length = state.restPoints.length = 0;
      return state;
    },
  },
  "the past is rewritten with what is known now of it, not as it was corrected last": {
    after: (state, { facts }) => {
      if (facts.past !== null) for (let index = 0; index < state.crossTimes.length; index++) state.crossTimes[index]! += 1_000;
      return state;
    },
  },
};

const dwellBugs: Record<string, Parameters<Mutant["with"]>[0]> = {
  "what is pending is forgotten": {
    after: (state) => {
      state.pending.length = 0;
      return state;
    },
  },
  "each event begins the dwell anew": {
    after: (state) => {
      for (let index = 0; index < state.pending.length; index++) state.pending[index] = state.at;
      return state;
    },
  },
  "a dwell ends a millisecond late": {
    after: (state) => {
      if (state.pending.length > 0 && state.crossingDue >= 0) state.crossingDue++;
      return state;
    },
  },
};

describe("crossings of the past", () => {
  it(`with their corrections are those of the same events in order, in ${HISTORIES} random histories`, () => {
    const tally: Tally = new Map();
    expect(lateViolation((model) => new Scorer(model), tally)).toBeNull();
    console.info(`late events, ${HISTORIES} histories from seed ${SEED}: ${JSON.stringify(Object.fromEntries(tally))}`);
    for (const kind of ["retracted", "corrected", "missed"]) expect([kind, (tally.get(kind) ?? 0) > 1_000]).toEqual([kind, true]);
  });

  it.each(Object.keys(lateBugs))("the property catches a seeded bug: %s", (name) => {
    expect(lateViolation((model) => new Mutant(model).with(lateBugs[name]!), new Map())).toMatch(/^seed \d+: /);
  });
});

describe("a minimum dwell", () => {
  it(`tells what the book makes of the crossings without it, in ${HISTORIES} random histories`, () => {
    const tally: Tally = new Map();
    expect(dwellViolation((model) => new Scorer(model), tally)).toBeNull();
    console.info(`dwell, ${HISTORIES} histories from seed ${SEED}: ${JSON.stringify(Object.fromEntries(tally))}`);
    expect(tally.get("left out") ?? 0).toBeLessThan(HISTORIES / 100);
    expect(tally.get("crossings with dwell")!).toBeGreaterThan(HISTORIES);
    expect(tally.get("crossings with dwell")!).toBeLessThan(0.95 * tally.get("crossings without dwell")!);
  });

  it.each(Object.keys(dwellBugs))("the property catches a seeded bug: %s", (name) => {
    expect(dwellViolation((model) => new Mutant(model).with(dwellBugs[name]!), new Map())).toMatch(/^seed \d+: /);
  });
});
