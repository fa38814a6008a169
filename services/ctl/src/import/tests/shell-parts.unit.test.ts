import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { collectorSink } from "../collector-sink.ts";
import type { ImportKind } from "../field-tree.ts";
import { type EventPlace, presenceQueries } from "../presence.ts";
import { progressView } from "../progress-view.ts";
import { reportLines } from "../report-lines.ts";
import { newTally, reportOf } from "../run-import.ts";

describe("the question what the store has", () => {
  const place = (kind: ImportKind, eventId: string, leadId: string | null = "l1"): EventPlace => ({ kind, eventId, leadId });

  it("is asked of each kind's table, by lead where leads are known", () => {
    expect(
      presenceQueries([place("capture", "a-1"), place("touch", "a-2.1"), place("touch", "a-2.2", "l2"), place("spend", "s", null)]),
    ).toEqual([
      "SELECT DISTINCT event_id FROM captures WHERE lead_id IN ('l1') AND event_id IN ('a-1')",
      "SELECT DISTINCT event_id FROM touches WHERE lead_id IN ('l1','l2') AND event_id IN ('a-2.1','a-2.2')",
      "SELECT DISTINCT event_id FROM spend WHERE event_id IN ('s')",
    ]);
  });

  it("never carries what is no id", () => {
    expect(presenceQueries([place("capture", "a') OR 1 --")])).toEqual([]);
    expect(presenceQueries([place("capture", "a", "l') OR 1 --")])).toEqual([
      "SELECT DISTINCT event_id FROM captures WHERE event_id IN ('a')",
    ]);
  });
});

describe("the view of progress", () => {
  const state = (rows: number, totalRows = 100) => ({
    name: "bank",
    totalRows,
    tally: { ...newTally(), rows, sent: { capture: rows, touch: 0, status: 0, spend: 0 } },
  });

  it("is a bar that is drawn over itself on a terminal", () => {
    const written: string[] = [];
    let now = 0;
    const view = progressView({ isTTY: true, columns: 60, write: (text) => written.push(text) }, () => now);
    for (const rows of [0, 1, 50, 100]) {
      view.listener(state(rows));
      now += rows === 0 ? 1 : 1_000;
    }
    view.close();
    expect(written).toHaveLength(4);
    expect(written[1]).toMatch(/^\r.*█{14}░{14} {2}50 % {2}50 rows/);
    for (const text of written) expect(text.length).toBeLessThanOrEqual(60 + 4);
    expect(written.at(-1)).toBe("\n");
  });

  it("is a line at every tenth elsewhere, and never above 100 %", () => {
    const written: string[] = [];
    let now = 0;
    const view = progressView({ write: (text) => written.push(text) }, () => now++);
    for (let rows = 1; rows <= 120; rows++) view.listener(state(rows));
    view.close();
    expect(written.map((line) => /(\d+) %/.exec(line)?.[1])).toEqual(["9", "19", "29", "39", "49", "59", "69", "79", "89", "99", "100"]);
  });
});

describe("the report", () => {
  const identity = { name: "crm", file: "pipeline", fileSha256: "", keyed: true };
  const tally = { ...newTally(), rows: 9, alreadyThere: 2, rejectedRows: 1, sent: { capture: 7, touch: 0, status: 3, spend: 0 } };
  it.each([
    ["finished", false, /pipeline is imported \(1\.5 s, 4 rows in an earlier run\)/],
    ["stopped", false, /stopped after row 9; the same command goes on/],
    ["finished-earlier", false, /imported before; nothing was sent/],
    ["finished", true, /read and judged .* nothing was sent/],
  ] as const)("of one that is %s (checked only: %s)", (state, checked, first) => {
    const lines = reportLines(reportOf(state, identity, tally, 4, 1_500, "/r.csv"), checked);
    expect(lines[0]).toMatch(first);
    expect(lines.slice(1)).toEqual([
      "  rows 9; events: 7 capture, 3 status; there already: 2",
      "  1 rows were rejected; reasons and remedies: /r.csv",
    ]);
  });
});

describe("the way through the collector", () => {
  let server: Server;
  let url: string;
  let answer: (events: { eventId: string }[]) => [number, unknown];
  const bodies: { events: { eventId: string; type: string }[] }[] = [];
  beforeEach(async () => {
    bodies.length = 0;
    server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const body = JSON.parse(text) as (typeof bodies)[number];
      bodies.push(body);
      const [status, reply] = request.headers["x-api-key"] === "key" ? answer(body.events) : [401, { code: "UNAUTHORISED" }];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => server.close(done)));
  const items = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ kind: "touch" as const, input: { eventId: `e${index}` } }));
  const accepted = ({ eventId }: { eventId: string }) => ({
    status: 202,
    eventId,
    leadId: "l",
    topic: "lead.events",
    partition: 0,
    offset: 1,
  });

  it("sends in order, in requests of a bounded size", async () => {
    answer = (events) => [202, { accepted: events.length, items: events.map(accepted) }];
    const outcomes = await collectorSink(url, "key").emitAll(items(1_100), "p");
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(bodies.map(({ events }) => events.length)).toEqual([500, 500, 100]);
    expect(bodies[1]?.events[0]).toEqual({ type: "touch", eventId: "e500" });
  });

  it("tells refusals, and what may be sent again", async () => {
    const fault = { field: "kind", reason: "is missing", remedy: "give text" };
    answer = ([first, second, third]) => [
      207,
      {
        accepted: 1,
        items: [
          accepted(first as { eventId: string }),
          { status: 400, code: "INVALID_EVENT", message: "faults", remedy: "", faults: [fault], eventId: second?.eventId },
          { status: 503, code: "UNAVAILABLE", message: "away", remedy: "", faults: [], eventId: third?.eventId },
        ],
      },
    ];
    const outcomes = await collectorSink(url, "key").emitAll(items(3), "p");
    expect(outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.code))).toEqual(["ok", "INVALID_EVENT", "UNAVAILABLE"]);
    expect(outcomes[1]).toMatchObject({ error: { faults: [fault] } });
  });

  it.each([
    [429, { code: "RATE_LIMITED" }],
    [503, { code: "OVERLOADED" }],
    [502, "Bad Gateway"],
  ])("may be tried again after %i", async (status, body) => {
    answer = () => [status, body];
    const outcomes = await collectorSink(url, "key").emitAll(items(2), "p");
    expect(outcomes.map((outcome) => !outcome.ok && outcome.error.code)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
  });

  it("may be tried again when nobody answers, and is refused with a wrong key", async () => {
    answer = () => [202, {}];
    await expect(collectorSink(url, "other").emitAll(items(1), "p")).rejects.toMatchObject({ code: "COLLECTOR_REFUSED" });
    const [outcome] = await collectorSink("http://127.0.0.1:1", "key").emitAll(items(1), "p");
    expect(outcome).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
  });
});
