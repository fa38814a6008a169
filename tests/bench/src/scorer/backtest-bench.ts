import { backtestReport, LeadHistories, type ReplayedLead, replayLead, usualOutcomes } from "@leadstream/domain-learning";
import type { LeadEvent } from "@leadstream/domain-scoring";
import { AvroReader, AvroWriter } from "@leadstream/schemas";
import { memoryWireFormat } from "@leadstream/stream";
import type { Bench } from "../harness/bench.ts";
import { BenchError } from "../harness/bench-error.ts";
import { withOverrides } from "../harness/parameters.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { microsOf, timeInTurns } from "../in-process/timed.ts";
import { defaultScorer } from "./default-scorer.ts";
import { leadStories } from "./lead-stories.ts";

const small = { events: 5_000, leads: 500, msPerEvent: 60_000 };
const full = { events: 300_000, leads: 30_000, msPerEvent: 60_000 };
const GOAL_PER_SECOND = 100_000;

const READ = "decode and gather by lead";
const REPLAY = "replay by time, as of the decision";
const REPORT = "report";
const WHOLE = "backtest in all";

/** What a backtest does with the log once it is in memory, step by step, on one core. */
export const backtestBench: Bench = {
  name: "backtest",
  title: "backtest of the model `default`: events of the log on one core (processor time)",
  async run({ size, repeats, parameters: overrides }) {
    const parameters = withOverrides(size === "full" ? full : small, overrides);
    const { events, leads, msPerEvent } = parameters;
    const work = new BacktestWork(leadLog(events, leads, msPerEvent));
    const samples = timeInTurns(
      [
        { side: READ, times: events, run: () => work.read() },
        { side: REPLAY, times: events, run: () => work.replay() },
        { side: REPORT, times: events, run: () => work.report() },
      ],
      repeats,
    );
    const steps = [READ, REPLAY, REPORT].map((side) => microsOf(samples, side));
    // Turn by turn: what one backtest took in all.
    const whole = steps[0]!.map((_, turn) => steps.reduce((sum, values) => sum + values[turn]!, 0));
    const rows = [...steps, whole];
    const perSecond = (values: readonly number[]): number => 1e6 / median(values);
    return {
      bench: "backtest",
      size,
      method: [
        "What `./leadstream backtest` does in one thread with events that are in memory as the broker gives them: decode and gather by lead, replay each lead in the order of time up to its decision and on to its end, report.",
        "User CPU time of the process, garbage collection included; events per second are those of one core. Fetching from the broker is left out.",
      ],
      versions: {},
      parameters: { ...parameters, judged: work.judged },
      ratios: {
        ratioReplayToGoalOf100kPerSecond: rounded(perSecond(steps[1]!) / GOAL_PER_SECOND, 3),
        ratioToGoalOf100kPerSecond: rounded(perSecond(whole) / GOAL_PER_SECOND, 3),
      },
      samples,
      table: [
        { title: "step", cells: [READ, REPLAY, REPORT, WHOLE] },
        { title: "CPU µs/event", cells: rows.map((values) => median(values).toFixed(2)) },
        { title: "spread", cells: rows.map((values) => `${(spread(values) * 100).toFixed(0)} %`) },
        { title: "events/s and core", cells: rows.map((values) => perSecond(values).toFixed(0)) },
        { title: "ratio to the goal", cells: rows.map((values) => (perSecond(values) / GOAL_PER_SECOND).toFixed(2)) },
      ],
    };
  },
};

interface EncodedEvent {
  readonly bytes: Buffer;
  readonly at: number;
}

const wire = memoryWireFormat();

function leadLog(events: number, leads: number, msPerEvent: number): readonly EncodedEvent[] {
  const writer = new AvroWriter();
  return leadStories(events, leads, msPerEvent).map(({ event, at }) => {
    writer.reset();
    wire.write(writer, event.type, event.value);
    return { bytes: writer.slice(), at };
  });
}

class BacktestWork {
  judged = 0;
  private readonly log: readonly EncodedEvent[];
  private readonly scorer = defaultScorer();
  private readonly reader = new AvroReader();
  private histories = new LeadHistories();
  private replayed: ReplayedLead[] = [];

  constructor(log: readonly EncodedEvent[]) {
    this.log = log;
  }

  read(): void {
    this.histories = new LeadHistories();
    for (const [position, { bytes, at }] of this.log.entries()) {
      const event = wire.read(this.reader.window(bytes, 0, bytes.length)) as LeadEvent;
      this.histories.add({ event, loggedAt: at, position });
    }
  }

  replay(): void {
    const options = { decide: { at: "outcome" as const }, outcomes: usualOutcomes, from: 0, to: Number.MAX_SAFE_INTEGER };
    this.replayed = [];
    for (const history of this.histories.all()) {
      const replay = replayLead(this.scorer, history, options);
      if (replay !== null) this.replayed.push(replay.lead);
    }
    if (this.replayed.length !== this.histories.count) throw new BenchError("OUTPUTS_DIFFER", "a lead without capture");
  }

  report(): void {
    const options = { sellers: null, errorRows: 10, wantedPerWeek: null, wantedPrecision: null };
    this.judged = backtestReport(this.scorer.model, this.replayed, options).decided;
  }
}
