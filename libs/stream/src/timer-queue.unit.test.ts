import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { TimerEntry } from "./ports.ts";
import { TimerQueue } from "./timer-queue.ts";

const order = (a: TimerEntry, b: TimerEntry): number => a.due - b.due || (a.key < b.key ? -1 : a.key > b.key ? 1 : a.kind - b.kind);

/** The same behaviour, slowly: all timers in one sorted list. */
class ReferenceTimers {
  readonly current = new Map<string, number>();
  set(key: string, due: number): void {
    this.current.set(key, due);
  }
  fire(now: number): TimerEntry[] {
    const due = [...this.current].filter(([, at]) => at <= now).map(([key, at]) => ({ key, due: at, kind: 0 }));
    for (const { key } of due) this.current.delete(key);
    return due.sort(order);
  }
}

const step = fc.oneof(
  fc.record({ type: fc.constant("set" as const), key: fc.integer({ min: 0, max: 60 }), due: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ type: fc.constant("advance" as const), by: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ type: fc.constant("flush" as const) }),
);

describe("timers", () => {
  it("fire once, in order, whatever lies in memory, in the store or unwritten", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 6 }), (steps, pageSize) => {
        const reference = new ReferenceTimers();
        let stored = new Map<string, number>();
        const queue = new TimerQueue(
          {
            stored: (after, limit) =>
              [...stored]
                .map(([key, due]) => ({ key, due, kind: 0 }))
                .sort(order)
                .filter((entry) => after === null || order(entry, after) > 0)
                .slice(0, limit),
            unwritten: (visit) => {
              for (const [key, due] of reference.current) if (stored.get(key) !== due) visit(due, key, 0);
            },
          },
          pageSize,
        );
        let now = 0;
        for (const move of steps) {
          if (move.type === "set") {
            const key = `k${move.key}`;
            const due = Math.max(now + 1, move.due);
            reference.set(key, due);
            queue.set(due, key, 0);
          } else if (move.type === "flush") {
            stored = new Map(reference.current);
          } else {
            now += move.by;
            const fired: TimerEntry[] = [];
            const before = new Map(reference.current);
            while (queue.mayBeDue(now)) {
              const timer = queue.popDue(now);
              if (timer === null) break;
              if (before.get(timer.key) !== timer.due) continue;
              before.delete(timer.key);
              fired.push(timer);
            }
            expect(fired).toEqual(reference.fire(now));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps memory bounded when a million are set", () => {
    const queue = new TimerQueue({ stored: () => [], unwritten: () => undefined }, 100);
    queue.popDue(-1);
    for (let index = 0; index < 1_000_000; index++) queue.set(1_000_000 - index, `k${index}`, 0);
    expect((queue as unknown as { heap: unknown[] }).heap.length).toBeLessThan(1_000);
  });
});
