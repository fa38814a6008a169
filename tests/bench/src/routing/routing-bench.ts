import { writeCase, writeTeamState } from "@leadstream/domain-routing";
import { AvroWriter } from "@leadstream/schemas";
import type { Bench } from "../harness/bench.ts";
import { withOverrides } from "../harness/parameters.ts";
import { median, rounded, spread } from "../harness/statistics.ts";
import { microsOf, timeInTurns } from "../in-process/timed.ts";
import { type Routed, RoutingWork } from "./decisions.ts";

const small = { decisions: 500, reps: 100, rules: 40 };
const full = { decisions: 40_000, reps: 1_000, rules: 200 };

const DECISION = "routing decision";
const PARSE = "JSON.parse of its signal";

/** Pure decisions of the router, from the signal to the lease, against reading the signal as JSON. */
export const routingBench: Bench = {
  name: "routing",
  title: "routing decisions of the pure folds: rule, team, rep, grant, lease (processor time)",
  async run({ size, repeats, parameters: overrides }) {
    const parameters = withOverrides(size === "full" ? full : small, overrides);
    const { decisions } = parameters;
    const work = new RoutingWork(parameters);
    const texts = work.signals.map((signal) => JSON.stringify(signal));
    let routed: Routed = work.run();
    let parsed = 0;
    const run = (): void => {
      routed = work.run();
    };
    const parse = (): void => {
      for (const text of texts) parsed += (JSON.parse(text) as { leadId: string }).leadId.length;
    };
    const samples = timeInTurns(
      [
        { side: DECISION, times: decisions, run },
        { side: PARSE, times: decisions, run: parse },
      ],
      repeats,
    );
    const [decided, read] = [DECISION, PARSE].map((side) => microsOf(samples, side)) as [number[], number[]];
    const perSecond = (values: readonly number[]): number => 1e6 / median(values);
    const bytes = sizesOf(routed);
    return {
      bench: "routing",
      size,
      method: [
        "Both folds one after the other in one process, without encoding, store and topics: signal, rule, question to the team, choice of the rep, grant, lease with its clocks.",
        "User CPU time of the process, garbage collection included; decisions per second are those of one core. Each pass begins with an empty team.",
      ],
      versions: {},
      parameters: { ...parameters, ...bytes, held: routed.team.holds.size, parsed: parsed > 0 },
      ratios: {
        ratioDecisionToJsonParse: rounded(median(decided) / median(read), 3),
        ratioToGoalOf20000PerSecond: rounded(perSecond(decided) / 20_000, 3),
      },
      samples,
      table: [
        { title: "work", cells: [DECISION, PARSE] },
        { title: "per second and core", cells: [decided, read].map((values) => perSecond(values).toFixed(0)) },
        { title: "CPU µs", cells: [decided, read].map((values) => median(values).toFixed(2)) },
        { title: "spread", cells: [decided, read].map((values) => `${(spread(values) * 100).toFixed(0)} %`) },
        { title: "ratio", cells: [(median(decided) / median(read)).toFixed(2), "1.00"] },
        { title: "bytes of a case", cells: [String(bytes.caseBytes), ""] },
        { title: "bytes of the team", cells: [String(bytes.teamBytes), ""] },
      ],
    };
  },
};

/** Of what the store holds afterwards. */
function sizesOf({ team, cases }: Routed): { caseBytes: number; teamBytes: number } {
  const writer = new AvroWriter(1 << 20);
  writeTeamState(writer, team);
  const teamBytes = writer.position;
  writer.reset();
  for (const state of cases) writeCase(writer, state);
  return { caseBytes: Math.round(writer.position / cases.length), teamBytes };
}
