import { describe, expect, it } from "@jest/globals";
import {
  ChangesCursor,
  GAP_BYTES,
  MAX_KEY_BYTES,
  STATE,
  STATE_REMOVED,
  StoreChanges,
  TIMER_ADDED,
  TIMER_REMOVED,
} from "./store-changes.ts";

/** A key, the gap, and so many bytes of state, after some that belong to nobody. */
function place(key: string, stateBytes: number): { source: Buffer; keyStart: number; keyEnd: number; start: number; end: number } {
  const bytes = Buffer.from(key);
  const keyStart = 5;
  const keyEnd = keyStart + bytes.length;
  const start = keyEnd + GAP_BYTES;
  const source = Buffer.concat([
    Buffer.alloc(keyStart, 1),
    bytes,
    Buffer.alloc(GAP_BYTES, 2),
    Buffer.alloc(stateBytes, 3),
    Buffer.alloc(9, 4),
  ]);
  return { source, keyStart, keyEnd, start, end: start + stateBytes };
}

describe("the changes of a write", () => {
  it("come out as they went in, in their order, whatever room there was at first", () => {
    for (const room of [1, 20, 5_000]) {
      const changes = new StoreChanges(room);
      const expected: unknown[] = [];
      for (const [index, key] of ["a", "线索", "x".repeat(MAX_KEY_BYTES), "b"].entries()) {
        const { source, keyStart, keyEnd, start, end } = place(key, index * 400);
        changes.state(source, keyStart, start, end);
        changes.stateRemoved(source, keyStart, keyEnd);
        changes.timerAdded(2 ** 53 - 1 - index, 255 - index, source, keyStart, keyEnd);
        changes.timerRemoved(index, index, source, keyStart, keyEnd);
        source.fill(9);
        expected.push([STATE, key, "03".repeat(index * 400)], [STATE_REMOVED, key]);
        expected.push([TIMER_ADDED, key, 2 ** 53 - 1 - index, 255 - index], [TIMER_REMOVED, key, index, index]);
      }
      const found: unknown[] = [];
      const change = new ChangesCursor(changes.bytes);
      while (change.next()) {
        const { kind, buffer, start, end, due, timerKind } = change;
        if (kind === STATE) found.push([kind, change.key(), buffer.toString("hex", start, end)]);
        else found.push(kind === STATE_REMOVED ? [kind, change.key()] : [kind, change.key(), due, timerKind]);
      }
      expect(found).toEqual(expected);
    }
  });

  it.each([
    ["no key", ""],
    ["a key that is too long", "x".repeat(MAX_KEY_BYTES + 1)],
  ])("refuse %s", (_, key) => {
    const { source, keyStart, keyEnd, start, end } = place(key, 3);
    const changes = new StoreChanges();
    expect(() => changes.state(source, keyStart, start, end)).toThrow(RangeError);
    expect(() => changes.stateRemoved(source, keyStart, keyEnd)).toThrow(RangeError);
    expect(() => changes.timerAdded(1, 0, source, keyStart, keyEnd)).toThrow(RangeError);
    expect(changes.bytes).toHaveLength(0);
  });

  it.each([
    [-1, 0],
    [0.5, 0],
    [2 ** 53, 0],
    [0, 256],
    [0, -1],
  ])("refuse a timer due at %d of kind %d", (due, kind) => {
    const { source, keyStart, keyEnd } = place("a", 0);
    const changes = new StoreChanges();
    expect(() => changes.timerAdded(due, kind, source, keyStart, keyEnd)).toThrow(RangeError);
    expect(() => changes.timerRemoved(due, kind, source, keyStart, keyEnd)).toThrow(RangeError);
    expect(changes.bytes).toHaveLength(0);
  });
});
