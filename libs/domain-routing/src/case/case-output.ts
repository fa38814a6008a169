import type {
  Alert,
  AlertKind,
  Assignment,
  Change,
  JourneyMove,
  JourneyMoved,
  MessageRequested,
  RequestKind,
  TeamRequest,
} from "@leadstream/schemas";
import type { Branch } from "../journey/journey.ts";
import type { Journeys } from "../journey/journeys.ts";
import type { Policy } from "../policy/policy.ts";
import { type Case, NO_TIME, requestIdOf } from "./case.ts";
import type { JourneyRun } from "./journey-run.ts";

/** What the case fold emits, in the shape that the stream runtime takes. */
export type CaseOutput =
  | { readonly topic: "team.requests"; readonly type: "TeamRequest"; readonly key: string; readonly value: Omit<TeamRequest, "source"> }
  | { readonly topic: "lead.assignments"; readonly type: "Assignment"; readonly key: string; readonly value: Omit<Assignment, "source"> }
  | { readonly topic: "lead.alerts"; readonly type: "Alert"; readonly key: string; readonly value: Omit<Alert, "source"> }
  | {
      readonly topic: "lead.messages";
      readonly type: "MessageRequested";
      readonly key: string;
      readonly value: Omit<MessageRequested, "source">;
    }
  | { readonly topic: "lead.messages"; readonly type: "JourneyMoved"; readonly key: string; readonly value: Omit<JourneyMoved, "source"> };

/** What a decision of the case fold may know. */
export interface CaseContext {
  readonly policy: Policy | null;
  readonly policyVersion: number;
  /** When that policy came into force. */
  readonly policySince: number;
  /** Those in force and those that were ended. */
  readonly journeys: Journeys;
  /** Instant of the decision: the partition's clock, or the due time of a timer. */
  readonly now: number;
  /** The partition's clock; later than `now` when a timer is served late. */
  readonly clock: number;
  /** Due time of the timer that is served; 0 for a record. */
  readonly due: number;
  emit(output: CaseOutput): void;
}

type AssignmentDetails = Partial<
  Pick<Assignment, "previousRep" | "team" | "rule" | "reason" | "why" | "commandId" | "amount" | "formerOwners">
>;

/** Records one change of the case, with the state as it is after it. */
export function emitAssignment(context: CaseContext, state: Case, change: Change, details: AssignmentDetails = {}): void {
  const { lease } = state;
  const clocks = state.status === "leased" ? lease : null;
  context.emit({
    topic: "lead.assignments",
    type: "Assignment",
    key: state.leadId,
    value: {
      time: context.now,
      leadId: state.leadId,
      epoch: state.epoch,
      change,
      state: state.status,
      rep: lease?.rep ?? null,
      previousRep: details.previousRep ?? null,
      team: details.team ?? lease?.team ?? null,
      pool: state.status === "pool" ? "public" : state.status === "nurture" ? "nurture" : null,
      rule: details.rule ?? lease?.rule ?? null,
      reason: details.reason ?? null,
      why: details.why ?? [],
      commandId: details.commandId ?? null,
      score: state.score,
      grade: state.grade,
      remindAt: timeOrNull(clocks?.remindAt),
      escalateAt: timeOrNull(clocks?.escalateAt),
      recycleAt: timeOrNull(clocks?.recycleAt),
      leaseUntil: timeOrNull(clocks?.until),
      amount: details.amount ?? null,
      policyVersion: context.policyVersion,
      due: context.due,
      collaborators: state.collaborators,
      formerOwners: details.formerOwners ?? [],
      coolDowns: coolDownsOf(state, context.now),
    },
  });
}

/** So that a list of what a rep may claim judges as the claim itself does (SLA12). */
function coolDownsOf({ coolDowns }: Case, now: number): string[] {
  const open: string[] = [];
  for (const { rep, until } of coolDowns) if (until > now) open.push(`${rep}:${until}`);
  return open;
}

function timeOrNull(time: number | undefined): number | null {
  return time === undefined || time === NO_TIME ? null : time;
}

/** `team` is told when nobody owns the lead. */
export function emitAlert(context: CaseContext, state: Case, kind: AlertKind, detail: string, team: string | null = null): void {
  context.emit({
    topic: "lead.alerts",
    type: "Alert",
    key: state.leadId,
    value: {
      time: context.now,
      leadId: state.leadId,
      kind,
      epoch: state.epoch,
      rep: state.lease?.rep ?? null,
      team: state.lease?.team ?? team,
      due: context.due === 0 ? context.now : context.due,
      detail,
      policyVersion: context.policyVersion,
    },
  });
}

/** What was asked of whoever sends messages; the id is the same whenever this step of this run is repeated. */
export function emitMessage(context: CaseContext, state: Case, run: JourneyRun, step: string, send: NonNullable<Branch["send"]>): void {
  const { journey, version, entry } = run;
  context.emit({
    topic: "lead.messages",
    type: "MessageRequested",
    key: state.leadId,
    value: {
      time: context.now,
      leadId: state.leadId,
      journey,
      journeyVersion: version,
      entry,
      messageId: `${state.leadId}/${journey}/${entry}/${step}`,
      step,
      template: send.template,
      channel: send.channel,
      due: context.due === 0 ? context.now : context.due,
    },
  });
}

type MoveDetails = Partial<Pick<JourneyMoved, "step" | "outcome" | "nextAt">>;

/** Records one move of a lead in its journey, with what comes next as `run` says. */
export function emitMoved(context: CaseContext, state: Case, run: Readonly<JourneyRun>, move: JourneyMove, details: MoveDetails): void {
  const { journey, version, entry, next } = run;
  context.emit({
    topic: "lead.messages",
    type: "JourneyMoved",
    key: state.leadId,
    value: {
      time: context.now,
      leadId: state.leadId,
      journey,
      journeyVersion: version,
      entry,
      move,
      step: details.step ?? null,
      outcome: details.outcome ?? null,
      nextStep: next,
      nextAt: details.nextAt ?? null,
      due: context.due,
    },
  });
}

type RequestDetails = Partial<Pick<TeamRequest, "rep" | "tier" | "skills" | "exclude" | "strategy" | "outcome" | "whenOut" | "amount">>;

export function emitRequest(
  context: CaseContext,
  lead: Pick<Case, "leadId" | "grade" | "score">,
  team: string,
  number: number,
  kind: RequestKind,
  details: RequestDetails,
): void {
  context.emit({
    topic: "team.requests",
    type: "TeamRequest",
    key: team,
    value: {
      time: context.now,
      teamId: team,
      requestId: requestIdOf(lead.leadId, number),
      leadId: lead.leadId,
      kind,
      rep: details.rep ?? null,
      grade: lead.grade,
      tier: details.tier ?? null,
      skills: details.skills ?? [],
      exclude: details.exclude ?? [],
      score: lead.score,
      strategy: details.strategy ?? "round-robin",
      outcome: details.outcome ?? null,
      whenOut: details.whenOut ?? "wait",
      amount: details.amount ?? null,
    },
  });
}

/**
 * The time for the teams: a wait in a team's queue then ends by itself. It concerns a whole partition, so it has no key: the runtime brings it to the
 * partitions of the same number.
 */
export function emitTick(context: Pick<CaseContext, "emit">, now: number): void {
  const nobody = { rep: null, tier: null, skills: [], exclude: [], outcome: null, amount: null };
  const value = { ...nobody, time: now, teamId: "", requestId: "", leadId: "", kind: "tick", grade: "", score: 0 } as const;
  context.emit({ topic: "team.requests", type: "TeamRequest", key: "", value: { ...value, strategy: "", whenOut: "" } });
}
