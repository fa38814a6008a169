import { describe, expect, it } from "@jest/globals";
import type { Case, JourneyRun } from "../src/index.ts";
import { type JourneyBug, JourneyHistory } from "./journey-history.ts";

const histories = 3_000;
const actions = 60;

/** Spoils the state before each action. */
const spoil = (change: (state: Case, run: JourneyRun | null) => void) => (): JourneyBug => ({
  before: (state) => change(state, state.journey),
});

const bugs: readonly (readonly [name: string, fault: string, bug: () => JourneyBug])[] = [
  [
    "consent is forgotten",
    "without consent",
    spoil((state) => {
      state.consent = null;
    }),
  ],
  [
    "the limit of a week is forgotten",
    "too much in a week",
    spoil((_state, run) => {
      if (run !== null) run.sentAt = [];
    }),
  ],
  [
    "the timer is lost",
    "inside and forgotten",
    spoil((state) => {
      state.journeyAt = -1;
    }),
  ],
  [
    "a run goes back to its first step",
    "twice",
    spoil((_state, run) => {
      if (run !== null && run.next !== null) run.next = "thanks";
    }),
  ],
  [
    "entries are not counted",
    "enters as",
    spoil((state, run) => {
      if (run !== null && run.next === null) state.journey = null;
    }),
  ],
  [
    "the end of a run is not recorded",
    "enters while inside|inside while",
    () => ({ output: (output) => (output.type === "JourneyMoved" && output.value.move === "left" ? null : output) }),
  ],
];

describe("a lead in journeys that change", () => {
  it(`hears nothing twice, too often, in closed hours or without consent, and is never forgotten: ${histories} random lives`, () => {
    const total: Record<string, number> = {};
    const faults: string[] = [];
    for (let seed = 1; seed <= histories; seed++) {
      const history = new JourneyHistory(seed).run(actions);
      if (history.faults.length > 0) faults.push(`seed ${seed} ${history.faults[0]}`);
      for (const [what, count] of Object.entries(history.counts)) total[what] = (total[what] ?? 0) + count;
    }
    process.stdout.write(`${histories} lives: ${JSON.stringify(total)}\n`);
    expect(faults.slice(0, 10)).toEqual([]);
    for (const must of [
      "messages",
      "entered",
      "stepped",
      "left assigned",
      "left opted_out",
      "left finished",
      "left ended",
      "left goal_reached",
      "entered one of several",
      "left lost",
      "left erased",
      "left no_consent",
    ])
      expect([must, (total[must] ?? 0) > 20]).toEqual([must, true]);
  });

  it.each(bugs)("would be noticed otherwise: %s", (_name, fault, bug) => {
    const found: string[] = [];
    for (let seed = 1; seed <= 200 && found.length === 0; seed++)
      found.push(...new JourneyHistory(seed, bug()).run(actions).faults.filter((each) => new RegExp(fault).test(each)));
    expect(found).not.toEqual([]);
  });
});
