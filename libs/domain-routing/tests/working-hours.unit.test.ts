import { describe, expect, it } from "@jest/globals";
import { checkRoster, readTeam, readTeamState, resolveCalendars, rosterParts, writeTeamState } from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";
import { policyDocument } from "./samples.ts";
import { TeamStory } from "./team-story.ts";

const hour = 3_600_000;
const calendars = {
  early: {
    open: [
      [8 * hour, 12 * hour],
      [32 * hour, 36 * hour],
    ],
  },
  late: {
    open: [
      [14 * hour, 18 * hour],
      [38 * hour, 42 * hour],
    ],
  },
};
const ann = { id: "ann", calendar: "early" };
const bob = { id: "bob", calendar: "late" };

describe("working hours of a rep", () => {
  it("out of hours: passed over, and the decision says so", () => {
    const story = new TeamStory().roster([ann, bob], { calendars }).at(9 * hour);
    expect([story.ask(), story.ask()]).toEqual(["ann", "ann"]);
    expect(story.replies.at(-1)?.why).toEqual(["candidates: ann", "bob: out of hours"]);
    story.at(15 * hour);
    expect(story.ask()).toBe("bob");
    expect(story.replies.at(-1)?.why).toEqual(["candidates: bob", "ann: out of hours"]);
  });

  it.each([
    [-1, []],
    [0, ["granted lead-1#1 ann"]],
    [1, ["granted lead-1#1 ann"]],
  ])("a wait ends by itself when somebody comes in: %i ms from there", (offset, replies) => {
    const story = new TeamStory().roster([ann, bob], { calendars }).at(19 * hour);
    expect(story.ask()).toBe("queued");
    expect(story.replies.at(-1)?.opensAt).toBe(32 * hour);
    story.state = roundTrip(story.state!, writeTeamState, readTeamState);
    story.take();
    story.at(32 * hour + offset);
    expect(story.take()).toEqual(replies);
  });

  it("with outOfHours: next the team denies at once, unless somebody in hours is only full", () => {
    const story = new TeamStory().roster([ann, { ...bob, capacity: 1 }], { calendars }).at(13 * hour);
    expect(story.ask({ whenOut: "deny" })).toBe("denied");
    story.at(15 * hour);
    expect([story.ask({ whenOut: "deny" }), story.ask({ whenOut: "deny" })]).toEqual(["bob", "queued"]);
    expect(story.replies.at(-1)?.opensAt).toBeNull();
  });

  it("claims and a manager's transfers go through at any time", () => {
    const story = new TeamStory().roster([ann, bob], { calendars }).at(20 * hour);
    story.send("claim", 1, { rep: "ann" }).send("transfer", 2, { rep: "bob" });
    expect(story.take()).toEqual(["granted lead-1#1 ann", "granted lead-2#1 bob"]);
  });

  it("who comes back in the night is waited for until the morning", () => {
    const absent = [{ from: "1970-01-01", until: "1970-01-01T20:00:00Z" }];
    const story = new TeamStory().roster([{ ...ann, absent }], { calendars }).at(9 * hour);
    expect(story.ask()).toBe("queued");
    story.take();
    story.at(32 * hour - 1);
    expect(story.take()).toEqual([]);
    story.at(32 * hour);
    expect(story.take()).toEqual(["granted lead-1#1 ann"]);
  });

  it("after the resolved span everybody is reachable", () => {
    const story = new TeamStory().roster([ann], { calendars }).at(36 * hour);
    expect(story.ask()).toBe("ann");
  });
});

describe("the case of a lead that waits for working hours", () => {
  const waiting = (opensAt: number | null): CaseStory => {
    const story = new CaseStory(policyDocument({ request: { waitLimit: "1h", retryAfter: [] } }));
    story.signal("captured", { score: 85_000, band: "sql", grade: "A" });
    return story.reply("queued", { opensAt }).clear();
  };

  it.each([
    [null, hour - 1, []],
    [null, hour, ["ask cancel", "denied", "pooled"]],
    [10 * hour, 11 * hour - 1, []],
    [10 * hour, 11 * hour, ["ask cancel", "denied", "pooled"]],
    [10 * hour, 11 * hour + 1, ["ask cancel", "denied", "pooled"]],
  ])("opening %s: the wait limit is counted from it, at %i", (opensAt, time, names) => {
    expect(waiting(opensAt).at(time).names()).toEqual(names);
  });

  it("asks the next team when the policy says so, and the last one waits", () => {
    const rules = [{ id: "all", assign: { team: "north", outOfHours: "next" }, otherwise: [{ team: "west" }] }];
    const story = new CaseStory(policyDocument({ rules, request: { outOfHours: "next" } }));
    story.signal("captured", { score: 85_000, band: "sql", grade: "A" });
    story.reply("denied", { teamId: "north" }).reply("denied", { teamId: "west" });
    expect(story.requests().map(({ teamId, whenOut }) => [teamId, whenOut])).toEqual([
      ["north", "deny"],
      ["west", "deny"],
      ["east", "wait"],
    ]);
  });
});

describe("a roster with calendars", () => {
  const office = { timeZone: "Asia/Shanghai", hours: { mon: [["09:00", "18:00"]] }, holidays: ["2026-10-05"] };
  const roster = {
    name: "r",
    calendars: { office, night: office },
    teams: [
      { id: "east", calendar: "office", reps: [{ id: "ann" }, { id: "bob", calendar: "24x7" }] },
      { id: "north", reps: [{ id: "cid" }] },
    ],
  };

  it("gives each team's record the calendars that it uses, resolved", () => {
    expect(checkRoster(roster)).toEqual([]);
    const from = Date.parse("2026-09-27T00:00:00Z");
    const [east, north] = rosterParts(resolveCalendars(roster, from, from + 20 * 86_400_000));
    expect(Object.keys(JSON.parse(east!.document).calendars)).toEqual(["office"]);
    expect(JSON.parse(north!.document).calendars).toBeUndefined();
    const [first, second] = readTeam(east!.document).reps;
    const monday = Date.parse("2026-09-28T01:00:00Z");
    expect([first?.hours?.isOpen(monday - 1), first?.hours?.isOpen(monday), second?.hours]).toEqual([false, true, null]);
    // Monday 5 October is a holiday.
    expect(first?.hours?.nextOpening(monday)).toBe(Date.parse("2026-10-12T01:00:00Z"));
  });

  it.each([
    ["teams[0].calendar", { calendar: "ofice" }, "names no calendar"],
    ["teams[0].reps[0].calendar", { reps: [{ id: "ann", calendar: "nights" }] }, "names no calendar"],
    ["teams[0].calendars.odd.hours", { calendars: { odd: { timeZone: "UTC", hours: {} } } }, "never opens"],
  ])("refuses %s", (path, change, problem) => {
    const document = { ...roster, teams: [{ ...roster.teams[0], ...change }] };
    expect(checkRoster(document)).toContainEqual({ path, problem: expect.stringContaining(problem), remedy: expect.any(String) });
  });
});
