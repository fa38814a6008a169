import { describe, expect, it } from "@jest/globals";
import { type CompiledModel, type LeadEvent, Scorer } from "../src/index.ts";
import { compiled, presetDocument } from "./documents.ts";
import { type HistorySettings, runHistory, type Tally } from "./histories.ts";
import { Mutant, type Mutate } from "./mutant.ts";
import { Random } from "./random.ts";
import { harshModel, nextHarshModel } from "./test-models.ts";

const HISTORIES = 10_000;
const SEED = 20_260_302;

const harsh = compiled(harshModel);
const dwelling = compiled({ ...harshModel, bands: harshModel.bands.map((band) => ({ ...band, dwell: "3h" })) });
const nextHarsh = compiled(nextHarshModel);
const standard = compiled(presetDocument("default"));

function settingsOf(index: number, make: (model: CompiledModel) => Scorer): HistorySettings {
  const model = [standard, dwelling, harsh, harsh][index % 4]!;
  const successor = model === harsh ? nextHarsh : index % 8 === 1 ? { ...dwelling, version: 2 } : harsh;
  return { model: model.model, scorer: make(model), successor: make({ ...successor, version: 2 }), changesModel: index % 5 === 0 };
}

/** First violation among `histories` random histories, or null. */
function firstViolation(histories: number, make: (model: CompiledModel) => Scorer, tally: Tally): string | null {
  for (let index = 0; index < histories; index++) {
    const violation = runHistory(new Random(SEED + index), settingsOf(index, make), tally);
    if (violation !== null) return `seed ${SEED + index}: ${violation}`;
  }
  return null;
}

const withoutRows =
  (kind: string): Mutate =>
  (decision) =>
    decision.output === null
      ? decision
      : { ...decision, output: { ...decision.output, rows: decision.output.rows.filter((row) => row.kind !== kind) } };

let serial = 0;
const mutants: Record<string, Parameters<Mutant["with"]>[0]> = {
  "decay rows are not written": { mutate: withoutRows("decay") },
  "clamp rows are not written": { mutate: withoutRows("clamp") },
  "cap rows are not written": { mutate: withoutRows("cap") },
  "expiry rows are not written": { mutate: withoutRows("expire") },
  "corrections of displaced awards are not written": { mutate: withoutRows("correction") },
  "rescoring rows are not written": { mutate: withoutRows("rescore") },
  "duplicates count": { seen: (event) => ({ ...event, value: { ...event.value, eventId: `other-${serial++}` } }) as LeadEvent },
  "late touches count as fresh ones": {
    seen: (event, now) => ({ ...event, value: { ...event.value, occurredAt: now } }) as LeadEvent,
  },
  "awards are forgotten after they were told": {
    after: (state, { facts }) => {
      if (facts.awards.length > 0) {
        state.entryRules.pop();
        state.entryTimes.pop();
      }
      return state;
    },
  },
  "awards are kept in the order of arrival": {
    after: (state) => {
      const last = state.entryTimes.length - 1;
      if (last > 1) {
        for (const list of [state.entryRules, state.entryTimes]) list.unshift(list.pop()!);
      }
      return state;
    },
  },
  "crossings are told a millisecond late": {
    after: (state) => {
      if (state.crossingDue >= 0) state.crossingDue++;
      return state;
    },
  },
  "crossings by timer are not told": {
    mutate: (decision) => (decision.output?.cause === "timer" ? { ...decision, signals: [] } : decision),
  },
  "the counters of limits are lost": {
    after: (state) => {
      state.counterKeys.length = state.counterFirst.length = state.counterSecond.length = 0;
      return state;
    },
  },
  "silence is not lifted": {
    after: (state) => {
      if (state.silence < 0) state.lastActiveAt -= 1;
      return state;
    },
  },
};

describe("the ledger", () => {
  it(`sums to the score at every instant of ${HISTORIES} random histories, agrees with the textbook, and crossings are exact`, () => {
    const tally: Tally = new Map();
    expect(firstViolation(HISTORIES, (model) => new Scorer(model), tally)).toBeNull();
    const counts = Object.fromEntries([...tally].sort(([a], [b]) => (a < b ? -1 : 1)));
    console.info(`ledger property, ${HISTORIES} histories from seed ${SEED}: ${JSON.stringify(counts)}`);
    for (const name of ["award", "penalty", "decay", "cap", "clamp", "expire", "correction", "rescore"])
      expect([name, (tally.get(`row ${name}`) ?? 0) > 100]).toEqual([name, true]);
    for (const name of [
      "verdict late",
      "verdict clamped",
      "verdict duplicate",
      "verdict unknown",
      "timer crossing",
      "signal crossed down",
      "dwell pending",
      "correction retracted",
      "correction corrected",
      "correction missed",
    ])
      expect([name, (tally.get(name) ?? 0) > 100]).toEqual([name, true]);
  });

  it.each(Object.keys(mutants))("the property catches a seeded bug: %s", (name) => {
    const violation = firstViolation(HISTORIES, (model) => new Mutant(model).with(mutants[name]!), new Map());
    expect(violation).toMatch(/^seed \d+: /);
  });
});
