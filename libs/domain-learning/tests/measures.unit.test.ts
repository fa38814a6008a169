import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "@leadstream/testing";
import {
  aucOf,
  calibrationOf,
  decilesOf,
  driftOf,
  fitProbabilityMap,
  handOverAdvice,
  pointsAt,
  probabilityOf,
  type ScoredLead,
  thresholdForPrecision,
  thresholdForVolume,
  thresholdRows,
  wilson,
} from "../src/index.ts";

const random = seededRandom(5);
const leadsOf = (count: number, levels: number): ScoredLead[] =>
  Array.from({ length: count }, () => {
    const score = random.integer(0, levels) * 1000;
    return { score, won: random.chance(0.1 + (0.6 * score) / (levels * 1000)) };
  });

/** Every pair, one by one. */
function aucByPairs(leads: readonly ScoredLead[]): number {
  let sum = 0;
  let pairs = 0;
  for (const a of leads) {
    for (const b of leads) {
      if (!a.won || b.won) continue;
      pairs++;
      sum += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
    }
  }
  return sum / pairs;
}

describe("ranking", () => {
  it("AUC is what counting every pair gives, ties half", () => {
    for (let round = 0; round < 30; round++) {
      const leads = leadsOf(80, random.integer(1, 12));
      expect(aucOf(leads)).toBeCloseTo(aucByPairs(leads), 12);
    }
    expect(aucOf([{ score: 1, won: true }])).toBeNull();
  });

  it("tenths hold equal parts and all wins, whatever the order of leads", () => {
    const leads = leadsOf(137, 7);
    const deciles = decilesOf(leads);
    expect(deciles).toHaveLength(10);
    for (const decile of deciles) expect(decile.leads).toBeCloseTo(13.7, 9);
    expect(deciles.reduce((sum, { won }) => sum + won, 0)).toBeCloseTo(leads.filter(({ won }) => won).length, 9);
    const again = decilesOf(random.shuffle(leads));
    again.forEach((decile, index) => void expect(decile.won).toBeCloseTo(deciles[index]!.won, 9));
  });
});

describe("thresholds", () => {
  const leads: ScoredLead[] = [
    { score: 90_000, won: true },
    { score: 80_000, won: true },
    { score: 80_000, won: false },
    { score: 79_999, won: false },
    { score: 10_000, won: true },
  ];

  it("bounds are closed below: 80 is taken, 79.999 is not", () => {
    expect(thresholdRows(leads, [80_000])).toEqual([{ from: 80_000, leads: 3, precision: 2 / 3, recall: 2 / 3, share: 0.6 }]);
  });

  it("a wanted volume is never passed, and equal scores stay together", () => {
    expect(thresholdForVolume(leads, 2)?.from).toBe(90_000);
    expect(thresholdForVolume(leads, 3)?.from).toBe(80_000);
    expect(thresholdForVolume(leads, 0.5)).toBeNull();
  });

  it("a wanted precision is the lowest bound that keeps it", () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ score: index * 1000, won: index % 100 >= 50 }));
    expect(thresholdForPrecision(many, 1)?.from).toBe(50_000);
    expect(thresholdForPrecision(many, 0.9)).toMatchObject({ leads: 55 });
    expect(thresholdForPrecision(many.slice(0, 50), 0.5)).toBeNull();
  });
});

describe("calibration", () => {
  it("finds the map that made the outcomes, and is then calibrated", () => {
    const truth = { offset: -3, slope: 0.05 };
    const leads = Array.from({ length: 40_000 }, () => {
      const score = random.integer(0, 100_000);
      return { score, won: random.chance(probabilityOf(truth, score)) };
    });
    const map = fitProbabilityMap(leads)!;
    expect(map.offset).toBeCloseTo(-3, 0);
    expect(map.slope).toBeCloseTo(0.05, 2);
    expect(pointsAt(map, probabilityOf(map, 42_000))).toBeCloseTo(42, 6);
    const { meanGap, bins } = calibrationOf(map, leads);
    expect(meanGap).toBeLessThan(0.01);
    for (const bin of bins) expect(bin.low <= bin.observed && bin.observed <= bin.high).toBe(true);
    expect(calibrationOf({ offset: -1, slope: 0.05 }, leads).meanGap).toBeGreaterThan(0.1);
  });

  it("stays finite when the score parts won and lost entirely, and says nothing without both", () => {
    const parted = Array.from({ length: 40 }, (_, index) => ({ score: index * 1000, won: index >= 20 }));
    expect(Number.isFinite(fitProbabilityMap(parted)!.slope)).toBe(true);
    expect(fitProbabilityMap(parted.slice(20))).toBeNull();
  });

  it("Wilson's interval of 0 of 10 and 5 of 10", () => {
    expect(wilson(0, 10).high).toBeCloseTo(0.2775, 3);
    expect(wilson(5, 10).low).toBeCloseTo(0.2366, 3);
  });
});

describe("drift", () => {
  const month = (index: number, good: boolean) =>
    Array.from({ length: 200 }, (_, place) => ({
      score: place,
      won: good ? place >= 100 : place % 2 === 0,
      decidedAt: Date.UTC(2026, index, 10),
    }));

  it("asks for new weights when the last months rank worse", () => {
    const months = [0, 1, 2, 3].flatMap((index) => month(index, true));
    expect(driftOf(months).retrain).toBe(false);
    const worse = driftOf([...months, ...month(4, false), ...month(5, false)]);
    expect(worse).toMatchObject({ retrain: true, usual: 1 });
    expect(worse.advice).toMatch(/^Retrain: the AUC of the last 2 months/);
    expect(driftOf([...months, ...month(4, false), ...month(5, true)]).retrain).toBe(false);
    expect(driftOf(month(0, true)).advice).toMatch(/Too few months/);
    expect(driftOf([0, 1, 2, 3].flatMap((index) => month(index, false)))).toMatchObject({
      retrain: true,
      advice: expect.stringMatching(/hardly better than chance/),
    });
  });

  it("asks for other thresholds when MQL hardly ever become SQL, months in a row", () => {
    const row = (month: string, sql: number) => ({ month, mql: 100, sql });
    const low = [row("2026-01", 40), row("2026-02", 10), row("2026-03", 12), row("2026-04", 14)];
    expect(handOverAdvice(low)).toMatch(/^Recalibrate: fewer than 15 % of MQL .*2026-02 10 %, 2026-03 12 %, 2026-04 14 %/);
    expect(handOverAdvice([...low.slice(0, 3), row("2026-04", 15)])).toBeNull();
    expect(handOverAdvice(low.slice(2))).toBeNull();
  });
});
