import { type Command, consentOfTouch, type Status, type Touch } from "@leadstream/schemas";
import type { Facts, SignalOutput } from "./decision.ts";
import type { Change, TimerChange } from "./outputs.ts";
import { attributesOf, type LeadProfile } from "./profile.ts";
import { ATTRIBUTES_NEW, CAPTURED, type LeadState, LIVE, NEVER } from "./state.ts";

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

const NO_SIGNALS: readonly SignalOutput[] = [];

/** What the router is told of an event, in this order: captured; status, command or erased; crossed; active. Sets what was told in the facts. */
export function signalsOf(change: Change): readonly SignalOutput[] {
  const { before, facts, event } = change;
  const found: MutableSignal[] = [];
  tellOwn(found, change);
  if (!facts.erased) tellCrossed(found, before, change);
  if (event.type === "Touch" && isActivity(change, event.value)) {
    tell(found, "active", change).touch = event.value.kind;
    if (!event.value.imported) facts.lastActiveSignalAt = facts.at;
  }
  if (found.length === 0) return NO_SIGNALS;
  for (const signal of found) {
    signal.eventId = event.value.eventId;
    signal.imported = event.value.imported;
  }
  attach(found, facts, before.profile);
  return found;
}

export function timerSignals(change: TimerChange): readonly SignalOutput[] {
  const { before, facts, due, silent } = change;
  const found: MutableSignal[] = [];
  tellCrossed(found, before, change);
  if (silent && (facts.flags & LIVE) !== 0) tell(found, "inactive", change);
  for (const signal of found) {
    signal.due = due;
    signal.imported = (facts.flags & LIVE) === 0;
  }
  attach(found, facts, before.profile);
  return found;
}

/** One more, about the lead as it stands. */
function tell(found: MutableSignal[], kind: SignalOutput["kind"], { facts, now, model }: Standing): MutableSignal {
  const signal = blankSignal(kind, now, facts.leadId);
  signal.score = facts.score;
  signal.band = facts.band;
  signal.grade = facts.grade;
  signal.temperature = facts.temperature;
  signal.model = model.name;
  signal.modelVersion = model.version;
  found.push(signal);
  return signal;
}

function tellOwn(found: MutableSignal[], change: Change): void {
  const { before, event, verdict } = change;
  if (verdict === "duplicate") return;
  if (event.type === "Capture" && (before.flags & CAPTURED) === 0) tell(found, "captured", change);
  else if (event.type === "Status") sayStatus(tell(found, "status", change), event.value);
  else if (event.type === "Command") sayCommand(tell(found, event.value.command === "erase" ? "erased" : "command", change), event.value);
}

/** The band changed (up or down), or only the grade (direction none): B becomes A when the budget becomes clear. */
function tellCrossed(found: MutableSignal[], before: LeadState, standing: Standing): void {
  const { facts, model } = standing;
  const from = before.band === "" ? model.bandNames[0]! : before.band;
  const regraded = before.grade !== facts.grade && (before.flags & CAPTURED) !== 0;
  if (from === facts.band && !regraded) return;
  const signal = tell(found, "crossed", standing);
  signal.previousBand = from;
  // A band that the model no longer has counts as the lowest.
  const change = model.bandNames.indexOf(facts.band) - Math.max(0, model.bandNames.indexOf(from));
  signal.direction = change > 0 ? "up" : change < 0 ? "down" : "none";
}

type Standing = Pick<Change, "facts" | "now" | "model">;

function sayStatus(signal: MutableSignal, { status, rep, reason, amount, currency }: Status): void {
  signal.status = status;
  signal.rep = rep;
  signal.reason = reason;
  signal.amount = amount;
  signal.currency = currency;
}

function sayCommand(signal: MutableSignal, { command, rep, reason, toRep, toTeam, epoch }: Command): void {
  signal.command = command;
  signal.rep = rep;
  signal.reason = reason;
  signal.toRep = toRep;
  signal.toTeam = toTeam;
  signal.epoch = epoch;
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
