import type { Case, CaseShared, TeamState } from "@leadstream/domain-routing";
import { type StreamIo, type Topology, topology } from "@leadstream/stream";
import { type CaseInput, caseFold, decodeSignal } from "./stages/case-fold.ts";
import { decodeTeamRequest, type TeamInput, teamFold } from "./stages/team-fold.ts";

/** lead.signals → team.requests, lead.assignments, lead.alerts, lead.messages. */
export function caseTopology(io: StreamIo): Topology<CaseInput, Case, CaseShared> {
  return topology("cases")
    .from(io.inbox("lead.signals", "cases")) // key = lead id: the scorer's signals and the teams' answers
    .stage(decodeSignal)
    .fold(caseFold, io.stores("cases")) // lifecycle, lease, clocks, pool, journey of one lead
    .to(io.output("team.requests"), io.output("lead.assignments"), io.output("lead.alerts"), io.output("lead.messages"))
    .commit(io.transactions("cases", "lead.signals")); // last, always
}

/** team.requests → lead.signals; what was decided on the roster comes back to team.requests. */
export function teamTopology(io: StreamIo): Topology<TeamInput, TeamState, null> {
  return topology("teams")
    .from(io.inbox("team.requests", "teams")) // key = team id: the cases' questions and the team's roster
    .stage(decodeTeamRequest)
    .fold(teamFold, io.stores("teams")) // who holds what, whose turn it is, who waits
    .to(io.output("lead.signals"), io.output("team.requests"))
    .commit(io.transactions("teams", "team.requests")); // last, always
}

/** The router: two folds that talk to each other through topics. */
export const routerTopologies = (io: StreamIo): readonly Topology[] => [caseTopology(io), teamTopology(io)];
