import { describe, expect, it } from "@jest/globals";
import { tableText } from "../learning/table.ts";
import { type Comparison, comparisonShape } from "./comparison.ts";
import { whatIfReport } from "./html-report.ts";
import { durationText, headline, whatIfTables } from "./tables.ts";

const rep = (name: string, team: string | null, leases: number) => ({
  rep: name,
  team,
  leases,
  mostOpen: leases,
  contacted: 1,
  meanResponseMs: 90_000,
  recycled: 0,
  won: 1,
});
const summary = (reps: ReturnType<typeof rep>[], missed: number) => ({
  leads: 5,
  leases: 5,
  reassigned: 1,
  claimed: 0,
  neverContacted: 2,
  pooled: 0,
  refused: 0,
  won: 2,
  alerts: { response_missed: missed, reminder: 1, escalation: 0, recycle: 0, inactive: 0 },
  meanResponseMs: 90_000,
  p50ResponseMs: 60_000,
  p90ResponseMs: null,
  p90WaitMs: 0,
  fairness: 0.98765,
  spread: 1,
  reps,
});
const comparison: Comparison = comparisonShape.parse({
  policy: "<b>bold</b>",
  window: { from: 1_700_000_000_000, to: 1_700_086_400_000 },
  signals: 100,
  ticks: 24,
  simulatedMs: 1_234,
  happened: summary([rep("ann", "north", 3), rep("gone", null, 2)], 4),
  whatIf: summary([rep("ann", "north", 1), rep("new <i>", "east", 4)], 7),
  journeys: {
    happened: [{ journey: "nurture", entered: 9, messages: 12, alerted: 1, left: { assigned: 4, finished: 2 } }],
    whatIf: [{ journey: "nurture", entered: 7, messages: 8, alerted: 0, left: {} }],
  },
});

describe("what-if, told", () => {
  it("both worlds stand side by side, sellers of either, by team", () => {
    const [all, sellers, journeys] = whatIfTables(comparison);
    expect(journeys!.rows).toEqual([["nurture", "9", "7", "12", "8", "1", "0", "assigned 4, finished 2", "–"]]);
    expect(all!.rows).toContainEqual(["target missed", "4", "7"]);
    expect(all!.rows).toContainEqual(["response, p90", "–", "–"]);
    expect(sellers!.rows.map((row) => row.slice(0, 4))).toEqual([
      ["east", "new <i>", "–", "4"],
      ["north", "ann", "3", "1"],
      ["–", "gone", "2", "–"],
    ]);
    expect(tableText(all!)).toContain("fairness (1 is equal)         0.988     0.988");
    expect(headline(comparison)).toBe(
      "Policy <b>bold</b> from 2023-11-14 22:13 to 2023-11-15 22:13 UTC: 100 signals and 24 ticks played in 1.2 s",
    );
  });

  it("the report stands alone: plots inside, nothing is loaded, no name becomes markup", () => {
    const html = whatIfReport(comparison);
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|url\(/);
    expect(html).not.toContain("<b>bold");
    expect(html).not.toContain("<i>");
  });

  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [5_400_000, "1.5 h"],
    [172_800_000, "2.0 d"],
  ])("%d ms is said as %s", (ms, text) => expect(durationText(ms)).toBe(text));
});
