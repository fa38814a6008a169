import {
  type Case,
  type CaseOutput,
  noJourneys,
  noPolicy,
  onReply,
  onRequest,
  onRoster,
  onSignal,
  publishPolicy,
  type SharedPolicy,
  type TeamOutput,
  type TeamState,
} from "@leadstream/domain-routing";
import type { Signal } from "@leadstream/schemas";
import { BenchError } from "../harness/bench-error.ts";
import { anySource, blankAttributes, blankSignal } from "../in-process/signals.ts";
import { Lehmer } from "../scoring/touches.ts";

export interface RoutingPlan {
  readonly decisions: number;
  readonly reps: number;
  readonly rules: number;
}

export interface Routed {
  readonly team: TeamState;
  readonly cases: readonly Case[];
}

const industries = Array.from({ length: 20 }, (_, index) => `industry-${index}`);
const grades = ["A", "B", "C"] as const;
const tiers = ["junior", "mid", "senior"] as const;
const strategies = ["round-robin", "least-loaded", "weighted-round-robin"] as const;
const languages = ["en", "zh", "de"] as const;
const CAPACITY = 50;
const TEAM = "east";

/** One team of many reps; rules by industry, region and language that differ in the strategy. A lead of the third language falls to the fallback. */
export class RoutingWork {
  private readonly shared: SharedPolicy;
  private readonly roster: string;
  readonly signals: readonly Signal[];

  constructor({ decisions, reps, rules }: RoutingPlan) {
    const regions = Array.from({ length: Math.ceil(rules / industries.length) }, (_, index) => `region-${index}`);
    this.shared = publishPolicy(noPolicy, 1, JSON.stringify(policyOf(rules, regions)), 0);
    this.roster = JSON.stringify({ id: TEAM, reps: Array.from({ length: reps }, (_, index) => repOf(index)) });
    const random = new Lehmer(7);
    this.signals = Array.from({ length: decisions }, (_, number) => {
      const [industry, region, language] = [industries, regions, languages].map((all) => all[random.below(all.length)]!);
      const attributes = { ...blankAttributes, industry: industry!, region: region!, language: language! };
      const grade = grades[number % grades.length]!;
      return { ...blankSignal, time: number, leadId: `lead-${number}`, score: 90_000, band: "sql", grade, attributes };
    });
  }

  /** Captured, rule and team chosen, rep chosen, granted, lease opened: both folds, one after the other. Throws where a lead got no owner. */
  run(): Routed {
    const { policy } = this.shared;
    let asked: CaseOutput[] = [];
    let answered: TeamOutput[] = [];
    const toTeam = { now: 0, emit: (output: TeamOutput) => void answered.push(output) };
    let team = onRoster(toTeam, null, TEAM, 1, this.roster);
    const cases: Case[] = [];
    for (const signal of this.signals) {
      const emit = (output: CaseOutput): void => void asked.push(output);
      const context = {
        policy,
        policyVersion: 1,
        policySince: 0,
        journeys: noJourneys,
        now: signal.time,
        clock: signal.time,
        due: 0,
        emit,
      };
      const state = onSignal(context, null, signal);
      for (const { type, value } of asked) if (type === "TeamRequest") team = onRequest(toTeam, team, { ...value, source: anySource })!;
      asked = [];
      for (const { type, value } of answered) if (type === "TeamReply") onReply(context, state, { ...value, source: anySource });
      answered = [];
      asked = [];
      if (state === null || state.lease === null) throw new BenchError("OUTPUTS_DIFFER", `${signal.leadId} got no owner`);
      cases.push(state);
    }
    return { team, cases };
  }
}

function policyOf(count: number, regions: readonly string[]): Record<string, unknown> {
  const rules = Array.from({ length: count }, (_, index) => ({
    id: `rule-${index}`,
    when: {
      industry: [industries[index % industries.length]],
      region: [regions[Math.floor(index / industries.length)]],
      language: ["en", "zh"],
    },
    assign: { team: TEAM, strategy: strategies[index % strategies.length] },
  }));
  const clocks = grades.map((grade) => ({
    grade,
    first: { target: "2h", remind: "4h", escalate: "24h", recycle: "48h" },
    cadence: { remind: "1d", escalate: "2d", recycle: "3d" },
  }));
  const tierByGrade = { A: "senior", B: "mid", C: "junior" };
  return { name: "bench", assignOn: "sql", tierByGrade, rules, fallback: { team: TEAM }, clocks };
}

const repOf = (index: number): Record<string, unknown> => ({
  id: `rep-${index}`,
  tier: tiers[index % tiers.length],
  capacity: CAPACITY,
  weight: 1 + (index % 4),
  skills: ["software"],
});
