import type { CaseState, Change, Signal, StatusKind } from "@leadstream/schemas";
import { qualifies } from "../policy/choose-team.ts";
import { type Case, NO_TIME } from "./case.ts";
import { type CaseContext, emitAssignment } from "./case-output.ts";
import { startClocks } from "./clocks.ts";
import { learn } from "./learn.ts";
import { cancelPending, endLease, requestOwner, rest } from "./ownership.ts";

interface Transition {
  readonly change: Change;
  /** States in which a live status is taken (L1, L2). */
  readonly from: readonly CaseState[];
  /** State that imported history leads to; null: the state stays. */
  readonly imported: CaseState | null;
}

const owned: readonly CaseState[] = ["leased", "opportunity"];
const unfinished: readonly CaseState[] = ["new", "nurture", "requested", "leased", "pool", "opportunity"];

/** Statuses that change a case; feedback and opt-out are facts about it and change nothing here. */
const transitions: Partial<Readonly<Record<StatusKind, Transition>>> = {
  contacted: { change: "contacted", from: owned, imported: null },
  follow_up: { change: "followed_up", from: owned, imported: null },
  sql_accepted: { change: "accepted", from: owned, imported: null },
  sql_rejected: { change: "rejected", from: owned, imported: "nurture" },
  opportunity: { change: "opportunity", from: ["leased"], imported: "opportunity" },
  won: { change: "won", from: owned, imported: "won" },
  lost: { change: "lost", from: unfinished, imported: "lost" },
  closed: { change: "closed", from: [...unfinished, "lost"], imported: "closed" },
  returned: { change: "handed_back", from: owned, imported: "nurture" },
  reopened: { change: "reopened", from: ["won", "lost", "closed"], imported: "nurture" },
};

/** What a collaborator may report in the owner's place. */
const helping: readonly Change[] = ["contacted", "followed_up"];

/** Sales did something. A transition that is not allowed is answered with `refused` and a reason. */
export function onStatus(context: CaseContext, state: Case, signal: Signal): void {
  learn(context, state, signal);
  const transition = signal.status === null ? undefined : transitions[signal.status];
  if (transition === undefined) return;
  const refusal = signal.imported ? refusalOfHistory(state) : refusalOf(state, transition, signal);
  if (refusal !== null) emitAssignment(context, state, "refused", { reason: `${signal.status}: ${refusal}`, commandId: signal.eventId });
  else if (signal.imported) applyHistory(context, state, transition, signal);
  else apply(context, state, transition.change, signal);
}

function refusalOf(state: Case, { from, change }: Transition, signal: Signal): string | null {
  const { lease } = state;
  if (!from.includes(state.status)) return `not possible while the lead is ${state.status}; it needs ${from.join(" or ")}`;
  const helps = helping.includes(change) && state.collaborators.includes(signal.rep ?? "");
  if (lease !== null && signal.rep !== null && signal.rep !== lease.rep && !helps) return `the lead is held by ${lease.rep}`;
  if (signal.epoch !== null && signal.epoch !== state.epoch) return `lease ${signal.epoch} is over; ${state.epoch} is the newest`;
  return null;
}

function refusalOfHistory(state: Case): string | null {
  return state.lease !== null || state.pending !== null ? "imported history does not change a lead that sales works on" : null;
}

function applyHistory(context: CaseContext, state: Case, { change, imported }: Transition, signal: Signal): void {
  if (imported !== null) rest(state, imported);
  emitAssignment(context, state, change, { previousRep: signal.rep, reason: signal.reason, amount: signal.amount });
}

function apply(context: CaseContext, state: Case, change: Change, signal: Signal): void {
  switch (change) {
    case "contacted":
    case "followed_up":
    case "accepted":
      contact(context, state, change, signal);
      return;
    case "opportunity":
      state.status = "opportunity";
      state.inactiveAt = NO_TIME;
      emitAssignment(context, state, change, { reason: signal.reason, amount: signal.amount });
      return;
    case "rejected":
    case "handed_back":
      handBack(context, state, change, signal.reason, null);
      return;
    case "reopened":
      reopen(context, state, signal);
      return;
    default:
      finish(context, state, change, signal);
  }
}

/** The rep answered for the lead: the next follow-up is due by the grade's cadence (L5). */
function contact(context: CaseContext, state: Case, change: Change, signal: Signal): void {
  const { lease } = state;
  if (lease !== null) {
    lease.contacted = true;
    startClocks(context, state, lease);
  }
  emitAssignment(context, state, change, { reason: signal.reason });
}

/** SLA9: back to marketing with its context; SLA7: judged not convertible. */
export function handBack(context: CaseContext, state: Case, change: Change, reason: string | null, commandId: string | null): void {
  const { to = "nurture", coolDownMs = 0 } = context.policy?.handBack ?? {};
  if (state.lease === null) {
    rest(state, to);
    emitAssignment(context, state, change, { reason, commandId });
  } else endLease(context, state, { change, status: to, reason, commandId, coolDownMs });
}

function reopen(context: CaseContext, state: Case, signal: Signal): void {
  rest(state, "nurture");
  state.retries = 0;
  state.recycles = 0;
  emitAssignment(context, state, "reopened", { reason: signal.reason });
  if (!state.dormant && context.policy !== null && qualifies(context.policy, state.band)) requestOwner(context, state, 0);
}

/** won, lost, closed. */
function finish(context: CaseContext, state: Case, change: Change, signal: Signal): void {
  const status: CaseState = change === "won" ? "won" : change === "lost" ? "lost" : "closed";
  const { reason, amount, currency } = signal;
  if (state.lease !== null) {
    endLease(context, state, { change, status, reason, amount, currency, coolDownMs: 0 });
    return;
  }
  cancelPending(context, state, `the lead is ${status}`);
  rest(state, status);
  emitAssignment(context, state, change, { reason, amount });
}
