import { describe, expect, it } from "@jest/globals";
import { addWorkingTime } from "./add-working-time.ts";
import { openIntervals, resolveCalendars } from "./resolve-calendars.ts";

const hourMs = 3_600_000;
const at = (text: string): number => Date.parse(text);
const office = { mon: [["09:00", "18:00"]], tue: [["09:00", "18:00"]], fri: [["09:00", "18:00"]], sun: [["00:00", "06:00"]] } as const;

describe("addWorkingTime", () => {
  const open = [
    [1_000, 2_000],
    [5_000, 6_000],
  ] as const;

  it.each([
    ["inside one interval", 1_200, 300, 1_500],
    ["up to its very end", 1_200, 800, 2_000],
    ["one millisecond into the next", 1_200, 801, 5_001],
    ["begun before opening", 0, 1, 1_001],
    ["begun while closed", 3_000, 1_000, 6_000],
    ["begun at closing", 2_000, 1, 5_001],
    ["past the last interval, where all counts", 1_000, 2_500, 6_500],
    ["begun past the last interval", 9_000, 10, 9_010],
  ])("%s", (_name, from, duration, expected) => {
    expect(addWorkingTime(open, from, duration)).toBe(expected);
  });

  it("counts round the clock without intervals", () => {
    expect(addWorkingTime([], 7, 5)).toBe(12);
  });
});

describe("openIntervals", () => {
  it("opens by the wall clock on both sides of a change to summer time", () => {
    // Berlin: Sunday 29 March 2026, 02:00 → 03:00.
    const open = openIntervals({ timeZone: "Europe/Berlin", hours: office }, at("2026-03-27T00:00:00Z"), at("2026-03-31T00:00:00Z"));
    expect(open.map(([from, until]) => [new Date(from).toISOString(), new Date(until).toISOString()])).toEqual([
      ["2026-03-27T08:00:00.000Z", "2026-03-27T17:00:00.000Z"],
      ["2026-03-28T23:00:00.000Z", "2026-03-29T04:00:00.000Z"],
      ["2026-03-30T07:00:00.000Z", "2026-03-30T16:00:00.000Z"],
      ["2026-03-31T07:00:00.000Z", "2026-03-31T16:00:00.000Z"],
    ]);
  });

  it("has one hour more in the night of the change back", () => {
    const hours = { sun: [["00:00", "06:00"]] } as const;
    const [night] = openIntervals({ timeZone: "Europe/Berlin", hours }, at("2026-10-25T00:00:00Z"), at("2026-10-25T12:00:00Z"));
    expect(night![1] - night![0]).toBe(7 * hourMs);
  });

  it("stays closed on holidays, so that a clock waits for the next working day to the millisecond", () => {
    const calendar = { timeZone: "Asia/Shanghai", hours: office, holidays: ["2026-05-01"] };
    const open = openIntervals(calendar, at("2026-04-28T00:00:00Z"), at("2026-05-06T00:00:00Z"));
    const tuesdayEvening = at("2026-04-28T17:00:00+08:00");
    expect(addWorkingTime(open, tuesdayEvening, hourMs)).toBe(at("2026-04-28T18:00:00+08:00"));
    expect(addWorkingTime(open, tuesdayEvening, 8 * hourMs)).toBe(at("2026-05-04T10:00:00+08:00"));
  });

  it("joins days that touch", () => {
    const hours = { mon: [["00:00", "24:00"]], tue: [["00:00", "24:00"]] } as const;
    expect(openIntervals({ timeZone: "UTC", hours }, at("2026-05-04T00:00:00Z"), at("2026-05-06T00:00:00Z"))).toEqual([
      [at("2026-05-04T00:00:00Z"), at("2026-05-06T00:00:00Z")],
    ]);
  });

  it("leaves resolved calendars alone and resolves the others", () => {
    const document = { name: "p", calendars: { fixed: { open: [[1, 2]] }, office: { timeZone: "UTC", hours: office } } };
    const resolved = resolveCalendars(document, at("2026-05-04T00:00:00Z"), at("2026-05-05T00:00:00Z")) as typeof document;
    expect(resolved.calendars.fixed.open).toEqual([[1, 2]]);
    expect(resolved.calendars.office).toHaveProperty("open", [[at("2026-05-04T09:00:00Z"), at("2026-05-04T18:00:00Z")]]);
  });
});
