import { expect, it } from "@jest/globals";
import { explanationLines } from "../explain.ts";

const at = Date.parse("2026-03-10T12:00:00Z");
const came = Date.parse("2026-03-01T08:00:00Z");
const happened = Date.parse("2025-11-20T10:00:00Z");
const row = { time: came, at: came, cause: "touch", model: "m", modelVersion: 2, kind: "award" };
const answer = {
  at,
  knownSince: came,
  score: 39_999,
  band: "pool",
  grade: "C",
  temperature: "warm",
  complete: true,
  exact: true,
  rows: [
    { ...row, at: happened, rule: "demo", points: 40_000, running: 40_000 },
    { ...row, time: at, at, cause: "time", rule: "decay", kind: "decay", points: -1, running: 39_999 },
  ],
  owners: [],
  journey: [],
};

it("a row says when its event happened, where that is not when it came; rows run up to the score", () => {
  expect(explanationLines("lead-1", answer)).toEqual([
    "lead-1 at 2026-03-10T12:00:00.000Z: 39.999 points, band pool, grade C, warm",
    "\n  when                      cause           model                 rule                    kind        points    score",
    "  2026-03-01T08:00:00.000Z  touch           m@2                   demo                    award            40       40  of 2025-11-20T10:00:00.000Z",
    "  2026-03-10T12:00:00.000Z  time            m@2                   decay                   decay        -0.001   39.999",
  ]);
});

it("before the first record nothing was known, and since when it is", () => {
  const before = { ...answer, at: happened, score: 0, band: null, grade: null, temperature: null, rows: [] };
  expect(explanationLines("lead-1", before)).toEqual([
    "lead-1: nothing was known of it at 2025-11-20T10:00:00.000Z; its first record is of 2026-03-01T08:00:00.000Z",
  ]);
  expect(explanationLines("lead-1", { ...answer, rows: [] })).toContain("  No rule gave or took points.");
  expect(explanationLines("lead-1", { ...answer, exact: false }).at(-1)).toMatch(/^ {2}What faded since the last row is not shown/);
});
