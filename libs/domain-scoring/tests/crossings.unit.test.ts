import { describe, expect, it } from "@jest/globals";
import { crossingDifference } from "../src/crossing-difference.ts";
import type { CorrectionOutput, Scorer } from "../src/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../src/units.ts";
import { compiled, modelWith, presetDocument } from "./documents.ts";
import { capture, Journey, START, status, touch } from "./events.ts";

const points = (more: Record<string, unknown> = {}): Scorer =>
  modelWith({
    behaviour: [
      { id: "forty", points: 40, touch: "forty" },
      { id: "minus", points: -30, touch: "minus" },
      { id: "ten", points: 10, touch: "ten" },
      { id: "minus-ten", points: -10, touch: "minus-ten" },
      { id: "fading", points: 85, touch: "fading", decay: { halfLife: "30d" } },
    ],
    ...more,
  });

const said = ({ kind, previousBand, band, toldAt, happenedAt }: CorrectionOutput): unknown[] => [
  kind,
  `${previousBand}→${band}`,
  toldAt === null ? null : (toldAt - START) / HOUR_MS,
  happenedAt === null ? null : (happenedAt - START) / HOUR_MS,
];

const NEVER_SQL = [
  ["retracted", "pool→sql", 24, null],
  ["retracted", "sql→pool", 48, null],
];

/** Two touches of 40 on hours 0 and 24: the lead is told to be SQL at hour 24. */
function suggested(scorer = points()): Journey {
  const lead = new Journey(scorer);
  lead.event(touch("forty", START));
  lead.event(touch("forty", START + DAY_MS));
  expect(lead.told).toEqual(["active", "up pool→sql", "active"]);
  return lead;
}

describe("corrections of past crossings (decision 12)", () => {
  it("given a crossing, when a penalty of before arrives late, then it is retracted; the router hears of the present band", () => {
    const lead = suggested();
    const { corrections, signals } = lead.event(touch("minus", START + 12 * HOUR_MS), START + 2 * DAY_MS);
    // The fall that is told now, for the router, did not happen either: the lead was never SQL.
    expect(corrections.map(said)).toEqual(NEVER_SQL);
    expect(corrections[0]).toMatchObject({ time: START + 2 * DAY_MS, leadId: "lead-1", model: "test", modelVersion: 1 });
    expect(signals.find((one) => one.kind === "crossed")).toMatchObject({ previousBand: "sql", band: "pool", time: START + 2 * DAY_MS });
  });

  it("given a crossing, when a touch of before arrives late, then it is corrected to when it happened", () => {
    const lead = suggested();
    const { corrections, signals } = lead.event(touch("forty", START + 6 * HOUR_MS), START + 2 * DAY_MS);
    expect(corrections.map(said)).toEqual([["corrected", "pool→sql", 24, 6]]);
    expect(signals.filter((one) => one.kind === "crossed")).toEqual([]);
  });

  it("given no crossing, when a late touch lifts the lead, then it crosses now and the record says since when", () => {
    const lead = new Journey(points());
    lead.event(touch("forty", START));
    const { corrections, signals } = lead.event(touch("forty", START + HOUR_MS), START + DAY_MS);
    expect(signals[0]).toMatchObject({ kind: "crossed", band: "sql", time: START + DAY_MS });
    expect(corrections.map(said)).toEqual([["corrected", "pool→sql", 24, 1]]);
  });

  it("given a band that a lead was in and has left since, when nobody was told, then both crossings were missed", () => {
    const lead = new Journey(points());
    const { corrections, signals } = lead.event(touch("fading", START), START + 6 * DAY_MS);
    expect(lead.score).toBeLessThan(80_000);
    expect(signals[0]).toMatchObject({ band: "mql" });
    expect(corrections).toMatchObject([
      { kind: "retracted", previousBand: "pool", band: "mql", toldAt: START + 6 * DAY_MS },
      { kind: "missed", previousBand: "pool", band: "sql", happenedAt: START },
      { kind: "missed", previousBand: "sql", band: "mql" },
    ]);
    const fallen = START + 30 * DAY_MS * Math.log2(85 / 80);
    expect(Math.abs(corrections[2]!.happenedAt! - fallen)).toBeLessThan(MINUTE_MS);
  });

  it("a second late event corrects what the first one corrected", () => {
    const lead = suggested();
    lead.event(touch("forty", START + 6 * HOUR_MS), START + 2 * DAY_MS);
    const { corrections } = lead.event(touch("minus", START + 5 * HOUR_MS), START + 3 * DAY_MS);
    expect(corrections.map(said)).toEqual([["corrected", "pool→sql", 6, 24]]);
  });

  it.each([
    ["ten minutes late are in time", START + DAY_MS - 5 * MINUTE_MS, START + DAY_MS + 4 * MINUTE_MS, 0],
    ["the horizon itself is inside", START + DAY_MS - 1, START + 8 * DAY_MS - 1, 2],
    ["beyond it a touch counts without a correction", START + DAY_MS - 1, START + 8 * DAY_MS, 0],
  ])("%s", (_, occurredAt, now, count) => {
    const lead = suggested();
    const { corrections } = lead.event(touch("minus", occurredAt), now);
    expect(corrections.length).toBe(count);
    expect(lead.score).toBe(50_000);
  });

  it("beyond 64 touches, too", () => {
    const lead = suggested();
    for (let index = 0; index < 70; index++) lead.event(touch("forty", START + 2 * DAY_MS + index * HOUR_MS));
    expect(lead.event(touch("minus", START + 1), START + 5 * DAY_MS).corrections).toEqual([]);
    expect(lead.event(touch("minus", START + 4 * DAY_MS), START + 5 * DAY_MS + 1).corrections).toEqual([]);
  });

  it("a report of a seller that comes late corrects as a touch does; a duplicate corrects nothing", () => {
    const lead = suggested(points({ status: [{ id: "rejected", points: -30, status: "sql_rejected" }] }));
    const late = status("sql_rejected", START + 1);
    expect(lead.event(late, START + 2 * DAY_MS).corrections.map(said)).toEqual(NEVER_SQL);
    expect(lead.event(late, START + 2 * DAY_MS).corrections).toEqual([]);
  });

  it("the profile of the time stays as it was known", () => {
    const profile = [{ id: "founder", points: 45, when: { titleClass: "founder" } }];
    const lead = new Journey(points({ profile }));
    lead.event(touch("forty", START));
    lead.event(capture(START + DAY_MS, { titleClass: "founder" }));
    expect(lead.event(touch("minus", START + 1), START + 2 * DAY_MS).corrections.map(said)).toEqual(NEVER_SQL);
  });

  it("under another model the past is not rewritten", () => {
    const lead = suggested();
    lead.scorer = points({ version: 2 });
    lead.event(status("contacted", START + DAY_MS + HOUR_MS));
    expect(lead.event(touch("minus", START + 1), START + 2 * DAY_MS).corrections).toEqual([]);
  });
});

describe("what is told and what is found", () => {
  const up = (at: number): { at: number; from: number; to: number } => ({ at, from: 0, to: 1 });
  const down = (at: number): { at: number; from: number; to: number } => ({ at, from: 1, to: 0 });
  const kinds = (told: Parameters<typeof crossingDifference>[0], found: Parameters<typeof crossingDifference>[1]): unknown[] =>
    crossingDifference(told, found, 10).changes.map(({ kind, toldAt, happenedAt }) => [kind, toldAt, happenedAt]);

  it("equal crossings stay, at the told instant, and what lies around them is missed", () => {
    const found = [up(10), down(20), up(100)];
    expect(kinds([up(105)], found)).toEqual([
      ["missed", null, 10],
      ["missed", null, 20],
    ]);
    expect(crossingDifference([up(105)], found, 10).believed).toEqual([up(10), down(20), up(105)]);
  });

  it("a told instant never disturbs the order", () => {
    const difference = crossingDifference([up(108)], [up(100), down(105), up(107)], 10);
    const times = difference.believed.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("what remains is retracted", () => {
    expect(kinds([up(10), down(50)], [])).toEqual([
      ["retracted", 10, null],
      ["retracted", 50, null],
    ]);
  });
});

const dwelling = (dwell: Record<string, string>, more: Record<string, unknown> = {}): Scorer =>
  points({
    bands: [
      { name: "pool", from: 0 },
      { name: "mql", from: 60 },
      { name: "sql", from: 80 },
    ].map((band) => (dwell[band.name] === undefined ? band : { ...band, dwell: dwell[band.name] })),
    ...more,
  });

describe("a minimum dwell", () => {
  it("given a dwell of an hour, when the score enters the band, then the crossing is told by timer an hour later to the millisecond", () => {
    const lead = new Journey(dwelling({ sql: "1h" }));
    lead.event(touch("fading", START));
    expect([lead.state?.band, lead.state?.crossingDue]).toEqual(["mql", START + HOUR_MS]);
    lead.until(START + HOUR_MS - 1);
    expect(lead.state?.band).toBe("mql");
    lead.until(START + HOUR_MS);
    expect([lead.state?.band, lead.told.at(-1)]).toEqual(["sql", "up mql→sql"]);
    expect(lead.scores.at(-1)).toMatchObject({ cause: "timer", kind: "crossing", occurredAt: START + HOUR_MS, band: "sql" });
  });

  it("given a pending crossing, when the score falls back before, then nothing is told, and the next one waits anew", () => {
    const lead = new Journey(dwelling({ sql: "1h", mql: "1h" }));
    lead.event(touch("fading", START));
    lead.event(touch("minus", START + 30 * MINUTE_MS));
    lead.event(touch("forty", START + 40 * MINUTE_MS));
    lead.until(START + 99 * MINUTE_MS);
    expect(lead.signals.filter((one) => one.kind === "crossed")).toEqual([]);
    lead.until(START + 100 * MINUTE_MS);
    expect(lead.told.at(-1)).toBe("up pool→sql");
  });

  it("given a score beyond a band, then it counts as being in it: hopping between MQL and SQL does not hide that the lead is MQL", () => {
    const lead = new Journey(dwelling({ sql: "1h", mql: "1h" }));
    lead.event(touch("forty", START));
    lead.event(touch("forty", START));
    for (let hop = 1; hop <= 5; hop++) lead.event(touch(hop % 2 === 1 ? "minus-ten" : "ten", START + hop * 15 * MINUTE_MS));
    expect(lead.told.filter((one) => one.includes("→"))).toEqual(["up pool→mql"]);
  });

  it("going down waits too, and decay of a pending band ends it at the millisecond", () => {
    const lead = new Journey(dwelling({ mql: "2h", pool: "2h" }));
    lead.event(touch("fading", START));
    expect(lead.state?.band).toBe("sql");
    const below = lead.state!.crossingDue;
    lead.until(below);
    expect([lead.state?.band, lead.state?.pending, lead.state?.crossingDue]).toEqual(["sql", [below], below + 2 * HOUR_MS]);
    lead.until(below + 2 * HOUR_MS);
    expect(lead.told.at(-1)).toBe("down sql→mql");
  });

  it("a dwell that has passed since a late touch is over: the crossing is told at once", () => {
    const lead = new Journey(dwelling({ sql: "1h" }));
    lead.event(touch("forty", START));
    const { corrections } = lead.event(touch("forty", START + HOUR_MS), START + DAY_MS);
    expect(lead.state?.band).toBe("sql");
    expect(corrections.map(said)).toEqual([
      ["retracted", "pool→sql", 24, null],
      ["missed", "pool→mql", null, 1],
      ["missed", "mql→sql", null, 2],
    ]);
  });

  it("imported history waits for nothing", () => {
    const lead = new Journey(dwelling({ sql: "1h" }));
    lead.event(touch("fading", START - 40 * DAY_MS, { imported: true }), START);
    expect(lead.state?.band).toBe("sql");
  });

  it("the models that come with Leadstream demand none", () => {
    expect(compiled(presetDocument("default")).longestDwellMs).toBe(0);
  });
});
