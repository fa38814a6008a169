import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { temporaryFolder } from "@leadstream/testing";
import { readJourneyFile, readPolicyFile, readRoster } from "./documents.ts";

const folder = temporaryFolder("documents");
afterAll(() => folder.remove());

const now = Date.parse("2026-05-01");
const weekMs = 7 * 86_400_000;
/** Open on Mondays only; for three years each of them is a holiday. */
const mondays = Array.from({ length: 160 }, (_, week) => new Date(Date.parse("2026-04-06") + week * weekMs).toISOString().slice(0, 10));
const calendars = (holidays: readonly string[]) => ({
  day: { timeZone: "Europe/Berlin", hours: { mon: [["09:00", "17:00"]] }, holidays },
});
const phase = { remind: "1h", escalate: "2h", recycle: "3h" };
const policy = {
  fallback: { team: "east" },
  clocks: ["A", "B", "C"].map((grade) => ({ grade, calendar: "day", first: phase, cadence: phase })),
};
const roster = { teams: [{ id: "east", calendar: "day", reps: [{ id: "ann" }] }] };
const journey = { calendar: "day", steps: [{ id: "one", after: "1d", send: "hello" }] };

describe("documents with calendars", () => {
  it.each([
    ["policy", policy, (path: string) => readPolicyFile(path, null, now)],
    ["roster", roster, (path: string) => readRoster(path, now)],
    ["journey", journey, (path: string) => readJourneyFile(path, now)],
  ] as const)("a %s is resolved for two years; one whose holidays leave no day is refused with its place", (name, body, read) => {
    const path = join(folder.path, `${name}.yaml`);
    const write = (holidays: readonly string[]): void =>
      writeFileSync(path, JSON.stringify({ name, ...body, calendars: calendars(holidays) }));
    write(mondays.slice(0, 10));
    expect((JSON.parse(read(path).document) as { calendars: { day: { open: [] } } }).calendars.day.open.length).toBeGreaterThan(90);
    write(mondays);
    expect(() => read(path)).toThrow("calendars.day.open: never opens");
  });
});
