import { describe, expect, it } from "@jest/globals";
import { normaliseEmail } from "@leadstream/edge";
import { away, call, touch, world } from "../tests/world.ts";

describe("limits", () => {
  it("refuses bodies, batches and empty batches", async () => {
    const here = await world();
    const big = await call(here, "/v1/touches", { ...touch("a"), content: "x".repeat(20_000) });
    expect([big.statusCode, big.json().code]).toEqual([413, "BODY_TOO_LARGE"]);
    const many = await call(here, "/v1/touches", { events: new Array(6).fill(touch("a")) });
    expect([many.statusCode, many.json().code]).toEqual([413, "BATCH_TOO_LARGE"]);
    const none = await call(here, "/v1/touches", { events: [] });
    expect([none.statusCode, none.json().code]).toEqual([400, "BATCH_EMPTY"]);
    expect(here.log).toEqual([]);
  });
  it("counts events per key and says when to come again", async () => {
    const here = await world();
    const batch = { events: new Array(5).fill(touch("a")) };
    for (let round = 0; round < 4; round++) expect((await call(here, "/v1/touches", batch)).statusCode).toBe(202);
    const refused = await call(here, "/v1/touches", batch);
    expect([refused.statusCode, refused.headers["retry-after"], refused.json().code]).toEqual([429, "1", "RATE_LIMITED"]);
    expect((await call(here, "/v1/touches", batch, { "x-api-key": "ls_other" })).statusCode).toBe(202);
    here.clockMs = 499;
    expect((await call(here, "/v1/touches", batch)).statusCode).toBe(429);
    here.clockMs = 500;
    expect((await call(here, "/v1/touches", batch)).statusCode).toBe(202);
  });
  it("refuses requests beyond those under way", async () => {
    const here = await world();
    const acknowledgements: (() => void)[] = [];
    here.answer = () => new Promise((resolve) => acknowledgements.push(resolve));
    const underWay = [call(here, "/v1/touches", touch("a")), call(here, "/v1/touches", touch("b"))];
    while (acknowledgements.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const refused = await call(here, "/v1/touches", touch("c"));
    expect([refused.statusCode, refused.headers["retry-after"], refused.json().code]).toEqual([503, "2", "OVERLOADED"]);
    for (const acknowledge of acknowledgements) acknowledge();
    expect((await Promise.all(underWay)).map((answer) => answer.statusCode)).toEqual([202, 202]);
    here.answer = async () => {};
    expect((await call(here, "/v1/touches", touch("c"))).statusCode).toBe(202);
  });
});

describe("bodies under way", () => {
  it("are bounded by their bytes", async () => {
    const here = await world();
    const acknowledgements: (() => void)[] = [];
    here.answer = () => new Promise((resolve) => acknowledgements.push(resolve));
    const large = (id: string) => ({
      leadId: id,
      channel: "web",
      needDescription: "x".repeat(4_000),
      note: "x".repeat(4_000),
      eventId: id,
    });
    const first = call(here, "/v1/captures", { events: [large("a"), large("b")] });
    while (acknowledgements.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const refused = await call(here, "/v1/captures", large("c"));
    expect([refused.statusCode, refused.json().code]).toEqual([503, "OVERLOADED"]);
    here.answer = async () => {};
    for (const acknowledge of acknowledgements) acknowledge();
    await first;
    expect((await call(here, "/v1/captures", large("c"))).statusCode).toBe(202);
  });
});

describe("erasure", () => {
  it("destroys the key once the command is on the log", async () => {
    const here = await world();
    const answer = await call(here, "/v1/leads/l%3A1/personal", undefined, undefined, "DELETE");
    expect(answer.statusCode).toBe(202);
    expect(here.log[0]).toMatchObject({ type: "Command", value: { leadId: "l:1", command: "erase" } });
    expect(here.destroyed).toEqual(["l:1"]);
  });
  it("destroys nothing while Kafka is away", async () => {
    const here = await world();
    here.answer = away;
    expect((await call(here, "/v1/leads/l/personal", undefined, undefined, "DELETE")).statusCode).toBe(503);
    expect(here.destroyed).toEqual([]);
  });
  it("names a lead id that is none", async () => {
    const answer = await call(await world(), "/v1/leads/ada%40example.com/personal", undefined, undefined, "DELETE");
    expect([answer.statusCode, answer.json().faults[0].field]).toEqual([400, "leadId"]);
  });
});

describe("operation", () => {
  it("describes itself", async () => {
    const here = await world();
    const document = (await call(here, "/docs/json", undefined, {}, "GET")).json();
    expect(Object.keys(document.paths).sort()).toEqual([
      "/v1/captures",
      "/v1/claims",
      "/v1/commands",
      "/v1/commands/{commandId}",
      "/v1/events",
      "/v1/hand-backs",
      "/v1/journeys",
      "/v1/leads/{leadId}/personal",
      "/v1/roster",
      "/v1/spend",
      "/v1/statuses",
      "/v1/touches",
      "/v1/transfers",
    ]);
    const body = JSON.stringify(document.paths["/v1/captures"].post.requestBody);
    for (const word of ["contact", "Sealed", "needDescription", "events"]) expect(body).toContain(word);
    expect((await call(here, "/docs", undefined, {}, "GET")).statusCode).toBe(200);
  });
  it("tells health and metrics without a key, and no address makes a series of its own", async () => {
    const here = await world();
    await call(here, "/v1/leads/l1/personal", undefined, undefined, "DELETE");
    await call(here, "/no/such/address", undefined, {}, "GET");
    expect((await call(here, "/health", undefined, {}, "GET")).json()).toMatchObject({ service: "collector", healthy: true });
    const metrics = (await call(here, "/metrics", undefined, {}, "GET")).body;
    expect(metrics).toContain('leadstream_events_accepted_total{kind="command",service="collector"} 1');
    expect(metrics).toContain('route="/v1/leads/:leadId/personal",status="202"');
    expect(metrics).not.toContain("such");
  });
  it("answers a bug with 500, and logs no value of the event", async () => {
    const here = await world();
    here.answer = () => Promise.reject(new TypeError("bug"));
    const answer = await call(here, "/v1/captures", { channel: "web", contact: { email: "ada@example.com" } });
    expect([answer.statusCode, answer.json().code]).toEqual([500, "INTERNAL"]);
    expect(here.logLines.join("")).toContain("bug");
    expect(here.logLines.join("")).not.toContain(normaliseEmail("ada@example.com")?.address);
  });
});
