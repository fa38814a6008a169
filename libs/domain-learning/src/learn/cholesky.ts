import { LearningError } from "../errors.ts";

/**
 * Solves A x = b for a symmetric positive definite A, given as the lower half of a square matrix in rows, which is overwritten by its factor.
 * Throws NOT_SOLVABLE when A is not positive definite.
 */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let row = 0; row < size; row++) {
    const base = row * size;
    for (let column = 0; column <= row; column++) {
      const other = column * size;
      let sum = matrix[base + column]!;
      for (let index = 0; index < column; index++) sum -= matrix[base + index]! * matrix[other + index]!;
      if (column < row) matrix[base + column] = sum / matrix[other + column]!;
      else if (sum > 0) matrix[base + row] = Math.sqrt(sum);
      else throw new LearningError("NOT_SOLVABLE", "columns of the regression depend on each other", "Use a larger --ridge.");
    }
  }
  const solution = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let index = 0; index < row; index++) solution[row]! -= matrix[row * size + index]! * solution[index]!;
    solution[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let index = row + 1; index < size; index++) solution[row]! -= matrix[index * size + row]! * solution[index]!;
    solution[row]! /= matrix[row * size + row]!;
  }
  return solution;
}
