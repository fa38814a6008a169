import type { TeamRequest } from "@leadstream/schemas";
import type { Rep, Team } from "./team.ts";

/** No timer is set. The same value as the stream runtime's. */
export const NO_WAKE = -1;

/** A rep with what the team's own order of events has made of it. */
export interface Member {
  readonly rep: Rep;
  /** Holds, claimed ones included. */
  held: number;
  claimed: number;
  /** Number of the team's grant that this rep got last; 0: none yet. Round-robin gives to the smallest. */
  turn: number;
  /** Virtual time of weighted strategies. */
  pass: number;
  wins: number;
  losses: number;
  /** Beginning of the target that `sold` counts for. */
  targetFrom: number;
  /** Revenue of deals won since, in hundredths of the currency. */
  sold: number;
  quotaDay: number;
  claimsToday: number;
}

export interface Hold {
  readonly member: Member;
  readonly claimed: boolean;
}

/** What a request asks for, as much as a queue has to keep. */
export type Wish = Pick<TeamRequest, "requestId" | "leadId" | "rep" | "tier" | "skills" | "exclude" | "strategy" | "whenOut">;

export interface TeamState {
  readonly teamId: string;
  rosterVersion: number;
  /** JSON of the team; empty before the first roster. */
  document: string;
  team: Team | null;
  members: Member[];
  /** Reps of former rosters who still hold leads; not among the members. */
  leavers: Member[];
  /** When a leaver's lead was taken back last. */
  revokedAt: number;
  /** Every held request: one open lease, or a grant on its way to its case. */
  readonly holds: Map<string, Hold>;
  /** Waiting requests in their order. */
  queue: Wish[];
  turns: number;
  virtualTime: number;
  /** When an absence ends or working hours begin that somebody in the queue may wait for. */
  wakeAt: number;
}

export function newTeam(teamId: string): TeamState {
  return {
    teamId,
    rosterVersion: 0,
    document: "",
    team: null,
    members: [],
    leavers: [],
    revokedAt: NO_WAKE,
    holds: new Map(),
    queue: [],
    turns: 0,
    virtualTime: 0,
    wakeAt: NO_WAKE,
  };
}

export function newMember(rep: Rep, virtualTime: number): Member {
  return {
    rep,
    held: 0,
    claimed: 0,
    turn: 0,
    pass: virtualTime,
    wins: 0,
    losses: 0,
    targetFrom: NO_WAKE,
    sold: 0,
    quotaDay: -1,
    claimsToday: 0,
  };
}
