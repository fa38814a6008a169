import { NO_TIMER } from "./fold.ts";
import type { TimerEntry } from "./ports.ts";

/** Where timers lie that are not in memory: the store, and states that wait to be written to it. */
export interface TimerSource {
  stored(after: TimerEntry | null, limit: number): TimerEntry[];
  /** Calls back for each timer of each state that the store does not hold yet. */
  unwritten(visit: (due: number, key: string, kind: number) => void): void;
}

const precedes = (a: TimerEntry, b: TimerEntry): boolean => {
  if (a.due !== b.due) return a.due < b.due;
  if (a.key !== b.key) return a.key < b.key;
  return a.kind < b.kind;
};

/**
 * Timers in the order (due, key, kind). Only those up to a bound are in memory; the next page is read when the clock reaches the bound,
 * so a million open clocks cost no memory and the next due time costs one comparison.
 * A timer that moved leaves its old entry behind: whoever pops one asks the state whether it still holds.
 */
export class TimerQueue {
  private readonly heap: TimerEntry[] = [];
  /** Every timer with due <= bound is in the heap. */
  private bound = Number.NEGATIVE_INFINITY;
  private readonly source: TimerSource;
  private readonly pageSize: number;
  private trimAt: number;

  constructor(source: TimerSource, pageSize = 8192) {
    this.source = source;
    this.pageSize = pageSize;
    this.trimAt = pageSize * 4;
  }

  /** Tells of a timer that was set or moved. */
  set(due: number, key: string, kind: number): void {
    if (due === NO_TIMER || due > this.bound) return;
    this.push({ due, key, kind });
    if (this.heap.length > this.trimAt) this.trim();
  }

  /** The first timer with due <= now, removed from memory; null when none is left. */
  popDue(now: number): TimerEntry | null {
    while (this.heap.length === 0 && this.bound < now) this.load();
    const first = this.heap[0];
    if (first === undefined || first.due > now) return null;
    this.removeFirst();
    return first;
  }

  /** Cheap test for the hot path: false means that no timer is due. */
  mayBeDue(now: number): boolean {
    const first = this.heap[0];
    return first === undefined ? this.bound < now : first.due <= now;
  }

  /** Reads the next page; a group of equal due times is never split, so paging cannot change the order. */
  private load(): void {
    const previous = this.bound;
    let after: TimerEntry | null = previous === Number.NEGATIVE_INFINITY ? null : { due: previous + 1, key: "", kind: 0 };
    const page = this.source.stored(after, this.pageSize);
    for (const entry of page) this.push(entry);
    let last = page.at(-1);
    if (page.length < this.pageSize || last === undefined) {
      this.bound = Number.POSITIVE_INFINITY;
    } else {
      this.bound = last.due;
      while (last !== undefined && last.due === this.bound) {
        after = last;
        const rest = this.source.stored(after, this.pageSize);
        for (const entry of rest) if (entry.due === this.bound) this.push(entry);
        last = rest.length < this.pageSize ? undefined : rest.at(-1);
      }
    }
    const bound = this.bound;
    this.source.unwritten((due, key, kind) => {
      if (due !== NO_TIMER && due > previous && due <= bound) this.push({ due, key, kind });
    });
  }

  /** Forgets the far end: it is in the store, or in states that wait to be written. */
  private trim(): void {
    const heap = this.heap;
    heap.sort((a, b) => (precedes(a, b) ? -1 : 1));
    const bound = heap[this.pageSize]!.due;
    let keep = this.pageSize;
    while (keep < heap.length && heap[keep]!.due === bound) keep++;
    heap.length = keep;
    this.bound = bound;
    this.trimAt = Math.max(this.pageSize * 4, keep * 2);
  }

  private push(entry: TimerEntry): void {
    const heap = this.heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!precedes(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  private removeFirst(): void {
    const heap = this.heap;
    const entry = heap.pop()!;
    const length = heap.length;
    if (length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && precedes(heap[child + 1]!, heap[child]!)) child++;
      if (!precedes(heap[child]!, entry)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = entry;
  }
}
