import { describe, expect, it } from "@jest/globals";
import { explain, Scorer } from "../src/index.ts";
import { DAY_MS, HOUR_MS } from "../src/units.ts";
import { compiled, modelWith, preset } from "./documents.ts";
import { capture, command, Journey, noProfile, START, status, touch } from "./events.ts";
import { bytesOf } from "./histories.ts";
import { harshModel, nextHarshModel } from "./test-models.ts";

const plain = (): Scorer => modelWith({ behaviour: [{ id: "one", points: 10, touch: "one" }] });

describe("duplicates (F15)", () => {
  it("count once inside the declared window and again after it", () => {
    const lead = new Journey(plain());
    const event = touch("one", START);
    for (const after of [0, 1_000, HOUR_MS, 7 * DAY_MS, 8 * DAY_MS]) lead.event(event, START + after);
    expect(lead.scores.map((one) => one.verdict)).toEqual(["counted", "duplicate", "duplicate", "duplicate", "late"]);
    expect(lead.score).toBe(20_000);
  });

  it("the window has a limit in number too", () => {
    const lead = new Journey(modelWith({ behaviour: [{ id: "one", points: 10, touch: "one" }], duplicates: { events: 2 } }));
    const first = touch("one", START);
    for (const event of [first, touch("x", START), touch("y", START), first]) lead.event(event);
    expect(lead.scores.at(-1)?.verdict).toBe("counted");
  });

  it("a repeated status or command is not forwarded", () => {
    const lead = new Journey(plain());
    const won = status("won", START);
    lead.event(won);
    lead.event(won);
    expect(lead.told).toEqual(["status"]);
  });

  it("ids of imported events are known for ever", () => {
    const lead = new Journey(plain());
    const old = touch("one", START - 900 * DAY_MS, { imported: true });
    lead.event(old, START);
    lead.event(old, START + 400 * DAY_MS);
    expect(lead.scores.map((one) => one.verdict)).toEqual(["counted", "duplicate"]);
  });
});

describe("unknown kinds", () => {
  it("score nothing and say so", () => {
    const lead = new Journey(plain());
    lead.event(touch("__proto__", START));
    lead.event(touch("constructor", START));
    expect(lead.scores.map((one) => [one.verdict, one.score])).toEqual([
      ["unknown", 0],
      ["unknown", 0],
    ]);
  });
});

describe("signals", () => {
  it("captured once with attributes; active at most once an hour; inactive once per silence", () => {
    const lead = new Journey(preset("default"));
    lead.event(capture(START, { titleClass: "director", region: "east", tags: ["vip"] }, { channel: "webinar", campaign: "spring" }));
    expect(lead.signals[0]).toMatchObject({
      kind: "captured",
      leadId: "lead-1",
      band: "pool",
      attributes: { channel: "webinar", campaign: "spring", region: "east", titleClass: "director", tags: ["vip"] },
    });
    lead.event(capture(START + 1));
    for (const minutes of [0, 30, 59, 60, 90]) lead.event(touch("blog-view", START + minutes * 60_000));
    lead.until(START + 20 * DAY_MS);
    expect(lead.told).toEqual(["captured", "active", "active", "inactive"]);
    expect(lead.signals.at(-1)?.due).toBe(START + 90 * 60_000 + 7 * DAY_MS);
  });

  it("status and command are forwarded one to one", () => {
    const lead = new Journey(plain());
    lead.event(status("won", START, { rep: "rep-1", amount: 500, reason: "fit" }));
    lead.event(command("transfer", START + 1, { rep: "rep-1", toRep: "rep-2", toTeam: "t", epoch: 3 }));
    expect(lead.signals).toMatchObject([
      { kind: "status", status: "won", rep: "rep-1", amount: 500, reason: "fit" },
      { kind: "command", command: "transfer", rep: "rep-1", toRep: "rep-2", toTeam: "t", epoch: 3 },
    ]);
    expect(lead.scores.map((one) => one.cause)).toEqual(["status", "command"]);
  });

  it("new attributes go with the next signal", () => {
    const lead = new Journey(plain());
    lead.event(capture(START));
    lead.event(touch("x", START, { profile: { ...noProfile, region: "west" } }));
    lead.event(touch("x", START + 2 * HOUR_MS));
    expect(lead.signals.map((one) => [one.kind, one.attributes?.region])).toEqual([
      ["captured", null],
      ["active", "west"],
      ["active", undefined],
    ]);
  });

  it("erase forgets the profile, gives the score back in one row, and keeps a retry a duplicate", () => {
    const lead = new Journey(preset("default"));
    const first = capture(START, { titleClass: "founder", region: "east" });
    lead.event(first);
    lead.event(touch("demo-request", START));
    lead.event(command("erase", START + 1));
    expect(lead.scores.at(-1)).toMatchObject({ cause: "erase", score: 0, rows: [{ rule: "erase", kind: "correction", points: -40_000 }] });
    expect(lead.told.at(-1)).toBe("erased");
    expect(bytesOf(lead.state!).toString("latin1")).not.toMatch(/founder|east/);
    lead.event(first, START + 2);
    expect(lead.scores.at(-1)?.verdict).toBe("duplicate");
    lead.event(capture(START + 3));
    expect(lead.told.at(-1)).toBe("captured");
    expect(lead.sum()).toBe(lead.score);
  });
});

describe("imported history", () => {
  it("is scored at its own time, starts no clock, and runs clocks from the first live act on", () => {
    const lead = new Journey(preset("default"));
    const old = START - 400 * DAY_MS;
    lead.event(capture(old, { titleClass: "founder", industry: "manufacturing", need: "stated" }, { imported: true }), START);
    lead.event(touch("demo-request", old + DAY_MS, { imported: true }), START);
    lead.event(touch("pricing-view", old + DAY_MS, { imported: true }), START);
    expect(lead.score).toBe(80_000);
    expect(lead.signals.map((one) => [one.kind, one.imported])).toEqual([
      ["captured", true],
      ["crossed", true],
      ["crossed", true],
    ]);
    expect([lead.state?.crossingDue, lead.state?.silenceDue]).toEqual([-1, -1]);
    lead.event(touch("blog-view", START + 1));
    expect(lead.told.slice(3)).toEqual(["down sql→pool", "active"]);
    expect(lead.state?.silenceDue).toBe(START + 1 + 7 * DAY_MS);
    expect(lead.sum()).toBe(lead.score);
  });
});

describe("another model", () => {
  it("is applied at the lead's next event, in rows of their own, under its version", () => {
    const lead = new Journey(new Scorer(compiled(harshModel)));
    lead.event(capture(START, { titleClass: "founder" }));
    lead.event(touch("demo-request", START));
    expect(lead.score).toBe(25_000);
    lead.scorer = new Scorer(compiled(nextHarshModel));
    lead.event(touch("rare-kind", START));
    expect(lead.scores.at(-1)).toMatchObject({ modelVersion: 2, score: 43_000 });
    expect(lead.scores.at(-1)?.rows).toEqual([expect.objectContaining({ rule: "model:harsh@2", kind: "rescore", points: 18_000 })]);
  });
});

describe("explain (R7)", () => {
  it("gives rule, points and running sum, and stops at an instant", () => {
    const lead = new Journey(plain());
    for (const after of [0, 1, 2]) lead.event(touch("one", START + after));
    const scores = lead.scores;
    expect(explain(scores).rows.map((row) => [row.rule, row.points, row.running])).toEqual([
      ["one", 10_000, 10_000],
      ["one", 10_000, 20_000],
      ["one", 10_000, 30_000],
    ]);
    expect(explain(scores, START + 1)).toMatchObject({ score: 20_000, complete: true });
    expect(explain(scores.slice(1))).toMatchObject({ score: 20_000, complete: false });
  });
});

describe("the state", () => {
  it("of an ordinary lead takes less than 1 KB", () => {
    const lead = new Journey(preset("default"));
    lead.event(capture(START, { titleClass: "founder", industry: "manufacturing", country: "DE", companySize: 400, need: "stated" }));
    for (let index = 0; index < 20; index++) {
      lead.event(touch(["blog-view", "email-open", "white-paper", "pricing-view"][index % 4]!, START + index * 5 * HOUR_MS));
    }
    const bytes = bytesOf(lead.state!).length;
    console.info(`state of a lead with 21 events in four days: ${bytes} bytes`);
    expect(bytes).toBeLessThan(1024);
  });
});
