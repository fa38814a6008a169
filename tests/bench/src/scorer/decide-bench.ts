import { type LeadState, type Scorer, writeState } from "@leadstream/domain-scoring";
import { AvroWriter } from "@leadstream/schemas";
import type { Bench } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { withOverrides } from "../harness/parameters.ts";
import { median, percentile, rounded, spread } from "../harness/statistics.ts";
import { microsOf, timeInTurns } from "../in-process/timed.ts";
import { defaultScorer } from "./default-scorer.ts";
import { leadStories, type StoryEvent } from "./lead-stories.ts";

const small = { events: 5_000, leads: 500, msPerEvent: 60_000 };
const full = { events: 200_000, leads: 20_000, msPerEvent: 3_000 };
const GOAL_MICROS = 3;

const DECIDE = "decide + evolve";
const PARSE = "JSON.parse of the event";

/** The pure scorer under the shipped model, against reading the same events as JSON. */
export const decideBench: Bench = {
  name: "decide",
  title: "decide + evolve of the model `default` (processor time of one event)",
  async run({ size, repeats, parameters: overrides }) {
    const parameters = withOverrides(size === "full" ? full : small, overrides);
    const { events, leads, msPerEvent } = parameters;
    const stories = leadStories(events, leads, msPerEvent);
    const numbers = leadNumbers(stories);
    const texts = stories.map(({ event }) => JSON.stringify(event));
    const scorer = defaultScorer();
    let states: readonly LeadState[] = [];
    let parsed = 0;
    const decide = (): void => {
      states = foldAll(scorer, stories, numbers);
    };
    const parse = (): void => {
      for (const text of texts) parsed += (JSON.parse(text) as { type: string }).type.length;
    };
    const samples = timeInTurns(
      [
        { side: DECIDE, times: events, run: decide },
        { side: PARSE, times: events, run: parse },
      ],
      repeats,
    );
    if (parsed === 0 || states.length === 0) throw new BenchError("OUTPUTS_DIFFER", "nothing was done");
    const [decided, read] = [DECIDE, PARSE].map((side) => microsOf(samples, side)) as [number[], number[]];
    const bytes = stateBytes(states);
    return {
      bench: "decide",
      size,
      method: [
        "The pure scorer over decoded events of leads that begin with a form and go on with touches, all live; states are objects in memory, found by number. No codec, store, timers or topics.",
        "User CPU time of the process, garbage collection included. Each pass begins without leads. The JSON text holds the same events, one by one.",
        "State bytes: what the store holds of the leads at the end of a pass.",
      ],
      versions: {},
      parameters: { ...parameters, ...bytes, jsonBytes: Math.round(texts.reduce((sum, { length }) => sum + length, 0) / events) },
      ratios: {
        ratioDecideToJsonParse: rounded(median(decided) / median(read), 3),
        ratioToGoalOf3Micros: rounded(median(decided) / GOAL_MICROS, 3),
      },
      samples,
      table: [
        { title: "work", cells: [DECIDE, PARSE] },
        { title: "CPU µs/event", cells: [decided, read].map((values) => median(values).toFixed(2)) },
        { title: "spread", cells: [decided, read].map((values) => `${(spread(values) * 100).toFixed(0)} %`) },
        { title: "ratio", cells: [(median(decided) / median(read)).toFixed(2), "1.00"] },
        { title: "state bytes p50", cells: [String(bytes.stateBytesMedian), ""] },
        { title: "p99", cells: [String(bytes.stateBytesP99), ""] },
        { title: "most", cells: [String(bytes.stateBytesMost), ""] },
      ],
    };
  },
};

/** The lead of each story event as a number: finding a lead by its name is not what is measured. */
function leadNumbers(stories: readonly StoryEvent[]): Uint32Array {
  const known = new Map<string, number>();
  return Uint32Array.from(stories, ({ event }) => {
    const number = known.get(event.value.leadId) ?? known.size;
    known.set(event.value.leadId, number);
    return number;
  });
}

function foldAll(scorer: Scorer, stories: readonly StoryEvent[], numbers: Uint32Array): readonly LeadState[] {
  const states: LeadState[] = [];
  for (const [index, { event, at }] of stories.entries()) {
    const number = numbers[index]!;
    const state = states[number] ?? null;
    states[number] = scorer.evolve(state, scorer.decide(state, event, at));
  }
  return states;
}

function stateBytes(states: readonly LeadState[]): { stateBytesMedian: number; stateBytesP99: number; stateBytesMost: number } {
  const writer = new AvroWriter(1 << 16);
  const sizes = states.map((state) => {
    writer.reset();
    writeState(writer, state);
    return writer.position;
  });
  sizes.sort((a, b) => a - b);
  return { stateBytesMedian: percentile(sizes, 0.5), stateBytesP99: percentile(sizes, 0.99), stateBytesMost: percentile(sizes, 1) };
}
