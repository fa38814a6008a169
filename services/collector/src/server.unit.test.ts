import { describe, expect, it } from "@jest/globals";
import { away, call, KEY, touch, world } from "../tests/world.ts";

describe("authentication", () => {
  it.each([
    [{}, 401],
    [{ "x-api-key": "wrong" }, 401],
    [{ "x-api-key": "" }, 401],
    [{ authorization: `Basic ${KEY}` }, 401],
    [{ "x-api-key": KEY }, 202],
    [{ authorization: `Bearer ${KEY}` }, 202],
    [{ authorization: `bearer ${KEY}` }, 202],
  ])("%j → %i", async (headers, status) => {
    const answer = await call(await world(), "/v1/touches", touch("a"), headers as Record<string, string>);
    expect(answer.statusCode).toBe(status);
    if (status === 401) expect(answer.json()).toMatchObject({ code: "UNAUTHORISED", remedy: expect.stringContaining("x-api-key") });
  });
  it("asks for a key before it reads a body", async () => {
    const answer = await call(await world(), "/v1/events", "x".repeat(30_000), {});
    expect(answer.statusCode).toBe(401);
  });
  it("names the client in the record", async () => {
    const here = await world();
    await call(here, "/v1/touches", touch("a"), { "x-api-key": "ls_other" });
    expect(here.log[0]?.value).toMatchObject({ producer: "shop" });
  });
});

describe("one event", () => {
  it.each([
    ["/v1/captures", { eventId: "e", channel: "SEO", contact: { email: "ada@example.com" } }, "Capture", { channel: "search" }],
    ["/v1/touches", touch("e"), "Touch", { kind: "page-view" }],
    ["/v1/statuses", { eventId: "e", leadId: "l", status: "contacted" }, "Status", { status: "contacted" }],
    ["/v1/commands", { eventId: "e", leadId: "l", command: "release" }, "Command", { command: "release" }],
    ["/v1/spend", { eventId: "e", channel: "SEM", date: "2026-01-01", amount: 1, currency: "EUR" }, "Spend", { amount: 100 }],
    ["/v1/claims", { eventId: "e", leadId: "l", rep: "r" }, "Command", { command: "claim", rep: "r" }],
    ["/v1/transfers", { eventId: "e", leadId: "l", toRep: "r" }, "Command", { command: "transfer", toRep: "r" }],
    ["/v1/hand-backs", { eventId: "e", leadId: "l", rep: "r", reason: "too early" }, "Command", { command: "hand_back" }],
    ["/v1/events", { type: "touch", ...touch("e") }, "Touch", { kind: "page-view" }],
    ["/v1/events", { type: "spend", eventId: "e", channel: "SEM", date: "2026-01-01", amount: 1, currency: "EUR" }, "Spend", {}],
  ])("%s %j", async (url, body, type, value) => {
    const here = await world();
    const answer = await call(here, url, body);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ eventId: "e", partition: 2, offset: 0 });
    expect(here.log).toHaveLength(1);
    expect(here.log[0]).toMatchObject({ type, value: { eventId: "e", ...value } });
  });

  it("is answered only after it is on the log", async () => {
    const here = await world();
    let acknowledge = (): void => {};
    here.answer = () =>
      new Promise((resolve) => {
        acknowledge = resolve;
      });
    let answered = false;
    const answer = call(here, "/v1/touches", touch("a")).then((result) => {
      answered = true;
      return result;
    });
    while (here.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    acknowledge();
    expect((await answer).statusCode).toBe(202);
  });

  it("gives the derived lead id and an assigned event id", async () => {
    const answer = await call(await world(), "/v1/captures", { channel: "web", contact: { phone: "13800138000" } });
    expect(answer.json()).toMatchObject({
      leadId: expect.stringMatching(/^l_[a-z2-7]{26}$/),
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it.each([
    ["/v1/captures", { contact: { email: "x" }, profile: { budget: -1 } }, ["channel", "contact.email", "profile.budget"]],
    ["/v1/events", {}, ["type"]],
    ["/v1/events", { type: "tick" }, ["type"]],
    ["/v1/events", [], ["type"]],
    ["/v1/claims", { leadId: "l" }, ["rep"]],
    ["/v1/claims", { leadId: "l", command: "erase" }, ["command"]],
    ["/v1/claims", [], [""]],
    ["/v1/touches", '"text"', [""]],
    ["/v1/touches", '{"leadId":"l","kind":"event","dwellMs":1e999}', ["dwellMs"]],
    ["/v1/events", { events: [touch("a")], type: "touch" }, ["type"]],
    ["/v1/events", { events: "many" }, ["events"]],
  ])("%s %j names the faults", async (url, body, fields) => {
    const here = await world();
    const answer = await call(here, url, body);
    expect(answer.statusCode).toBe(400);
    expect(
      answer
        .json<{ faults: { field: string }[] }>()
        .faults.map((fault) => fault.field)
        .sort(),
    ).toEqual(fields);
    expect(here.log).toEqual([]);
  });

  it.each([
    ["{", 400],
    ['{"__proto__":{}}', 400],
    [`{"leadId":"l","kind":"event","properties":{"${"\\u005f"}_proto__":{"a":1}}}`, 400],
    ['{"leadId":"l","kind":"event","properties":{"constructor":{"prototype":{"a":1}}}}', 400],
    ["", 400],
  ])("%p is no JSON", async (body, status) => {
    const answer = await call(await world(), "/v1/touches", body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code: "BODY_INVALID" });
  });
  it("may speak of constructors and in escapes", async () => {
    const here = await world();
    const body = '{"leadId":"l","kind":"event","content":"caf\\u00e9","properties":{"trade":"constructor"}}';
    expect((await call(here, "/v1/touches", body)).statusCode).toBe(202);
    expect(here.log[0]?.value).toMatchObject({ content: "café", properties: { trade: "constructor" } });
  });
  it("is 503 with its event id and Retry-After while Kafka is away, and can be repeated", async () => {
    const here = await world();
    here.answer = away;
    const first = await call(here, "/v1/touches", { leadId: "l", kind: "event" });
    expect(first.statusCode).toBe(503);
    expect(first.headers["retry-after"]).toBe("2");
    const { eventId, code } = first.json<{ eventId: string; code: string }>();
    expect(code).toBe("UNAVAILABLE");
    here.answer = async () => {};
    const second = await call(here, "/v1/touches", { leadId: "l", kind: "event", eventId });
    expect(second.json()).toMatchObject({ eventId });
  });
});

describe("a batch", () => {
  it("answers each item", async () => {
    const here = await world();
    const answer = await call(here, "/v1/events", {
      events: [{ type: "touch", ...touch("a") }, { type: "beer" }, { type: "touch", eventId: "c" }, { type: "touch", ...touch("d") }],
    });
    expect(answer.statusCode).toBe(207);
    expect(answer.json()).toMatchObject({
      accepted: 2,
      items: [
        { status: 202, eventId: "a", offset: 0 },
        { status: 400, code: "INVALID_EVENT", faults: [{ field: "type" }] },
        { status: 400, faults: [{ field: "kind" }, { field: "leadId" }] },
        { status: 202, eventId: "d", offset: 1 },
      ],
    });
    expect(here.log.map(({ value }) => (value as { eventId: string }).eventId)).toEqual(["a", "d"]);
  });
  it("is 202 when all are accepted, 400 when none is valid, 503 when Kafka took none", async () => {
    const here = await world();
    expect((await call(here, "/v1/touches", { events: [touch("a"), touch("b")] })).statusCode).toBe(202);
    expect((await call(here, "/v1/touches", { events: [{}, null, 3] })).statusCode).toBe(400);
    here.answer = away;
    const answer = await call(here, "/v1/touches", { events: [touch("a"), touch("b")] });
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "2"]);
    expect(answer.json()).toMatchObject({
      accepted: 0,
      items: [
        { status: 503, eventId: "a" },
        { status: 503, eventId: "b" },
      ],
    });
  });
  it("tells which items Kafka took", async () => {
    const here = await world();
    here.answer = (record) => (record === 0 ? Promise.resolve() : away());
    const answer = await call(here, "/v1/touches", { events: [touch("a"), touch("b")] });
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([207, "2"]);
    expect(answer.json<{ items: { status: number }[] }>().items.map((item) => item.status)).toEqual([202, 503]);
  });
});
