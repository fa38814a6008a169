import { describe, expect, it } from "@jest/globals";
import type { Assignment } from "@leadstream/schemas";
import { call, KEY, touch, world } from "../tests/world.ts";

const source = { topic: "lead.signals", incarnation: "i", partition: 0, offset: 0, n: 0, seq: 0 };

const assignment = (commandId: string | null, details: Partial<Assignment> = {}): Assignment => ({
  source,
  time: 7,
  leadId: "lead-1",
  epoch: 2,
  change: "claimed",
  state: "leased",
  rep: "bob",
  previousRep: "ann",
  team: "north",
  pool: null,
  rule: null,
  reason: null,
  why: [],
  commandId,
  score: 0,
  grade: null,
  remindAt: null,
  escalateAt: null,
  recycleAt: null,
  leaseUntil: null,
  amount: null,
  collaborators: [],
  formerOwners: [],
  coolDowns: [],
  policyVersion: 3,
  due: 0,
  ...details,
});
const refused = (commandId: string) =>
  assignment(commandId, { change: "refused", reason: "claim: the lead is held by bob", previousRep: null });
const claim = (eventId: string) => ({ eventId, leadId: "lead-1", rep: "bob" });

type Here = Awaited<ReturnType<typeof world>>;
const ask = (here: Here, id: string, wait = "") => call(here, `/v1/commands/${id}${wait}`, undefined, { "x-api-key": KEY }, "GET");
/** Answers each command as soon as it is on the log, as the router does. */
const answering = (here: Here, answer: (id: string) => Assignment): void => {
  here.answer = async (offset) => {
    const { eventId } = here.log[offset]!.value as { eventId: string };
    setImmediate(() => here.results.see(answer(eventId)));
  };
};

describe("results of commands", () => {
  it.each(["/v1/claims", "/v1/commands"])("%s?wait: 200 with the change once it is there", async (url) => {
    const here = await world();
    answering(here, assignment);
    const body = url === "/v1/commands" ? { ...claim("c1"), command: "claim" } : claim("c1");
    const answer = await call(here, `${url}?wait=2s`, body);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ commandId: "c1", leadId: "lead-1", change: "claimed", state: "leased", rep: "bob", epoch: 2 });
  });

  it("409 with the current state when it was refused", async () => {
    const here = await world();
    answering(here, refused);
    const answer = await call(here, "/v1/claims?wait=2s", claim("c1"));
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: "COMMAND_REFUSED",
      message: "claim: the lead is held by bob",
      commandId: "c1",
      current: { leadId: "lead-1", state: "leased", rep: "bob", epoch: 2 },
    });
    expect((await ask(here, "c1")).statusCode).toBe(409);
  });

  it("202 with the id when the time is over, and the result later under the id", async () => {
    const here = await world();
    const answer = await call(here, "/v1/transfers?wait=20ms", { ...claim("c1"), toRep: "cid" });
    expect([answer.statusCode, answer.json<{ eventId: string }>().eventId]).toEqual([202, "c1"]);
    expect((await ask(here, "c1")).json()).toEqual({ commandId: "c1", status: "pending" });
    here.results.see(assignment("c1", { change: "requested" }));
    expect((await ask(here, "c1")).statusCode).toBe(202);
    const waiting = ask(here, "c1", "?wait=2s");
    here.results.see(assignment("c1", { change: "transferred", rep: "cid" }));
    expect((await waiting).json()).toMatchObject({ change: "transferred", rep: "cid" });
  });

  it("asked where it was not given, it is unknown until it is answered; with wait the answer comes from the log", async () => {
    const other = await world();
    expect((await ask(other, "c1", "?wait=20ms")).statusCode).toBe(404);
    const waiting = ask(other, "c1", "?wait=2s");
    setImmediate(() => other.results.see(refused("c1")));
    expect((await waiting).statusCode).toBe(409);
    other.results.see(assignment("c2", { change: "requested" }));
    expect((await ask(other, "c2")).statusCode).toBe(202);
  });

  it("a repeated command is answered with the first one's result", async () => {
    const here = await world();
    here.results.see(assignment("c1"));
    expect((await call(here, "/v1/claims?wait=2s", claim("c1"))).statusCode).toBe(200);
  });

  it("without wait the answer is 202 at once; commands of a batch are known as well", async () => {
    const here = await world();
    expect((await call(here, "/v1/claims", claim("c1"))).statusCode).toBe(202);
    await call(here, "/v1/events", {
      events: [
        { type: "touch", ...touch("t") },
        { type: "command", command: "claim", ...claim("c2") },
      ],
    });
    expect(["c1", "c2", "t"].map((id) => here.results.find(id))).toEqual(["pending", "pending", "unknown"]);
  });

  it("only so many are remembered; an older or unknown one is 404 with a remedy", async () => {
    const here = await world();
    for (const id of ["c1", "c2", "c3", "c4"]) here.results.see(assignment(id));
    expect((await ask(here, "c2")).statusCode).toBe(200);
    const answer = await ask(here, "c1");
    expect([answer.statusCode, answer.json<{ code: string; remedy: string }>().code]).toEqual([404, "COMMAND_UNKNOWN"]);
    expect(answer.json<{ remedy: string }>().remedy).toContain("the lead's page");
  });

  it("only so many may wait; a further one is told at once that there is no result yet", async () => {
    const here = await world();
    const first = here.results.wait("c1", 2_000);
    const second = here.results.wait("c2", 2_000);
    expect(await here.results.wait("c3", 2_000)).toBeNull();
    here.results.see(assignment("c1"));
    expect((await first)?.commandId).toBe("c1");
    here.results.release();
    expect(await second).toBeNull();
    expect(await here.results.wait("c4", 1)).toBeNull();
  });

  it.each(["?wait=3s", "?wait=soon", "?wait=-1s", "?wait="])("%s is refused with a remedy, and nothing gets onto the log", async (wait) => {
    const here = await world();
    const answer = await call(here, `/v1/claims${wait}`, claim("c1"));
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, "WAIT_INVALID"]);
    expect(here.log).toEqual([]);
    expect((await call(here, "/v1/claims?wait=1s", { events: [claim("c1")] })).json()).toMatchObject({ code: "WAIT_INVALID" });
  });

  it("asks for a key", async () => {
    expect((await call(await world(), "/v1/commands/c1", undefined, {}, "GET")).statusCode).toBe(401);
  });
});
