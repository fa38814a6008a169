/** Middle value; the mean of the two middle ones of an even number. Throws for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** (greatest - least) / median: how far the runs of one configuration lie apart. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** Smallest value that `share` of all values do not exceed (nearest rank). `sorted` is ascending and not empty. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** To so many significant digits, so that reports do not claim more than was measured. */
export function rounded(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
