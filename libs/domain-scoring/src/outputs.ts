import { consentOfTouch, type LedgerRow, type Touch, type Verdict } from "@leadstream/schemas";
import type { CompiledModel } from "./compile-model.ts";
import type { Facts, LeadEvent, ScoreOutput, SignalOutput } from "./decision.ts";
import { attributesOf, type LeadProfile } from "./profile.ts";
import { ATTRIBUTES_NEW, CAPTURED, type LeadState, LIVE, NEVER, TIMER_CROSSING } from "./state.ts";

/** An event with all that was found out about it. */
export interface Change {
  readonly before: LeadState;
  readonly facts: Facts;
  readonly rows: readonly LedgerRow[];
  readonly event: LeadEvent;
  readonly verdict: Verdict;
  readonly effectiveAt: number;
  readonly now: number;
  readonly model: CompiledModel;
  /** Kinds of touch that a journey looks at. */
  readonly awaited: ReadonlySet<string>;
}

export interface TimerChange {
  readonly before: LeadState;
  readonly facts: Facts;
  readonly rows: readonly LedgerRow[];
  readonly model: CompiledModel;
  readonly kind: number;
  readonly due: number;
  readonly now: number;
  readonly silent: boolean;
}

function causeOf(event: LeadEvent): string {
  switch (event.type) {
    case "Capture":
      return "capture";
    case "Touch":
      return "touch";
    case "Status":
      return "status";
    case "Command":
      return event.value.command === "erase" ? "erase" : "command";
  }
}

function kindOf(event: LeadEvent): string | null {
  switch (event.type) {
    case "Capture":
      return null;
    case "Touch":
      return event.value.kind;
    case "Status":
      return event.value.status;
    case "Command":
      return event.value.command;
  }
}

export type MutableScore = { -readonly [K in keyof ScoreOutput]: ScoreOutput[K] };

/** To be filled by `eventOutput` or `timerOutput`. */
export function blankScore(): MutableScore {
  return {
    time: 0,
    leadId: "",
    eventId: null,
    cause: "",
    kind: null,
    occurredAt: 0,
    effectiveAt: 0,
    imported: false,
    verdict: "counted",
    model: "",
    modelVersion: 0,
    score: 0,
    fit: 0,
    engagement: 0,
    band: "",
    grade: "C",
    temperature: "cold",
    rows: [],
  };
}

/** Fills `output`. */
export function eventOutput(output: MutableScore, change: Change): ScoreOutput {
  const { value } = change.event;
  output.eventId = value.eventId;
  output.cause = causeOf(change.event);
  output.kind = kindOf(change.event);
  output.occurredAt = value.occurredAt;
  output.effectiveAt = change.effectiveAt;
  output.imported = value.imported;
  output.verdict = change.verdict;
  return stand(output, change);
}

/** Fills `output`. */
export function timerOutput(output: MutableScore, change: TimerChange): ScoreOutput {
  output.eventId = null;
  output.cause = "timer";
  output.kind = change.kind === TIMER_CROSSING ? "crossing" : "silence";
  output.occurredAt = output.effectiveAt = change.due;
  output.imported = false;
  output.verdict = "counted";
  return stand(output, change);
}

/** What a walk over all leads writes down: another model was applied without an event. Says `imported` of leads that never acted live. */
export function modelOutput(output: MutableScore, change: TimerChange): ScoreOutput {
  timerOutput(output, change);
  output.cause = "model";
  output.kind = null;
  output.imported = (change.facts.flags & LIVE) === 0;
  return output;
}

/** How the lead stands afterwards, and why. */
function stand(output: MutableScore, { facts, rows, now, model }: Pick<Change, "facts" | "rows" | "now" | "model">): ScoreOutput {
  output.time = now;
  output.leadId = facts.leadId;
  output.model = model.name;
  output.modelVersion = model.version;
  output.score = facts.score;
  output.fit = facts.fit;
  output.engagement = facts.engagement;
  output.band = facts.band;
  output.grade = facts.grade;
  output.temperature = facts.temperature;
  output.rows = rows;
  return output;
}

type MutableSignal = { -readonly [K in keyof SignalOutput]: SignalOutput[K] };

function blankSignal(kind: SignalOutput["kind"], time: number, leadId: string): MutableSignal {
  return {
    time,
    leadId,
    kind,
    eventId: null,
    imported: false,
    score: 0,
    band: null,
    previousBand: null,
    direction: "none",
    grade: null,
    temperature: null,
    model: "",
    modelVersion: 0,
    attributes: null,
    status: null,
    rep: null,
    reason: null,
    amount: null,
    command: null,
    toRep: null,
    toTeam: null,
    epoch: null,
    document: null,
    policyVersion: null,
    due: 0,
    touch: null,
    currency: null,
  };
}

function leadSignal(kind: SignalOutput["kind"], change: Pick<Change, "facts" | "now" | "model">): MutableSignal {
  const { facts, now, model } = change;
  const signal = blankSignal(kind, now, facts.leadId);
  signal.score = facts.score;
  signal.band = facts.band;
  signal.grade = facts.grade;
  signal.temperature = facts.temperature;
  signal.model = model.name;
  signal.modelVersion = model.version;
  return signal;
}

const NO_SIGNALS: readonly SignalOutput[] = [];

/** What the router is told of an event, in this order: captured; status, command or erased; crossed; active. Sets what was told in the facts. */
export function signalsOf(change: Change): readonly SignalOutput[] {
  const { before, facts, event, model } = change;
  const own = ownSignal(change);
  const crossed = facts.erased ? null : crossedSignal(before, facts, model, change.now);
  const active = activeSignal(change);
  // Most events are not told to the router.
  if (own === null && crossed === null && active === null) return NO_SIGNALS;
  const found = [own, crossed, active].filter((signal) => signal !== null);
  for (const signal of found) {
    signal.eventId = event.value.eventId;
    signal.imported = event.value.imported;
  }
  attach(found, facts, before.profile);
  return found;
}

function ownSignal(change: Change): MutableSignal | null {
  const { before, event, verdict } = change;
  if (verdict === "duplicate") return null;
  if (event.type === "Capture" && (before.flags & CAPTURED) === 0) return leadSignal("captured", change);
  if (event.type === "Status") return statusSignal(change, event);
  return event.type === "Command" ? commandSignal(change, event) : null;
}

/** Says in the facts that it was told. */
function activeSignal(change: Change): MutableSignal | null {
  const { event, facts } = change;
  if (event.type !== "Touch" || !isActivity(change, event.value)) return null;
  const active = leadSignal("active", change);
  active.touch = event.value.kind;
  if (!event.value.imported) facts.lastActiveSignalAt = facts.at;
  return active;
}

/** At most once per lead in the declared span; each touch that a journey looks at; and each that says something of consent, also of the past. */
function isActivity({ facts, verdict, model, awaited }: Change, { kind, imported }: Touch): boolean {
  if (verdict === "duplicate") return false;
  if (consentOfTouch(kind) !== null) return true;
  if (imported) return false;
  const silent = facts.lastActiveSignalAt === NEVER || facts.at - facts.lastActiveSignalAt >= model.model.activitySignalEveryMs;
  return silent || awaited.has(kind);
}

/** Attributes go with captured and crossed, and with the next signal after they changed. */
function attach(signals: readonly MutableSignal[], facts: Facts, known: LeadProfile): void {
  for (const signal of signals) {
    const wanted = signal.kind === "captured" || signal.kind === "crossed" || (facts.flags & ATTRIBUTES_NEW) !== 0;
    if (!wanted || facts.erased) continue;
    signal.attributes = attributesOf(facts.profile ?? known);
    facts.flags &= ~ATTRIBUTES_NEW;
  }
}

function statusSignal(change: Change, event: LeadEvent & { type: "Status" }): MutableSignal {
  const signal = leadSignal("status", change);
  signal.status = event.value.status;
  signal.rep = event.value.rep;
  signal.reason = event.value.reason;
  signal.amount = event.value.amount;
  signal.currency = event.value.currency;
  return signal;
}

function commandSignal(change: Change, event: LeadEvent & { type: "Command" }): MutableSignal {
  const { value } = event;
  const signal = leadSignal(value.command === "erase" ? "erased" : "command", change);
  signal.command = value.command;
  signal.rep = value.rep;
  signal.reason = value.reason;
  signal.toRep = value.toRep;
  signal.toTeam = value.toTeam;
  signal.epoch = value.epoch;
  return signal;
}

/** The band changed (up or down), or only the grade (direction none): B becomes A when the budget becomes clear. */
function crossedSignal(before: LeadState, facts: Facts, model: CompiledModel, now: number): MutableSignal | null {
  const from = before.band === "" ? model.bandNames[0]! : before.band;
  const regraded = before.grade !== facts.grade && (before.flags & CAPTURED) !== 0;
  if (from === facts.band && !regraded) return null;
  const signal = leadSignal("crossed", { facts, now, model });
  signal.previousBand = from;
  // A band that the model no longer has counts as the lowest.
  const change = model.bandNames.indexOf(facts.band) - Math.max(0, model.bandNames.indexOf(from));
  signal.direction = change > 0 ? "up" : change < 0 ? "down" : "none";
  return signal;
}

export function timerSignals(change: TimerChange): readonly SignalOutput[] {
  const { before, facts, model, now, due, silent } = change;
  const found: MutableSignal[] = [];
  const crossed = crossedSignal(before, facts, model, now);
  if (crossed !== null) found.push(crossed);
  if (silent && (facts.flags & LIVE) !== 0) found.push(leadSignal("inactive", change));
  for (const signal of found) {
    signal.due = due;
    signal.imported = (facts.flags & LIVE) === 0;
  }
  attach(found, facts, before.profile);
  return found;
}

/** Time passed: one for the whole partition. */
export function tickSignal(now: number): SignalOutput {
  return blankSignal("tick", now, "");
}

/** Forwards a routing policy or a journey to the router's inbox of the same partition. */
export function documentSignal(kind: "policy" | "journey", now: number, document: string, version: number): SignalOutput {
  const signal = blankSignal(kind, now, "");
  signal.document = document;
  signal.policyVersion = version;
  return signal;
}
