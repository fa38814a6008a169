import { consentOfTouch, type Signal } from "@leadstream/schemas";
import type { Journey } from "../journey/journey.ts";
import type { SharedJourney } from "../journey/shared-journey.ts";
import { matches } from "../policy/choose-team.ts";
import { type Case, NO_TIME } from "./case.ts";
import { type CaseContext, emitMoved } from "./case-output.ts";
import { type JourneyRun, maySend } from "./journey-run.ts";
import { passStep, planStep, realign } from "./journey-steps.ts";

/**
 * Brings the lead's journey (L4) in line with what a record or a timer made of the case: called last, after every one of them.
 * `signal` is the record, null for a team's answer or a timer.
 */
export function followJourney<S extends Case | null>(context: CaseContext, state: S, signal: Signal | null): S {
  if (state === null) return state;
  const { plan } = context;
  if (signal !== null) learnConsent(state, signal);
  if (plan.journey === null && state.journey === null) return state;
  const run = state.journey;
  if (run !== null && run.next !== null) {
    if (signal !== null && signal.touch !== null && !signal.imported) noteTouch(plan, run, signal.touch, context.now);
    const reason = reasonToLeave(plan, state, run);
    if (reason !== null) leaveJourney(context, state, run, reason);
  }
  if (state.status === "erased") {
    state.journey = null;
    state.journeyAt = NO_TIME;
  } else if (mayEnter(plan, state, context.now)) enter(context, plan.journey!, state);
  return state;
}

/** The journey's timer rang; `context.now` and `context.due` are its due time. */
export function onJourneyTimer(context: CaseContext, state: Case): void {
  const { plan, clock } = context;
  const run = state.journey;
  state.journeyAt = NO_TIME;
  if (run === null || run.next === null || plan.journey === null || reasonToLeave(plan, state, run) !== null) return;
  const at = realign(plan, plan.journey, run) ? planStep(plan, plan.journey, run, clock) : null;
  const nextAt = at !== null && at <= clock ? passStep(context, plan.journey, state, run) : at;
  if (nextAt === null) leaveJourney(context, state, run, "finished", null);
  else state.journeyAt = nextAt;
}

/**
 * After another journey was published: sets the timer for leads that it concerns, which are then looked at as of the publication; null when there is
 * nothing to change. The runtime asks for it before a case meets a new document.
 */
export function onJourneyChange(plan: SharedJourney, state: Case): Case | null {
  const run = state.journey;
  const inside = run !== null && run.next !== null;
  const concerned = inside ? run.version !== plan.version : mayEnter(plan, state, plan.since);
  const again = concerned || inside ? null : reentersAt(plan, run);
  const at = concerned ? plan.since : again === null ? state.journeyAt : Math.max(again, plan.since);
  if (at === state.journeyAt) return null;
  state.journeyAt = at;
  return state;
}

/** The newest word counts; what another system remembers never overrules a withdrawal. */
function learnConsent(state: Case, { touch, status, imported }: Signal): void {
  const said = status === "opt_out" ? "withdrawn" : status === "opt_in" ? "given" : consentOfTouch(touch);
  if (said === null || state.status === "erased") return;
  if (!imported || said === "withdrawn" || state.consent === null) state.consent = said;
}

function noteTouch({ journey }: SharedJourney, run: JourneyRun, kind: string, at: number): void {
  if (journey?.touches.has(kind) !== true) return;
  const seen = run.touches.find((touch) => touch.kind === kind);
  if (seen === undefined) run.touches.push({ kind, at });
  else seen.at = at;
}

function reasonToLeave({ journey }: SharedJourney, state: Case, run: JourneyRun): string | null {
  switch (state.status) {
    case "requested":
    case "leased":
    case "opportunity":
      return "assigned";
    case "won":
    case "lost":
    case "closed":
    case "erased":
      return state.status;
    default:
      if (state.consent === "withdrawn") return "opted_out";
      if (journey === null || journey.name !== run.journey) return "replaced";
      return maySend(journey, state.consent) ? null : "no_consent";
  }
}

function mayEnter({ journey }: SharedJourney, state: Case, now: number): boolean {
  if (journey === null || state.dormant || state.pending !== null || !journey.enter.states.has(state.status)) return false;
  const run = state.journey;
  if (run !== null) {
    if (run.next !== null) return false;
    if (run.journey === journey.name && (journey.reenterAfterMs === null || now < run.anchorAt + journey.reenterAfterMs)) return false;
  }
  return maySend(journey, state.consent) && matches(journey.enter, state, state.attributes);
}

/** When a lead that left may enter again; null: never. */
function reentersAt({ journey }: SharedJourney, run: JourneyRun | null): number | null {
  if (journey === null || run === null || journey.reenterAfterMs === null || run.journey !== journey.name) return null;
  return run.anchorAt + journey.reenterAfterMs;
}

function enter(context: CaseContext, journey: Journey, state: Case): void {
  const { plan } = context;
  const former = state.journey;
  const run: JourneyRun = {
    journey: journey.name,
    version: plan.version,
    entry: (former?.entry ?? 0) + 1,
    enteredAt: context.now,
    next: journey.steps[0]!.id,
    anchorAt: context.now,
    anchorAfterMs: 0,
    passed: [],
    touches: [],
    sentAt: former?.sentAt ?? [],
  };
  state.journey = run;
  state.journeyAt = planStep(plan, journey, run, context.clock);
  emitMoved(context, state, run, "entered", { nextAt: state.journeyAt });
}

function leaveJourney(context: CaseContext, state: Case, run: JourneyRun, outcome: string, step = run.next): void {
  run.next = null;
  run.anchorAt = context.now;
  run.passed.length = 0;
  run.touches.length = 0;
  state.journeyAt = reentersAt(context.plan, run) ?? NO_TIME;
  emitMoved(context, state, run, "left", { step, outcome });
}
