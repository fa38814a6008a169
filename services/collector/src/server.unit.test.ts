import { afterEach, describe, expect, it } from "@jest/globals";
import { type EdgeContext, type KeyStore, normaliseEmail } from "@leadstream/edge";
import { KafkaAdapterError } from "@leadstream/kafka";
import { createNodeCrypto, Emitter, type RecordSender, uuidV7Source } from "@leadstream/producer";
import { AvroReader, codecs, type Decoded, type RecordName, WireFormat } from "@leadstream/schemas";
import { createTelemetry } from "@leadstream/telemetry";
import type { FastifyInstance } from "fastify";
import { ApiKeys, hashOf } from "./api-keys.ts";
import { buildServer, type ServerLimits } from "./server.ts";

const KEY = "ls_test-key";
const limits: ServerLimits = {
  bodyLimitBytes: 20_000,
  batchLimit: 5,
  eventsPerSecond: 10,
  eventsBurst: 20,
  requestsInFlight: 2,
  retryAfterMs: 1_500,
  requestTimeoutMs: 5_000,
};

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

interface World {
  readonly app: FastifyInstance;
  readonly log: Decoded[];
  readonly destroyed: string[];
  readonly logLines: string[];
  clockMs: number;
  /** What Kafka does with the next records. */
  answer: (record: number) => Promise<void>;
}

async function world(overrides: Partial<ServerLimits> = {}): Promise<World> {
  const wire = new WireFormat((Object.keys(codecs) as RecordName[]).map((name, index) => [name, index] as const));
  const state = { log: [] as Decoded[], destroyed: [] as string[], logLines: [] as string[], clockMs: 0, answer: async () => {} };
  const keys: KeyStore = {
    keyFor: (leadId) => ({ keyId: `key of ${leadId}`, key: Buffer.alloc(32, 1) }),
    find: () => null,
    destroy: (leadId) => state.destroyed.push(leadId) > 0,
  };
  const context: Omit<EdgeContext, "now" | "producer"> = {
    defaultCountry: "CN",
    defaultCurrency: null,
    crypto: createNodeCrypto(Buffer.alloc(32)),
    keys,
    newId: uuidV7Source(() => 1),
  };
  const sender: RecordSender = {
    async send(_topic, _partition, _key, value) {
      const offset = state.log.push(wire.read(new AvroReader(value))) - 1;
      await (state as unknown as World).answer(offset);
      return { partition: 2, offset };
    },
  };
  const telemetry = createTelemetry({
    service: "collector",
    processMetrics: false,
    destination: { write: (line) => state.logLines.push(line) },
  });
  const app = await buildServer({
    sink: new Emitter({ sender, wire, context, now: () => 1_000 }),
    apiKeys: new ApiKeys([
      [hashOf(KEY), "default"],
      [hashOf("ls_other"), "shop"],
    ]),
    telemetry,
    limits: { ...limits, ...overrides },
    monotonicMs: () => state.clockMs,
  });
  open.push(app);
  return Object.assign(state, { app }) as World;
}

type Method = "GET" | "POST" | "DELETE";
function call(
  { app }: World,
  url: string,
  payload?: unknown,
  headers: Record<string, string> = { "x-api-key": KEY },
  method: Method = "POST",
) {
  return app.inject({
    method,
    url,
    headers: { ...(payload === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(payload === undefined ? {} : { payload: typeof payload === "string" ? payload : JSON.stringify(payload) }),
  });
}
const touch = (id: string) => ({ eventId: id, leadId: "l", kind: "page-view" });
const away = async (): Promise<never> => {
  throw new KafkaAdapterError("UNAVAILABLE", "no broker", "wait");
};

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
    ["", 400],
  ])("%p is no JSON", async (body, status) => {
    const answer = await call(await world(), "/v1/touches", body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code: "BODY_INVALID" });
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
      "/v1/events",
      "/v1/hand-backs",
      "/v1/leads/{leadId}/personal",
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
