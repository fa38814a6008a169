/** Open intervals as [from, until) in ms since epoch: ascending, not empty, not overlapping. */
export type OpenIntervals = readonly (readonly [from: number, until: number])[];

/**
 * The instant at which `durationMs` of open time have passed since `from` (SLA4, SLA5).
 * Time after the last interval counts as open: a calendar that was resolved too short makes clocks early, never silent.
 */
export function addWorkingTime(intervals: OpenIntervals, from: number, durationMs: number): number {
  let left = durationMs;
  for (let index = firstOpenAfter(intervals, from); index < intervals.length; index++) {
    const [opens, closes] = intervals[index]!;
    const start = Math.max(opens, from);
    if (left <= closes - start) return start + left;
    left -= closes - start;
  }
  const end = intervals.at(-1)?.[1] ?? from;
  return Math.max(end, from) + left;
}

/** Index of the first interval that ends after `at`. */
export function firstOpenAfter(intervals: OpenIntervals, at: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (intervals[middle]![1] > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
