import { type LeadState, readState, type Scorer, writeState } from "@leadstream/domain-scoring";
import { AvroReader, AvroWriter } from "@leadstream/schemas";
import type { Bench } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { withOverrides } from "../harness/parameters.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { microsOf, timeInTurns } from "../in-process/timed.ts";
import { defaultScorer } from "./default-scorer.ts";
import { leadStories } from "./lead-stories.ts";

const small = { leads: 500, eventsPerLead: 10 };
const full = { leads: 50_000, eventsPerLead: 10 };
const MS_PER_EVENT = 60_000;
/** 1 M leads in 5 minutes on 2 cores. */
const GOAL_PER_SECOND_AND_CORE = 1_000_000 / 300 / 2;

const RESCORE = "read, rescore, write";
const CODEC = "read and write alone";

/** Stored leads meet a new version of the model: the pure part of rescoring everybody. */
export const rescoringBench: Bench = {
  name: "rescoring",
  title: "stored leads under a new version of the model `default` (processor time of one lead)",
  async run({ size, repeats, parameters: overrides }) {
    const parameters = withOverrides(size === "full" ? full : small, overrides);
    const { leads, eventsPerLead } = parameters;
    const { stored, now } = storedLeads(leads * eventsPerLead, leads);
    const scorer = defaultScorer(2);
    const rescore = (): void => eachLead(stored, (state) => rescored(scorer, state, now));
    const copy = (): void => eachLead(stored, (state) => state);
    const samples = timeInTurns(
      [
        { side: RESCORE, times: stored.length, run: rescore },
        { side: CODEC, times: stored.length, run: copy },
      ],
      repeats,
    );
    const rows = [RESCORE, CODEC].map((side) => microsOf(samples, side));
    const perSecond = (values: readonly number[]): number => 1e6 / median(values);
    return {
      bench: "rescoring",
      size,
      method: [
        "Each stored state is read, met by the scorer of the next version at one instant, and written again. Without store, topics and the score records: it says what the pure part allows.",
        "User CPU time of the process, garbage collection included; leads per second are those of one core.",
      ],
      versions: {},
      parameters: { ...parameters, stored: stored.length },
      ratios: {
        ratioRescoreToCodec: rounded(median(rows[0]!) / median(rows[1]!), 3),
        ratioToGoalOf1MIn5MinutesOn2Cores: rounded(perSecond(rows[0]!) / GOAL_PER_SECOND_AND_CORE, 3),
      },
      samples,
      table: [
        { title: "work", cells: [RESCORE, CODEC] },
        { title: "CPU µs/lead", cells: rows.map((values) => median(values).toFixed(2)) },
        { title: "spread", cells: rows.map((values) => `${(spread(values) * 100).toFixed(0)} %`) },
        { title: "ratio", cells: [(median(rows[0]!) / median(rows[1]!)).toFixed(2), "1.00"] },
        { title: "leads/s and core", cells: rows.map((values) => perSecond(values).toFixed(0)) },
        { title: "s for 1 M on 2 cores", cells: rows.map((values) => (1_000_000 / perSecond(values) / 2).toFixed(1)) },
      ],
    };
  },
};

function storedLeads(events: number, leads: number): { stored: readonly Buffer[]; now: number } {
  const scorer = defaultScorer();
  const states = new Map<string, LeadState>();
  const stories = leadStories(events, leads, MS_PER_EVENT);
  for (const { event, at } of stories) {
    const state = states.get(event.value.leadId) ?? null;
    states.set(event.value.leadId, scorer.evolve(state, scorer.decide(state, event, at)));
  }
  const writer = new AvroWriter(1 << 16);
  const stored = [...states.values()].map((state) => {
    writer.reset();
    writeState(writer, state);
    return writer.slice();
  });
  return { stored, now: stories.at(-1)!.at + MS_PER_EVENT };
}

function rescored(scorer: Scorer, state: LeadState, now: number): LeadState {
  const decision = scorer.decideModel(state, now);
  if (!decision.facts.rescored) throw new BenchError("OUTPUTS_DIFFER", `${state.leadId} was not scored anew`);
  return scorer.evolve(state, decision);
}

/** Not among the bytes, and no part of the score. */
const LEAD_ID = "lead";

function eachLead(stored: readonly Buffer[], change: (state: LeadState) => LeadState): void {
  const reader = new AvroReader();
  const writer = new AvroWriter(1 << 16);
  for (const bytes of stored) {
    writer.reset();
    writeState(writer, change(readState(reader.window(bytes, 0, bytes.length), LEAD_ID)));
  }
}
