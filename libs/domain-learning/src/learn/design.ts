import type { ColumnSet } from "./columns.ts";
import type { Sample } from "./sample.ts";

/** Samples as rows of zeros and ones: for each row the columns that hold. */
export interface Design {
  readonly rows: number;
  readonly columns: number;
  /** Row i holds active[starts[i]] … active[starts[i + 1] - 1], ascending. */
  readonly starts: Int32Array;
  readonly active: Int32Array;
  /** 1 = won. */
  readonly won: Uint8Array;
}

export function designOf(set: ColumnSet, samples: readonly Sample[]): Design {
  const starts = new Int32Array(samples.length + 1);
  const won = new Uint8Array(samples.length);
  const active: number[] = [];
  samples.forEach((sample, row) => {
    set.encode(sample, active);
    starts[row + 1] = active.length;
    won[row] = sample.won ? 1 : 0;
  });
  return { rows: samples.length, columns: set.columns.length, starts, active: Int32Array.from(active), won };
}
