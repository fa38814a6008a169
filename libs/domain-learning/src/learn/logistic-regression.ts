import { LearningError } from "../errors.ts";
import { solvePositive } from "./cholesky.ts";
import type { Design } from "./design.ts";

/** log-odds of winning = intercept + Σ weights of the columns that hold. */
export interface AdditiveFit {
  readonly intercept: number;
  readonly weights: Float64Array;
  readonly steps: number;
}

export interface FitOptions {
  /** Strength that pulls weights towards zero (L2); the intercept is left alone. Above zero. */
  readonly ridge: number;
  /** Rows that are used; default: all. */
  readonly rows?: readonly number[];
  /** Weight of each row of `rows`, by its place; default: 1. */
  readonly importance?: (place: number) => number;
  /** Where to begin: an earlier fit of the same columns. */
  readonly from?: AdditiveFit;
}

const MOST_STEPS = 30;
const CLOSE_ENOUGH = 1e-6;
const MOST_HALVINGS = 8;

/**
 * Penalised logistic regression by Newton's method (iteratively reweighted least squares) with step halving. With a ridge above zero the optimum is
 * unique and the matrix positive definite, so equal data gives equal weights. R3, R9.
 */
export function fitLogistic(design: Design, options: FitOptions): AdditiveFit {
  const size = design.columns + 1;
  const rows = options.rows ?? Array.from({ length: design.rows }, (_, row) => row);
  const problem: Problem = { design, rows, importance: rows.map((_, place) => options.importance?.(place) ?? 1), ridge: options.ridge };
  let weights = new Float64Array(size);
  if (options.from !== undefined) {
    weights.set(options.from.weights);
    weights[size - 1] = options.from.intercept;
  }
  const gradient = new Float64Array(size);
  const matrix = new Float64Array(size * size);
  let loss = lossOf(problem, weights);
  let steps = 0;
  for (; steps < MOST_STEPS; steps++) {
    accumulate(problem, weights, gradient, matrix);
    const direction = solvePositive(matrix, gradient);
    let length = 1;
    let next = moved(weights, direction, length);
    let nextLoss = lossOf(problem, next);
    for (let halving = 0; nextLoss > loss && halving < MOST_HALVINGS; halving++) {
      length /= 2;
      next = moved(weights, direction, length);
      nextLoss = lossOf(problem, next);
    }
    if (!Number.isFinite(nextLoss)) throw new LearningError("NOT_SOLVABLE", "the regression does not settle", "Use a larger --ridge.");
    const gain = loss - nextLoss;
    if (gain >= 0) {
      weights = next;
      loss = nextLoss;
    }
    if (gain < CLOSE_ENOUGH) break;
  }
  return { intercept: weights[size - 1]!, weights: weights.slice(0, size - 1), steps };
}

/** Log-odds of one row. */
export function logitOf({ intercept, weights }: AdditiveFit, { starts, active }: Design, row: number): number {
  let sum = intercept;
  for (let index = starts[row]!; index < starts[row + 1]!; index++) sum += weights[active[index]!]!;
  return sum;
}

interface Problem {
  readonly design: Design;
  readonly rows: readonly number[];
  readonly importance: readonly number[];
  readonly ridge: number;
}

function moved(weights: Float64Array<ArrayBuffer>, direction: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const next = weights.slice();
  for (let index = 0; index < next.length; index++) next[index]! += length * direction[index]!;
  return next;
}

/** Penalised negative log-likelihood. */
function lossOf({ design, rows, importance, ridge }: Problem, weights: Float64Array): number {
  const { starts, active, won } = design;
  const last = weights.length - 1;
  let loss = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place]!;
    let logit = weights[last]!;
    for (let index = starts[row]!; index < starts[row + 1]!; index++) logit += weights[active[index]!]!;
    // log(1 + e^z) without overflow
    const soft = logit > 0 ? logit + Math.log1p(Math.exp(-logit)) : Math.log1p(Math.exp(logit));
    loss += importance[place]! * (soft - (won[row] === 1 ? logit : 0));
  }
  for (let index = 0; index < last; index++) loss += (ridge / 2) * weights[index]! ** 2;
  return loss;
}

/** Gradient (towards better) and the lower half of the curvature at `weights`. */
function accumulate(
  { design, rows, importance, ridge }: Problem,
  weights: Float64Array,
  gradient: Float64Array,
  matrix: Float64Array,
): void {
  const { starts, active, won } = design;
  const size = weights.length;
  const last = size - 1;
  gradient.fill(0);
  matrix.fill(0);
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place]!;
    const begin = starts[row]!;
    const end = starts[row + 1]!;
    let logit = weights[last]!;
    for (let index = begin; index < end; index++) logit += weights[active[index]!]!;
    const probability = 1 / (1 + Math.exp(-logit));
    const error = importance[place]! * (won[row]! - probability);
    const curvature = importance[place]! * probability * (1 - probability);
    for (let index = begin; index < end; index++) {
      const column = active[index]!;
      gradient[column]! += error;
      const base = column * size;
      for (let other = begin; other <= index; other++) matrix[base + active[other]!]! += curvature;
      matrix[last * size + column]! += curvature;
    }
    gradient[last]! += error;
    matrix[last * size + last]! += curvature;
  }
  for (let index = 0; index < last; index++) {
    gradient[index]! -= ridge * weights[index]!;
    matrix[index * size + index]! += ridge;
  }
  matrix[last * size + last]! += 1e-9;
}
