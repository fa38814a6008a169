import { describe, expect, it } from "@jest/globals";
import { away, call, type World, world } from "../../tests/world.ts";

const journey = (details: object = {}) => ({ name: "spring", steps: [{ id: "one", after: "1d", send: "hello" }], ...details });
/** Open on Thursdays only, and each of them is a holiday: the tests' clock stands on Thursday, 1 January 1970. */
const thursdays = Array.from({ length: 110 }, (_, week) => new Date(week * 7 * 86_400_000).toISOString().slice(0, 10));
const closed = { timeZone: "UTC", hours: { thu: [["09:00", "18:00"]] }, holidays: thursdays };
const post = (here: World, body: unknown) => call(here, "/v1/journeys", body);

describe("POST /v1/journeys", () => {
  it("publishes to every partition of leads, once; calendars are resolved, the list shows what people wrote", async () => {
    const here = await world();
    const calendars = { office: { timeZone: "Europe/Berlin", hours: { mon: [["09:00", "18:00"]] } } };
    const document = journey({ calendars, calendar: "office", goal: { did: ["webinar"] } });
    const answer = await post(here, { version: 0, document });
    expect([answer.statusCode, answer.json()]).toEqual([200, { name: "spring", version: 1, changed: true }]);
    expect(here.publishedJourneys).toMatchObject([{ name: "spring", version: 1, touches: ["webinar"] }]);
    expect(JSON.parse(here.publishedJourneys[0]!.document).calendars.office.open.length).toBeGreaterThan(100);
    const again = await post(here, { version: 0, document });
    expect([again.statusCode, again.json()]).toEqual([200, { name: "spring", version: 1, changed: false }]);
    const list = await call(here, "/v1/journeys", undefined, undefined, "GET");
    expect(list.json()).toEqual({ rows: [{ name: "spring", version: 1, state: "in force", document }] });
    expect((await post(here, { version: 1, document: { name: "spring", ended: true } })).json()).toMatchObject({ version: 2 });
    expect((await call(here, "/v1/journeys", undefined, undefined, "GET")).json().rows[0].state).toBe("ended");
  });

  it("one that has not seen the newest version is told 409 with it, and nothing is published", async () => {
    const here = await world();
    await post(here, { version: 0, document: journey() });
    const stale = await post(here, { version: 0, document: journey({ priority: 7 }) });
    expect([stale.statusCode, stale.json()]).toEqual([
      409,
      expect.objectContaining({ code: "COMMAND_REFUSED", current: { name: "spring", version: 1, state: "in force" } }),
    ]);
    expect(here.publishedJourneys).toHaveLength(1);
  });

  it("when another collector was first on the log, that one holds", async () => {
    const here = await world();
    here.answer = async () => {
      here.journeys.push({ name: "spring", version: 1, fingerprint: "theirs", document: JSON.stringify(journey()), touches: [] });
    };
    expect((await post(here, { version: 0, document: journey({ priority: 7 }) })).statusCode).toBe(409);
    expect(here.publishedJourneys).toEqual([]);
  });

  it.each([
    [{ document: journey() }, "version"],
    [{ version: 0 }, "document"],
    [{ version: 0, document: journey({ steps: [] }) }, "document.steps"],
    [{ version: 0, document: journey({ enter: { states: ["leased"] } }) }, "document.enter.states[0]"],
    [{ version: 0, document: journey({ calendars: { closed }, calendar: "closed" }) }, "document.calendars.closed.open"],
  ])("%j is refused with field, reason and remedy", async (body, field) => {
    const answer = await post(await world(), body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, "BODY_INVALID"]);
    expect(answer.json().faults).toContainEqual({ field, reason: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) });
  });

  it("503 while Kafka is away", async () => {
    const here = await world();
    here.answer = away;
    expect((await post(here, { version: 0, document: journey() })).statusCode).toBe(503);
  });
});
