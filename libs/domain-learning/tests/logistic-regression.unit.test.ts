import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "@leadstream/testing";
import { type Design, fitLogistic, fitNaiveBayes, logitOf, rowsBetween } from "../src/index.ts";
import { solvePositive } from "../src/learn/cholesky.ts";

/** Rows of `features` features with `levels` levels each, and outcomes by known weights. */
function designBy(weights: readonly number[], levels: number, rows: number, seed: number): Design {
  const random = seededRandom(seed);
  const features = weights.length / levels;
  const active: number[] = [];
  const starts = new Int32Array(rows + 1);
  const won = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    let logit = -1;
    for (let feature = 0; feature < features; feature++) {
      const column = feature * levels + random.integer(0, levels - 1);
      active.push(column);
      logit += weights[column]!;
    }
    starts[row + 1] = active.length;
    won[row] = random.chance(1 / (1 + Math.exp(-logit))) ? 1 : 0;
  }
  return { rows, columns: weights.length, starts, active: Int32Array.from(active), won };
}

const truth = [1, 0, -1, 0.5, 0, -0.5, 2, 0, -2];

describe("fitLogistic", () => {
  const design = designBy(truth, 3, 60_000, 3);
  const fit = fitLogistic(design, { ridge: 0.1 });

  it("finds the weights that made the outcomes", () => {
    for (let column = 0; column < 9; column++) {
      const middle = column - (column % 3) + 1;
      expect(fit.weights[column]! - fit.weights[middle]!).toBeCloseTo(truth[column]!, 0);
      expect(Math.abs(fit.weights[column]! - fit.weights[middle]! - truth[column]!)).toBeLessThan(0.12);
    }
  });

  it("stands at the optimum: every derivative of the penalised likelihood is zero", () => {
    const ridge = 7;
    const { intercept, weights } = fitLogistic(design, { ridge });
    const gradient = Array.from(weights, (weight) => -ridge * weight);
    let sum = 0;
    for (let row = 0; row < design.rows; row++) {
      const error = design.won[row]! - 1 / (1 + Math.exp(-logitOf({ intercept, weights, steps: 0 }, design, row)));
      sum += error;
      for (let index = design.starts[row]!; index < design.starts[row + 1]!; index++) gradient[design.active[index]!]! += error;
    }
    expect(Math.abs(sum)).toBeLessThan(1e-3);
    for (const each of gradient) expect(Math.abs(each)).toBeLessThan(1e-3);
  });

  it("gives the same from another beginning, and rows of weight two count as two rows", () => {
    const near = fitLogistic(design, { ridge: 0.1, from: { intercept: 3, weights: new Float64Array(9).fill(-1), steps: 0 } });
    const rows = rowsBetween(0, 500);
    const twice = fitLogistic(design, { ridge: 1, rows: [...rows, ...rows] });
    const heavy = fitLogistic(design, { ridge: 1, rows, importance: () => 2 });
    for (let column = 0; column < 9; column++) {
      expect(near.weights[column]).toBeCloseTo(fit.weights[column]!, 4);
      expect(heavy.weights[column]).toBeCloseTo(twice.weights[column]!, 6);
    }
  });

  it("stays finite when a column decides the outcome, and shrinks with a larger ridge", () => {
    const parted: Design = {
      rows: 40,
      columns: 2,
      starts: Int32Array.from({ length: 41 }, (_, row) => row),
      active: Int32Array.from({ length: 40 }, (_, row) => row % 2),
      won: Uint8Array.from({ length: 40 }, (_, row) => row % 2),
    };
    const loose = fitLogistic(parted, { ridge: 0.01 });
    const tight = fitLogistic(parted, { ridge: 10 });
    expect(loose.weights[1]).toBeGreaterThan(tight.weights[1]!);
    expect(tight.weights[1]).toBeGreaterThan(0);
    expect(Number.isFinite(loose.weights[1]!)).toBe(true);
  });

  it("naive Bayes of one feature is the log-odds of its counts", () => {
    const one = designBy([1, 0, -1], 3, 3_000, 9);
    const bayes = fitNaiveBayes(one, rowsBetween(0, one.rows));
    const logistic = fitLogistic(one, { ridge: 0.01 });
    expect(logitOf(bayes, one, 0)).toBeCloseTo(logitOf(logistic, one, 0), 1);
  });
});

describe("solvePositive", () => {
  it("solves, and refuses what is not positive definite", () => {
    const [x, y] = solvePositive(Float64Array.of(4, 0, 2, 3), Float64Array.of(2, 5));
    expect(4 * x! + 2 * y!).toBeCloseTo(2, 12);
    expect(2 * x! + 3 * y!).toBeCloseTo(5, 12);
    expect(() => solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toThrow(/NOT_SOLVABLE/);
  });
});
