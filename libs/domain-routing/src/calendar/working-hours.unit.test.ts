import { describe, expect, it } from "@jest/globals";
import type { OpenIntervals } from "./add-working-time.ts";
import { openIntervals } from "./resolve-calendars.ts";
import { WorkingHours } from "./working-hours.ts";

const open: OpenIntervals = [
  [1_000, 2_000],
  [5_000, 6_000],
];
/** As told by looking at every interval. */
const slow = (at: number): [boolean, number | null] => [
  at >= 6_000 || open.some(([from, until]) => at >= from && at < until),
  open.find(([from]) => from > at)?.[0] ?? null,
];

describe("WorkingHours", () => {
  const instants = [0, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 4_999, 5_000, 5_999, 6_000, 6_001, 90_000];

  it.each(instants)("at %i, whatever was asked before", (at) => {
    for (const before of instants) {
      const hours = new WorkingHours(open);
      hours.isOpen(before);
      expect([hours.isOpen(at), hours.nextOpening(at)]).toEqual(slow(at));
      hours.nextOpening(before);
      expect([hours.nextOpening(at), hours.isOpen(at)]).toEqual(slow(at).reverse());
    }
  });

  it("is always open without intervals", () => {
    const hours = new WorkingHours([]);
    expect([hours.isOpen(5), hours.nextOpening(5)]).toEqual([true, null]);
  });

  it.each([
    // 09:00 in Berlin is 08:00 UTC in winter and 07:00 UTC from 29 March 2026 on.
    ["2026-03-27", "2026-03-27T08:00:00.000Z"],
    ["2026-03-30", "2026-03-30T07:00:00.000Z"],
    ["2026-10-23", "2026-10-23T07:00:00.000Z"],
    ["2026-10-26", "2026-10-26T08:00:00.000Z"],
  ])("opens by the wall clock on %s: one millisecond before, at, after", (day, opening) => {
    const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((each) => [each, [["09:00", "17:00"]]])) as never;
    const from = Date.parse("2026-01-01");
    const hours = new WorkingHours(openIntervals({ timeZone: "Europe/Berlin", hours: week }, from, from + 400 * 86_400_000));
    const at = Date.parse(opening);
    expect([hours.isOpen(at - 1), hours.isOpen(at), hours.isOpen(at + 1)]).toEqual([false, true, true]);
    expect(hours.nextOpening(Date.parse(day))).toBe(at);
    const closing = at + 8 * 3_600_000;
    expect([hours.isOpen(closing - 1), hours.isOpen(closing), hours.isOpen(closing + 1)]).toEqual([true, false, false]);
  });
});
