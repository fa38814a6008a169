import { firstOpenAfter, type OpenIntervals } from "./add-working-time.ts";

/**
 * When somebody works, as intervals that were resolved at publication. Time after the last interval counts as open: hours that were resolved
 * too short make nobody unreachable. Keeps the last answer: a team's reps share their hours and are asked for one instant after the other.
 */
export class WorkingHours {
  private readonly intervals: OpenIntervals;
  /** The answer holds from here … */
  private from = Number.POSITIVE_INFINITY;
  /** … until here. */
  private until = Number.NEGATIVE_INFINITY;
  private open = true;
  private next: number | null = null;

  constructor(intervals: OpenIntervals) {
    this.intervals = intervals;
  }

  isOpen(at: number): boolean {
    if (at < this.from || at >= this.until) this.lookUp(at);
    return this.open;
  }

  /** The first opening after `at`; null: none is known. */
  nextOpening(at: number): number | null {
    if (at < this.from || at >= this.until) this.lookUp(at);
    return this.next;
  }

  private lookUp(at: number): void {
    const { intervals } = this;
    const index = firstOpenAfter(intervals, at);
    const [opens, closes] = intervals[index] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    this.open = at >= opens;
    this.from = this.open ? opens : (intervals[index - 1]?.[1] ?? Number.NEGATIVE_INFINITY);
    this.until = this.open ? closes : opens;
    if (index === intervals.length) this.from = intervals.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY;
    this.next = this.open ? (intervals[index + 1]?.[0] ?? null) : opens;
  }
}
