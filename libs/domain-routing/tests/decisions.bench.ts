/**
 * How many routing decisions a second one core makes in the pure folds, with 1 000 reps and 200 rules:
 * a decision is a crossing, the choice of a team, the team's choice of a rep, the grant and the lease.
 * Run: node libs/domain-routing/tests/decisions.bench.ts
 */
import { AvroWriter, type LeadAttributes } from "@leadstream/schemas";
import {
  type Case,
  type CaseOutput,
  noPolicy,
  onReply,
  onRequest,
  onRoster,
  onSignal,
  publishPolicy,
  type TeamOutput,
  type TeamState,
  writeCase,
  writeTeamState,
} from "../src/index.ts";
import { Random } from "./random.ts";
import { anySource, attributesOf, policyDocument, signalOf } from "./samples.ts";

const repCount = 1_000;
const ruleCount = 200;
const decisions = 40_000;
const industries = Array.from({ length: 20 }, (_, index) => `industry-${index}`);
const regions = Array.from({ length: 10 }, (_, index) => `region-${index}`);

const rules = Array.from({ length: ruleCount }, (_, index) => ({
  id: `rule-${index}`,
  when: { industry: [industries[index % 20]], region: [regions[Math.floor(index / 20)]], language: ["en", "zh"] },
  assign: { team: "east", strategy: ["round-robin", "least-loaded", "weighted-round-robin"][index % 3] },
}));
const shared = publishPolicy(
  noPolicy,
  1,
  JSON.stringify(policyDocument({ rules, tierByGrade: { A: "senior", B: "mid", C: "junior" } })),
  0,
);
const reps = Array.from({ length: repCount }, (_, index) => ({
  id: `rep-${index}`,
  tier: ["junior", "mid", "senior"][index % 3],
  capacity: 50,
  weight: 1 + (index % 4),
  skills: ["software"],
}));

function run(): { team: TeamState; cases: Case[]; seconds: number } {
  const random = new Random(7);
  const attributes: LeadAttributes[] = Array.from({ length: 512 }, () =>
    attributesOf({ industry: random.pick(industries), region: random.pick(regions), language: random.pick(["en", "zh", "de"]) }),
  );
  let caseOutput: CaseOutput[] = [];
  let teamOutput: TeamOutput[] = [];
  const toTeam = { now: 0, emit: (output: TeamOutput) => void teamOutput.push(output) };
  let team = onRoster(toTeam, null, "east", 1, JSON.stringify({ id: "east", reps }));
  const cases: Case[] = [];
  const began = process.hrtime.bigint();
  for (let number = 0; number < decisions; number++) {
    const context = {
      policy: shared.policy,
      policyVersion: 1,
      policySince: 0,
      now: number,
      clock: number,
      due: 0,
      emit: (output: CaseOutput) => void caseOutput.push(output),
    };
    const details = { leadId: `lead-${number}`, score: 90_000, band: "sql", grade: (["A", "B", "C"] as const)[number % 3]! };
    const state = onSignal(context, null, signalOf("captured", number, { ...details, attributes: attributes[number % 512]! }))!;
    for (const output of caseOutput) {
      if (output.type === "TeamRequest") team = onRequest(toTeam, team, { ...output.value, source: anySource })!;
    }
    caseOutput = [];
    for (const output of teamOutput) onReply(context, state, { ...output.value, source: anySource });
    teamOutput = [];
    if (state.lease === null) throw new Error(`lead-${number} got no owner`);
    caseOutput = [];
    cases.push(state);
  }
  return { team, cases, seconds: Number(process.hrtime.bigint() - began) / 1e9 };
}

run();
const { team, cases, seconds } = run();
const writer = new AvroWriter(1 << 20);
writeTeamState(writer, team);
const teamBytes = writer.position;
writer.reset();
for (const state of cases) writeCase(writer, state);
const caseBytes = Math.round(writer.position / cases.length);
process.stdout.write(
  `${Math.round(decisions / seconds)} decisions/s on one core with ${repCount} reps and ${ruleCount} rules; ` +
    `a case takes ${caseBytes} bytes, the team with ${team.holds.size} holds ${teamBytes} bytes\n`,
);
