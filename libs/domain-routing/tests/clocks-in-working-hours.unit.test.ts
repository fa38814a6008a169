import { describe, expect, it } from "@jest/globals";
import { resolveCalendars } from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { policyDocument } from "./samples.ts";

const at = (text: string): number => Date.parse(text);
const week = (...spans: [string, string][]) => Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, spans]));
const berlin = { timeZone: "Europe/Berlin", hours: week(["09:00", "17:00"]), holidays: ["2026-12-25"] };
const daily = Object.fromEntries(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => [day, [["00:00", "24:00"]]]));
const calendars = { office: berlin, always: { timeZone: "Europe/Berlin", hours: daily } };

/** Rows whose clocks are 1, 2, 3 and 4 units of `hours` open hours from the assignment, and from each contact. */
function policyOf(calendar: string, hours: number): Record<string, unknown> {
  const phase = { target: `${hours}h`, remind: `${2 * hours}h`, escalate: `${3 * hours}h`, recycle: `${4 * hours}h` };
  const clocks = ["A", "B", "C"].map((grade) => ({ grade, calendar, first: phase, cadence: phase }));
  return resolveCalendars(policyDocument({ calendars, clocks }), at("2026-01-01"), at("2027-02-01"));
}

/** Berlin changes to summer time on 29 March 2026 and back on 25 October 2026, both at 01:00 UTC. */
const spans: readonly (readonly [name: string, calendar: string, hours: number, begins: string, due: readonly string[]])[] = [
  [
    "over the change to summer time, in office hours",
    "office",
    4,
    "2026-03-27T12:00:00Z", // Friday, 13:00 there
    ["2026-03-27T16:00:00Z", "2026-03-30T11:00:00Z", "2026-03-30T15:00:00Z", "2026-03-31T11:00:00Z"],
  ],
  [
    "over the change back, in office hours",
    "office",
    4,
    "2026-10-23T11:00:00Z", // Friday, 13:00 there
    ["2026-10-23T15:00:00Z", "2026-10-26T12:00:00Z", "2026-10-26T16:00:00Z", "2026-10-27T12:00:00Z"],
  ],
  [
    "through the night without an hour",
    "always",
    1,
    "2026-03-29T00:00:00Z",
    ["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z", "2026-03-29T04:00:00Z"],
  ],
  [
    "through the night with an hour twice",
    "always",
    1,
    "2026-10-24T23:30:00Z",
    ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z", "2026-10-25T03:30:00Z"],
  ],
  [
    "over a holiday and a weekend",
    "office",
    4,
    "2026-12-24T12:00:00Z", // Thursday, 13:00 there; Friday is closed
    ["2026-12-24T16:00:00Z", "2026-12-28T12:00:00Z", "2026-12-28T16:00:00Z", "2026-12-29T12:00:00Z"],
  ],
];
/** Resolved once each. */
const policies = new Map(spans.map(([name, calendar, hours]) => [name, policyOf(calendar, hours)]));

const firstKinds = ["response_missed", "reminder", "escalation", "recycle"] as const;
const phases = ["until the first contact", "from a contact to the next"] as const;
const cases = spans.flatMap((span) =>
  phases.flatMap((phase) => firstKinds.map((kind, place) => [kind, phase, span[0], place, span] as const)),
);

describe("clocks over working hours, holidays and changes of the clock", () => {
  it.each(cases)("%s %s, %s: silent 1 ms before, rings at its instant, and only once", (kind, phase, name, place, span) => {
    const [, , , begins, dues] = span;
    const due = at(dues[place]!);
    const story = new CaseStory(policies.get(name)).at(at(begins) - 1);
    if (phase === phases[0]) story.at(at(begins)).assigned();
    else story.assigned().at(at(begins)).status("contacted").clear();
    story.at(due - 1);
    expect(story.alerts().map((alert) => alert.kind)).toEqual(firstKinds.slice(0, place));
    story.clear().at(due);
    expect(story.alerts()).toMatchObject([{ kind, due, time: due }]);
    story.clear().at(due + 1);
    expect(story.alerts()).toEqual([]);
    expect(story.state?.status).toBe(kind === "recycle" ? "pool" : "leased");
  });
});
