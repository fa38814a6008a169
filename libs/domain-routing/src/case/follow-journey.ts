import { consentOfTouch, type Signal } from "@leadstream/schemas";
import type { Journey } from "../journey/journey.ts";
import { type Journeys, journeyNamed, type PublishedJourney } from "../journey/journeys.ts";
import { matches } from "../policy/choose-team.ts";
import { type Case, NO_TIME } from "./case.ts";
import { type CaseContext, emitMoved } from "./case-output.ts";
import { type JourneyRun, maySend } from "./journey-run.ts";
import { passStep, planStep, realign } from "./journey-steps.ts";

/** So many journeys that a lead left are remembered; the oldest go first. */
const maximumLeft = 64;

/**
 * Brings the lead's journey (L4) in line with what a record or a timer made of the case: called last, after every one of them. A lead is in one journey at
 * most; one that is in none enters the first in order that it fits. `signal` is the record, null for a team's answer or a timer.
 */
export function followJourney<S extends Case | null>(context: CaseContext, state: S, signal: Signal | null): S {
  if (state === null) return state;
  if (signal !== null) learnConsent(state, signal);
  const { journeys } = context;
  if (journeys.length === 0 && state.journey === null) return state;
  const run = runOf(state);
  if (run !== null) {
    const journey = journeyNamed(journeys, run.journey)?.journey ?? null;
    const touch = signal === null || signal.imported ? null : signal.touch;
    if (touch !== null && journey?.touches.has(touch) === true) noteTouch(run, touch, context.now);
    const reached = touch !== null && journey?.goal.has(touch) === true ? "goal_reached" : null;
    const reason = reasonToLeave(journey, state) ?? reached;
    if (reason !== null) leaveJourney(context, state, run, reason);
  }
  if (state.status === "erased") {
    state.journey = null;
    state.leftJourneys = [];
    state.journeyAt = NO_TIME;
  } else if (runOf(state) === null) considerEntering(context, state);
  return state;
}

/** The journey's timer rang; `context.now` and `context.due` are its due time. */
export function onJourneyTimer(context: CaseContext, state: Case): void {
  const run = runOf(state);
  state.journeyAt = NO_TIME;
  const plan = run === null ? null : journeyNamed(context.journeys, run.journey);
  if (run === null || plan === null || reasonToLeave(plan.journey, state) !== null) return;
  const { clock } = context;
  const at = realign(plan, run) ? planStep(plan, run, clock) : null;
  const nextAt = at !== null && at <= clock ? passStep(context, plan, state, run) : at;
  if (nextAt === null) leaveJourney(context, state, run, "finished", null);
  else state.journeyAt = nextAt;
}

/**
 * After a journey was published: sets the timer for leads that it concerns, which are then looked at as of the publication; null when there is nothing to
 * change. The runtime asks for it before a case meets a new document.
 */
export function onJourneyChange(journeys: Journeys, state: Case): Case | null {
  const run = runOf(state);
  const plan = run === null ? null : journeyNamed(journeys, run.journey);
  if (run !== null && (plan === null || plan.version === run.version)) return null;
  const at = plan === null ? entersAt(journeys, state) : plan.since;
  if (at === state.journeyAt) return null;
  state.journeyAt = at;
  return state;
}

/** The run that the lead is in; null: in none. */
const runOf = ({ journey }: Case): JourneyRun | null => (journey === null || journey.next === null ? null : journey);

/** The newest word counts; what another system remembers never overrules a withdrawal. */
function learnConsent(state: Case, { touch, status, imported }: Signal): void {
  const said = status === "opt_out" ? "withdrawn" : status === "opt_in" ? "given" : consentOfTouch(touch);
  if (said === null || state.status === "erased") return;
  if (!imported || said === "withdrawn" || state.consent === null) state.consent = said;
}

function noteTouch(run: JourneyRun, kind: string, at: number): void {
  const seen = run.touches.find((touch) => touch.kind === kind);
  if (seen === undefined) run.touches.push({ kind, at });
  else seen.at = at;
}

function reasonToLeave(journey: Journey | null, state: Case): string | null {
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
      if (journey === null || journey.ended) return "ended";
      return maySend(journey, state.consent) ? null : "no_consent";
  }
}

/** Enters the first journey in order that the lead may enter now; else waits for the next instant at which it may enter one. */
function considerEntering(context: CaseContext, state: Case): void {
  for (const plan of context.journeys) {
    const at = enterableAt(plan, state);
    if (at === null || at > context.now) continue;
    enter(context, plan, state);
    return;
  }
  state.journeyAt = entersAt(context.journeys, state);
}

/** The earliest instant at which the lead, as it is now, may enter a journey. */
function entersAt(journeys: Journeys, state: Case): number {
  let first = NO_TIME;
  for (const plan of journeys) {
    const at = enterableAt(plan, state);
    if (at !== null && (first === NO_TIME || at < first)) first = at;
  }
  return first;
}

/** Since when the lead, as it is now, may enter this journey; null: it does not fit, or has been in it for good. */
function enterableAt({ journey, since }: PublishedJourney, state: Case): number | null {
  if (journey.ended || state.dormant || state.pending !== null || !journey.enter.states.has(state.status)) return null;
  const left = state.leftJourneys.find((each) => each.journey === journey.name);
  if (left !== undefined && journey.reenterAfterMs === null) return null;
  if (!maySend(journey, state.consent) || !matches(journey.enter, state, state.attributes)) return null;
  return left === undefined ? since : Math.max(since, left.at + (journey.reenterAfterMs ?? 0));
}

function enter(context: CaseContext, plan: PublishedJourney, state: Case): void {
  const { journey, version } = plan;
  const former = state.journey;
  const run: JourneyRun = {
    journey: journey.name,
    version,
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
  state.journeyAt = planStep(plan, run, context.clock);
  emitMoved(context, state, run, "entered", { nextAt: state.journeyAt });
}

function leaveJourney(context: CaseContext, state: Case, run: JourneyRun, outcome: string, step = run.next): void {
  const others = state.leftJourneys.filter(({ journey }) => journey !== run.journey);
  state.leftJourneys = [...others, { journey: run.journey, at: context.now }].slice(-maximumLeft);
  run.next = null;
  run.anchorAt = context.now;
  run.passed.length = 0;
  run.touches.length = 0;
  state.journeyAt = NO_TIME;
  emitMoved(context, state, run, "left", { step, outcome });
}
