import { describe, expect, it } from "@jest/globals";
import { away, call, type World, world } from "../../tests/world.ts";
import { CommandResults } from "../command-results.ts";
import type { RosterNews } from "./roster-log.ts";
import { Rosters } from "./rosters.ts";

const team = (id: string, reps: readonly object[], details: object = {}) => JSON.stringify({ id, ...details, reps });
const office = { timeZone: "Europe/Berlin", hours: { mon: [["09:00", "18:00"]] }, open: [[1_000, 2_000]] };

async function withRoster(): Promise<World> {
  const here = await world({ requestsInFlight: 10 });
  here.rosters.push(
    {
      kind: "team",
      teamId: "emea",
      version: 3,
      commandId: null,
      document: team("emea", [{ id: "anna", capacity: 30 }], { calendars: { office } }),
    },
    { kind: "team", teamId: "apac", version: 4, commandId: null, document: team("apac", [{ id: "li" }]) },
  );
  return here;
}
const get = (here: World, url: string) => call(here, url, undefined, undefined, "GET");
const bob = { version: 4, action: "add_rep", team: "apac", rep: "bob", profile: { capacity: 5, calendar: "office" } };

describe("GET /v1/roster", () => {
  it("is one document with a version, calendars as people wrote them", async () => {
    const answer = await get(await withRoster(), "/v1/roster");
    expect([answer.statusCode, answer.json().version]).toEqual([200, 4]);
    expect(answer.json().teams.map(({ id }: { id: string }) => id)).toEqual(["apac", "emea"]);
    expect(answer.json().teams[1].calendars.office).toEqual({ timeZone: office.timeZone, hours: office.hours });
  });
  it("503 while Kafka is away", async () => {
    const here = await withRoster();
    here.answer = away;
    const answer = await call(here, "/v1/roster", { ...bob, eventId: "c" });
    expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toEqual([503, "UNAVAILABLE", "2"]);
    here.answer = async () => {};
    expect((await call(here, "/v1/roster?wait=1s", { ...bob, eventId: "c" })).statusCode).toBe(200);
  });
});

describe("POST /v1/roster", () => {
  it("adds, changes, notes an absence, removes: each a new version of one team, with the calendars that it uses", async () => {
    const here = await withRoster();
    const steps = [
      [bob, { id: "bob", capacity: 5, calendar: "office" }],
      [
        { version: 5, action: "change_rep", rep: "bob", profile: { capacity: 7, calendar: null } },
        { id: "bob", capacity: 7 },
      ],
      [
        { version: 6, action: "add_absence", rep: "bob", from: "2026-05-01", until: "2026-05-08" },
        { id: "bob", capacity: 7, absent: [{ from: "2026-05-01", until: "2026-05-08" }] },
      ],
      [{ version: 7, action: "remove_rep", rep: "bob" }, undefined],
    ] as const;
    for (const [index, [body, profile]] of steps.entries()) {
      const answer = await call(here, "/v1/roster?wait=2s", body);
      expect([answer.statusCode, answer.json()]).toEqual([
        200,
        { commandId: `id-${index + 1}`, change: "roster_changed", team: "apac", version: 5 + index },
      ]);
      const news = here.rosters.at(-1)!;
      const document = news.kind === "team" ? JSON.parse(news.document) : null;
      expect(document.reps[1]).toEqual(profile);
      expect(document.calendars).toEqual(index === 0 ? { office } : undefined);
    }
    expect(here.rosters.map(({ teamId }) => teamId)).toEqual(["emea", "apac", "apac", "apac", "apac", "apac"]);
  });

  it("without wait: 202 with an id, and the result at /v1/commands/{id}", async () => {
    const here = await withRoster();
    const answer = await call(here, "/v1/roster", { ...bob, eventId: "add-bob" });
    expect([answer.statusCode, answer.json()]).toEqual([
      202,
      { eventId: "add-bob", leadId: null, topic: "team.requests", partition: 1, offset: 2 },
    ]);
    const result = await get(here, "/v1/commands/add-bob?wait=1s");
    expect([result.statusCode, result.json().version]).toEqual([200, 5]);
    expect((await call(here, "/v1/roster", { ...bob, eventId: "add-bob" })).statusCode).toBe(200);
  });

  it("a change that another collector took is known here once the log has decided it", async () => {
    const here = await withRoster();
    expect((await get(here, "/v1/commands/theirs")).statusCode).toBe(404);
    here.rosters.push({
      kind: "team",
      teamId: "apac",
      version: 5,
      commandId: "theirs",
      document: team("apac", [{ id: "li" }, { id: "mei" }]),
    });
    here.rosters.push({ kind: "refused", commandId: "late", teamId: "apac", version: 5 });
    expect((await get(here, "/v1/commands/theirs")).json()).toMatchObject({ commandId: "theirs", version: 5 });
    expect((await get(here, "/v1/commands/late")).statusCode).toBe(409);
  });

  it("the same command again is carried out once", async () => {
    const here = await withRoster();
    for (let time = 0; time < 3; time++) {
      const answer = await call(here, "/v1/roster?wait=1s", { ...bob, eventId: "add-bob" });
      expect([answer.statusCode, answer.json().version]).toEqual([200, 5]);
    }
    expect(here.rosters).toHaveLength(3);
  });

  it("a version that is not the newest: 409 with the current state", async () => {
    const here = await withRoster();
    const answer = await call(here, "/v1/roster", { version: 3, action: "change_rep", rep: "anna", profile: { capacity: 1 } });
    expect([answer.statusCode, answer.json()]).toEqual([
      409,
      expect.objectContaining({
        code: "COMMAND_REFUSED",
        current: { version: 4, rep: "anna", team: "emea", profile: { id: "anna", capacity: 30 } },
      }),
    ]);
    expect(here.rosters).toHaveLength(2);
  });

  it("of two changes at once one is done, the other told", async () => {
    const here = await withRoster();
    const answers = await Promise.all([call(here, "/v1/roster?wait=1s", bob), call(here, "/v1/roster?wait=1s", { ...bob, rep: "cid" })]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 409]);
  });

  it("when another collector was first on the log the router refuses, for the record: 409", async () => {
    const here = await withRoster();
    here.answer = async () => {
      here.rosters.push({
        kind: "team",
        teamId: "apac",
        version: 5,
        commandId: null,
        document: team("apac", [{ id: "li" }, { id: "mei" }]),
      });
    };
    const answer = await call(here, "/v1/roster?wait=1s", { ...bob, eventId: "add-bob" });
    expect([answer.statusCode, answer.json().current]).toEqual([409, { version: 5, rep: "bob", team: null, profile: null }]);
    expect((await get(here, "/v1/commands/add-bob")).statusCode).toBe(409);
    expect(JSON.stringify((await get(here, "/v1/roster")).json())).toContain("mei");
    expect(here.rosters.at(-1)).toEqual({ kind: "refused", commandId: "add-bob", teamId: "apac", version: 5 });
  });

  it("is told of a refusal only with the change that came first, though another partition shows it later", async () => {
    const first: RosterNews = { kind: "team", teamId: "apac", version: 1, commandId: null, document: team("apac", [{ id: "li" }]) };
    const winner: RosterNews = { kind: "team", teamId: "emea", version: 2, commandId: null, document: team("emea", [{ id: "bob" }]) };
    const looks: RosterNews[][] = [[first], [{ kind: "refused", commandId: "add-bob", teamId: "apac", version: 2 }], [], [winner]];
    const log = {
      catchUp: async (see: (news: RosterNews) => void) => (looks.shift() ?? []).forEach(see),
      append: async () => ({ partition: 0, offset: 0 }),
    };
    const clock = { now: () => 0, sleep: async () => {} };
    const limits = { rosterChangesWaiting: 1, rosterPollMs: 1 };
    const rosters = new Rosters(log, new CommandResults({ commandsKept: 1, commandWaiters: 1 }), limits, clock);
    const change = {
      commandId: "add-bob",
      version: 1,
      action: "add_rep",
      team: "apac",
      rep: "bob",
      profile: {},
      from: null,
      until: null,
    } as const;
    expect(await rosters.change(change)).toMatchObject({ kind: "appended" });
    expect(await rosters.outcomeOf("add-bob", 50)).toMatchObject({ done: false, version: 2 });
    expect(rosters.stateOf("bob")).toMatchObject({ version: 2, team: "emea" });
  });

  it.each([
    [{ ...bob, version: undefined }, "version"],
    [{ ...bob, action: "fire" }, "action"],
    [{ ...bob, colour: "red" }, ""],
    [{ ...bob, rep: "anna" }, "rep"],
    [{ ...bob, team: "emae" }, "team"],
    [{ ...bob, team: undefined }, "team"],
    [{ ...bob, profile: { capacity: -1 } }, "profile.capacity"],
    [{ ...bob, profile: { capacty: 1 } }, "profile.capacty"],
    [{ ...bob, profile: { id: "b" } }, "profile.id"],
    [{ ...bob, profile: { calendar: "nights" } }, "profile.calendar"],
    [{ version: 4, action: "remove_rep", rep: "bob" }, "rep"],
    [{ version: 4, action: "add_absence", rep: "anna", from: "2026-05-01" }, "until"],
    [{ version: 4, action: "add_absence", rep: "anna", from: "May", until: "2026-05-01" }, "from"],
  ])("%j is refused with field, reason and remedy", async (body, field) => {
    const here = await withRoster();
    const answer = await call(here, "/v1/roster", body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, "BODY_INVALID"]);
    expect(answer.json().faults).toContainEqual({ field, reason: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) });
    expect(here.rosters).toHaveLength(2);
  });

  it("changes beyond those that may wait are sent away", async () => {
    const here = await withRoster();
    const release: (() => void)[] = [];
    here.answer = () => new Promise((resolve) => release.push(resolve));
    const waiting = [call(here, "/v1/roster", bob), call(here, "/v1/roster", bob)];
    while (release.length < 1) await new Promise((resolve) => setImmediate(resolve));
    expect((await call(here, "/v1/roster", bob)).json().code).toBe("OVERLOADED");
    release[0]!();
    expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual([202, 409]);
  });
});
