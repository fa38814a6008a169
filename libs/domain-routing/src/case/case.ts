import type { CaseState, Grade, LeadAttributes, Temperature } from "@leadstream/schemas";
import type { Tier } from "../policy/policy.ts";
import type { JourneyStanding } from "./journey-run.ts";

/** No time is set. The same value as the stream runtime's. */
export const NO_TIME = -1;

/** A question to a team that is not answered yet; at most one per case. */
export interface Pending {
  readonly number: number;
  readonly kind: "assign" | "claim" | "transfer";
  readonly team: string;
  readonly rule: string | null;
  readonly tier: Tier | null;
  /** Place of the team among the rule's targets. */
  readonly attempt: number;
  /** Whose command it answers. */
  readonly commandId: string | null;
  readonly waitUntil: number;
}

/** One owner for one epoch. */
export interface Lease {
  /** Number of the request that the team holds for it. */
  readonly number: number;
  readonly team: string;
  readonly rep: string;
  readonly rule: string | null;
  readonly tier: Tier | null;
  readonly since: number;
  until: number;
  contacted: boolean;
  /** Since when the clocks of this phase run. */
  anchor: number;
  /** Clocks of this phase that have rung, as bits by timer kind. */
  rung: number;
  targetAt: number;
  remindAt: number;
  escalateAt: number;
  recycleAt: number;
}

/** A lease that is over; the lead's records of that epoch tell the rest. */
export interface FormerLease {
  readonly epoch: number;
  readonly rep: string;
  /** The change that ended it. */
  readonly endedBy: string;
}

export interface CoolDown {
  readonly rep: string;
  readonly until: number;
}

/** All that routing knows of one lead. */
export interface Case extends JourneyStanding {
  readonly leadId: string;
  status: CaseState;
  /** Number of the newest lease; 0 before the first. */
  epoch: number;
  /** Number of the newest request. */
  requests: number;
  pending: Pending | null;
  lease: Lease | null;
  score: number;
  band: string | null;
  grade: Grade;
  temperature: Temperature | null;
  attributes: LeadAttributes | null;
  /** Only history of another system is known: no clock, no owner until the lead acts. */
  dormant: boolean;
  /** Score when the lead came to rest; a rise is measured from here (SLA8). */
  restScore: number;
  formerRep: string | null;
  /** Who works on the lead beside its owner; kept when the owner changes (S2). */
  collaborators: string[];
  /** Earlier leases, oldest first. */
  formerLeases: FormerLease[];
  coolDowns: CoolDown[];
  retryAt: number;
  retries: number;
  recycles: number;
  lastInteractionAt: number;
  inactiveAt: number;
  policyVersion: number;
}

export function newCase(leadId: string): Case {
  return {
    leadId,
    status: "new",
    epoch: 0,
    requests: 0,
    pending: null,
    lease: null,
    score: 0,
    band: null,
    grade: "C",
    temperature: null,
    attributes: null,
    dormant: false,
    restScore: 0,
    formerRep: null,
    collaborators: [],
    formerLeases: [],
    coolDowns: [],
    retryAt: NO_TIME,
    retries: 0,
    recycles: 0,
    lastInteractionAt: NO_TIME,
    inactiveAt: NO_TIME,
    policyVersion: 0,
    consent: null,
    journey: null,
    leftJourneys: [],
    journeyAt: NO_TIME,
  };
}

export const requestIdOf = (leadId: string, number: number): string => `${leadId}#${number}`;

/** Timer kinds of a case; at one instant the smaller rings first. */
export const caseTimers = { target: 0, remind: 1, escalate: 2, recycle: 3, lease: 4, wait: 5, retry: 6, inactive: 7, journey: 8 } as const;
export const caseTimerKinds = 9;

/** When the timer of `kind` is due, or NO_TIME. */
export function caseTimerOf(state: Case, kind: number): number {
  switch (kind) {
    case caseTimers.target:
      return clockOf(state)?.targetAt ?? NO_TIME;
    case caseTimers.remind:
      return clockOf(state)?.remindAt ?? NO_TIME;
    case caseTimers.escalate:
      return clockOf(state)?.escalateAt ?? NO_TIME;
    case caseTimers.recycle:
      return clockOf(state)?.recycleAt ?? NO_TIME;
    case caseTimers.lease:
      return clockOf(state)?.until ?? NO_TIME;
    case caseTimers.wait:
      return state.pending?.waitUntil ?? NO_TIME;
    case caseTimers.retry:
      return state.retryAt;
    case caseTimers.inactive:
      return state.inactiveAt;
    case caseTimers.journey:
      return state.journeyAt;
    default:
      return NO_TIME;
  }
}

/** An opportunity keeps its owner without clocks until it is won, lost or closed. */
function clockOf(state: Case): Lease | null {
  return state.status === "leased" ? state.lease : null;
}
