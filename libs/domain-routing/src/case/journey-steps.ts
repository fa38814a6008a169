import { addWorkingTime } from "../calendar/add-working-time.ts";
import { type Branch, type BranchCondition, type Journey, journeyEnd, stepBelow, stepOf } from "../journey/journey.ts";
import type { PublishedJourney } from "../journey/journeys.ts";
import type { Case } from "./case.ts";
import { type CaseContext, emitAlert, emitMessage, emitMoved } from "./case-output.ts";
import type { JourneyRun } from "./journey-run.ts";
import { teamByRule } from "./on-command.ts";

const weekMs = 7 * 86_400_000;
/** As many as a document may allow in a week. */
const keptSends = 20;

/**
 * When the next step is due: as long after the last one as the document puts between them, so that a step that had to wait moves those behind it. Never
 * before the document was published. A step that sends waits for room in the week and then for the calendar to open; one that is served late, at
 * `clock`, waits from there.
 */
export function planStep({ journey, since }: PublishedJourney, run: JourneyRun, clock: number): number {
  const step = stepOf(journey, run.next!)!;
  const due = Math.max(run.anchorAt + Math.max(0, step.afterMs - run.anchorAfterMs), since);
  if (step.branches.every(({ send }) => send === null)) return due;
  const full = journey.perWeek === null ? undefined : run.sentAt.at(-journey.perWeek);
  const spaced = full === undefined ? due : Math.max(due, full + weekMs);
  if (journey.calendar === null) return spaced;
  const opens = addWorkingTime(journey.calendar, spaced, 0);
  return opens > clock ? opens : addWorkingTime(journey.calendar, clock, 0);
}

/** Puts a run in terms of a document that was published since; false when nothing is left to do in it. */
export function realign({ journey, version }: PublishedJourney, run: JourneyRun): boolean {
  if (run.version === version) return true;
  run.version = version;
  if (stepOf(journey, run.next!) !== null) return true;
  // The step is gone: the first that lies behind what was passed takes its place.
  const follower = journey.steps.find(({ id, afterMs }) => afterMs > run.anchorAfterMs && !run.passed.some(({ step }) => step === id));
  if (follower === undefined) return false;
  run.next = follower.id;
  return true;
}

/** Does what the next step says for this lead and goes on; gives when the step after it is due, null when that was the last. */
export function passStep(context: CaseContext, plan: PublishedJourney, state: Case, run: JourneyRun): number | null {
  const { journey } = plan;
  const step = stepOf(journey, run.next!)!;
  const branch = step.branches.find(({ when }) => holds(when, run)) ?? null;
  run.passed.push({ step: step.id, at: context.now });
  run.anchorAt = context.clock;
  run.anchorAfterMs = step.afterMs;
  if (branch !== null && branch.send !== null) {
    run.sentAt = [...run.sentAt, context.clock].slice(-keptSends);
    emitMessage(context, state, run, step.id, branch.send);
  }
  if (branch !== null && branch.alert !== null) emitAlert(context, state, "journey", branch.alert, teamByRule(context, state));
  const next = notPassed(journey, run, branch?.next ?? stepBelow(journey, step.id));
  const last = next === null || next === journeyEnd;
  if (!last) run.next = next;
  const nextAt = last ? null : planStep(plan, run, context.clock);
  emitMoved(context, state, last ? { ...run, next: null } : run, "stepped", { step: step.id, outcome: outcomeOf(branch), nextAt });
  return nextAt;
}

/** A newer document may put a step that was passed below the present one; it is not repeated. */
function notPassed(journey: Journey, run: JourneyRun, id: string | null): string | null {
  let next = id;
  while (next !== null && run.passed.some(({ step }) => step === next)) next = stepBelow(journey, next);
  return next;
}

function outcomeOf(branch: Branch | null): string {
  if (branch === null || (branch.send === null && branch.alert === null)) return "nothing";
  return branch.send === null ? "alerted" : branch.alert === null ? "sent" : "sent and alerted";
}

function holds(when: BranchCondition | null, run: JourneyRun): boolean {
  if (when === null) return true;
  const since = run.passed.find(({ step }) => step === when.since)?.at ?? run.enteredAt;
  const did = (kind: string): boolean => run.touches.some((touch) => touch.kind === kind && touch.at >= since);
  return (when.did.length === 0 || when.did.some(did)) && !when.didNot.some(did);
}
