import { readCalendars } from "../calendar/read-calendars.ts";
import { DocumentReader, type Fault } from "../document/document-reader.ts";
import { RoutingError } from "../errors.ts";
import { readConditions } from "../policy/read-rule.ts";
import { checkSteps } from "./check-steps.ts";
import { type Branch, type BranchCondition, type Journey, journeyEnd, journeyStates, type Step } from "./journey.ts";

const journeyFields = [
  "name",
  "description",
  "priority",
  "goal",
  "ended",
  "consent",
  "enter",
  "reenter",
  "limits",
  "calendars",
  "calendar",
  "steps",
];
const branchFields = ["when", "send", "alert", "next"];
const touchKind = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const maximumSteps = 50;
const maximumPerWeek = 20;
const usualPriority = 100;

/** Every fault of a journey document. Empty: it may be published. */
export function checkJourney(document: unknown): readonly Fault[] {
  return read(document).faults;
}

/** A journey from its published JSON text. Throws RoutingError JOURNEY_INVALID naming the first faults. */
export function readJourney(json: string): Journey {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new RoutingError("JOURNEY_INVALID", "journey: is not JSON. Publish it with the command line, which checks it");
  }
  const { journey, faults } = read(document);
  if (faults.length === 0) return journey;
  const shown = faults.slice(0, 5).map((fault) => `${fault.path} ${fault.problem}: ${fault.remedy}`);
  throw new RoutingError("JOURNEY_INVALID", `journey: ${faults.length} faults: ${shown.join("; ")}`);
}

/** Kinds of touch of which the scorer has to tell each, of a journey that has no faults. */
export const touchesOf = (document: unknown): readonly string[] => [...read(document).journey.touches].sort();

function read(document: unknown): { journey: Journey; faults: readonly Fault[] } {
  const reader = new DocumentReader();
  const root = reader.object(document, "journey", journeyFields);
  const calendars = readCalendars(reader, root.calendars);
  const calendar = reader.optionalText(root.calendar, "calendar");
  if (calendar !== null && !calendars.has(calendar)) {
    reader.fault("calendar", "names no calendar of this document", "Define it under calendars, or remove it");
  }
  const enter = reader.object(root.enter ?? {}, "enter", ["states", "when"]);
  const states = reader.list(enter.states ?? ["nurture"], "enter.states");
  const limits = reader.object(root.limits ?? {}, "limits", ["perWeek"]);
  const items = reader.list(root.steps, "steps");
  const ended = reader.flag(root.ended, "ended", false);
  const goal = root.goal === undefined ? new Set<string>() : readGoal(reader, root.goal);
  if ((items.length === 0 && !ended) || items.length > maximumSteps)
    reader.fault("steps", `are ${items.length}`, `Give 1 to ${maximumSteps} steps, each with id and after`);
  const steps = items.map((item, index) => readStep(reader, item, `steps[${index}]`));
  checkSteps(reader, steps);
  const kinds = steps.flatMap((step) => step.branches.flatMap(({ when }) => (when === null ? [] : [...when.did, ...when.didNot])));
  const journey: Journey = {
    name: reader.text(root.name, "name"),
    priority: reader.whole(root.priority, "priority", 0, 1_000, usualPriority),
    ended,
    goal,
    consentRequired: reader.choice(root.consent, "consent", ["assumed", "required"], "assumed") === "required",
    enter: {
      states: new Set(states.map((state, index) => reader.choice(state, `enter.states[${index}]`, journeyStates))),
      ...readConditions(reader, enter.when ?? {}, "enter.when"),
    },
    reenterAfterMs: root.reenter === "never" ? null : reader.optionalDurationMs(root.reenter, "reenter"),
    perWeek: limits.perWeek === undefined ? null : reader.whole(limits.perWeek, "limits.perWeek", 1, maximumPerWeek),
    calendar: calendar === null ? null : (calendars.get(calendar) ?? null),
    steps,
    touches: new Set(ended ? [] : [...kinds, ...goal]),
  };
  if (states.length === 0) reader.fault("enter.states", "is empty, so no lead ever enters", `Name some of ${journeyStates.join(", ")}`);
  return { journey, faults: reader.faults };
}

/** A step says what it does itself, or holds branches that do. */
function readStep(reader: DocumentReader, item: unknown, path: string): Step {
  const step = reader.object(item, path, ["id", "after", "description", "branches", ...branchFields]);
  const own = branchFields.filter((field) => step[field] !== undefined);
  if (step.branches !== undefined && own.length > 0)
    reader.fault(`${path}.branches`, `stand beside ${own.join(" and ")}`, "Move what the step does into the branches");
  const branches =
    step.branches === undefined
      ? [readBranch(reader, step, path)]
      : reader.list(step.branches, `${path}.branches`).map((branch, index) => {
          const at = `${path}.branches[${index}]`;
          return readBranch(reader, reader.object(branch, at, branchFields), at);
        });
  if (branches.length === 0) reader.fault(`${path}.branches`, "is empty, so the step does nothing", "Give it a branch, or remove the step");
  return { id: reader.text(step.id, `${path}.id`), afterMs: readAfter(reader, step.after, `${path}.after`), branches };
}

/** A duration, or 0 for at once. */
function readAfter(reader: DocumentReader, value: unknown, path: string): number {
  return value === 0 ? 0 : reader.durationMs(value, path);
}

function readBranch(reader: DocumentReader, branch: Readonly<Record<string, unknown>>, path: string): Branch {
  const read: Branch = {
    when: branch.when === undefined ? null : readWhen(reader, branch.when, `${path}.when`),
    send: branch.send === undefined ? null : readSend(reader, branch.send, `${path}.send`),
    alert: reader.optionalText(branch.alert, `${path}.alert`),
    next: reader.optionalText(branch.next, `${path}.next`),
  };
  if (read.send === null && read.alert === null && read.next === null)
    reader.fault(path, "does nothing", `Give it send, alert or next (a later step, or ${journeyEnd})`);
  return read;
}

/** `send: template`, or `send: { template, channel }`. */
function readSend(reader: DocumentReader, value: unknown, path: string): Branch["send"] {
  if (typeof value === "string") return { template: reader.text(value, path), channel: "e-mail" };
  const send = reader.object(value, path, ["template", "channel"]);
  return { template: reader.text(send.template, `${path}.template`), channel: reader.text(send.channel, `${path}.channel`, "e-mail") };
}

function readWhen(reader: DocumentReader, value: unknown, path: string): BranchCondition {
  const when = reader.object(value, path, ["did", "didNot", "since"]);
  const did = readKinds(reader, when.did, `${path}.did`);
  const didNot = readKinds(reader, when.didNot, `${path}.didNot`);
  if (did.length + didNot.length === 0) reader.fault(path, "asks for nothing", "Name kinds of touch in did or didNot, or remove it");
  for (const kind of did.filter((each) => didNot.includes(each)))
    reader.fault(path, `asks for ${kind} to be done and not done`, "Remove it from did or from didNot");
  return { did, didNot, since: reader.optionalText(when.since, `${path}.since`) };
}

function readKinds(reader: DocumentReader, value: unknown, path: string): readonly string[] {
  const kinds = reader.texts(value, path);
  for (const kind of kinds) {
    if (!touchKind.test(kind))
      reader.fault(path, "holds what is no kind of touch", "Write kinds as the log has them: email-open, email-click, webinar");
  }
  return kinds;
}

/** `goal: { did: [webinar] }`. */
function readGoal(reader: DocumentReader, value: unknown): ReadonlySet<string> {
  const goal = reader.object(value, "goal", ["did", "description"]);
  const kinds = readKinds(reader, goal.did, "goal.did");
  if (kinds.length === 0)
    reader.fault("goal.did", "names nothing that a lead can do", "Name kinds of touch such as webinar, or remove the goal");
  return new Set(kinds);
}
