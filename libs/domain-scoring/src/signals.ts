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

/** The same in an object that is there already. */
function clearSignal(signal: MutableSignal, kind: SignalOutput["kind"], time: number, leadId: string): void {
  signal.time = time;
  signal.leadId = leadId;
  signal.kind = kind;
  signal.eventId = null;
  signal.imported = false;
  signal.score = 0;
  signal.band = null;
  signal.previousBand = null;
  signal.direction = "none";
  signal.grade = null;
  signal.temperature = null;
  signal.model = "";
  signal.modelVersion = 0;
  signal.attributes = null;
  signal.status = null;
  signal.rep = null;
  signal.reason = null;
  signal.amount = null;
  signal.command = null;
  signal.toRep = null;
  signal.toTeam = null;
  signal.epoch = null;
  signal.document = null;
  signal.policyVersion = null;
  signal.due = 0;
  signal.touch = null;
  signal.currency = null;
}

/** Signals of one decision, filled anew for each: they hold until the next. */
export class Signals {
  private readonly signals: MutableSignal[] = [];
  /** Of each length one: the first signals. */
  private readonly lists: (readonly MutableSignal[])[] = [];
  private count = 0;

  /** What the router is told of an event, in this order: captured; status, command or erased; crossed; active. Sets what was told in the facts. */
  ofEvent(change: Change): readonly SignalOutput[] {
    const { before, facts, event } = change;
    this.count = 0;
    this.tellOwn(change);
    if (!facts.erased) this.tellCrossed(before, change);
    if (event.type === "Touch" && isActivity(change, event.value)) {
      this.lead("active", change).touch = event.value.kind;
      if (!event.value.imported) facts.lastActiveSignalAt = facts.at;
    }
    const told = this.told();
    for (let index = 0; index < told.length; index++) {
      told[index]!.eventId = event.value.eventId;
      told[index]!.imported = event.value.imported;
    }
    attach(told, facts, before.profile);
    return told;
  }

  ofTimer(change: TimerChange): readonly SignalOutput[] {
    const { before, facts, due, silent } = change;
    this.count = 0;
    this.tellCrossed(before, change);
    if (silent && (facts.flags & LIVE) !== 0) this.lead("inactive", change);
    const told = this.told();
    for (const signal of told) {
      signal.due = due;
      signal.imported = (facts.flags & LIVE) === 0;
    }
    attach(told, facts, before.profile);
    return told;
  }

  private told(): readonly MutableSignal[] {
    let list = this.lists[this.count];
    if (list === undefined) {
      list = this.signals.slice(0, this.count);
      this.lists[this.count] = list;
    }
    return list;
  }

  /** One more, about the lead as it stands. */
  private lead(kind: SignalOutput["kind"], { facts, now, model }: Standing): MutableSignal {
    let signal = this.signals[this.count];
    if (signal === undefined) {
      signal = blankSignal(kind, now, facts.leadId);
      this.signals.push(signal);
    } else clearSignal(signal, kind, now, facts.leadId);
    this.count++;
    signal.score = facts.score;
    signal.band = facts.band;
    signal.grade = facts.grade;
    signal.temperature = facts.temperature;
    signal.model = model.name;
    signal.modelVersion = model.version;
    return signal;
  }

  private tellOwn(change: Change): void {
    const { before, event, verdict } = change;
    if (verdict === "duplicate") return;
    if (event.type === "Capture" && (before.flags & CAPTURED) === 0) this.lead("captured", change);
    else if (event.type === "Status") sayStatus(this.lead("status", change), event.value);
    else if (event.type === "Command") sayCommand(this.lead(event.value.command === "erase" ? "erased" : "command", change), event.value);
  }

  /** The band changed (up or down), or only the grade (direction none): B becomes A when the budget becomes clear. */
  private tellCrossed(before: LeadState, standing: Standing): void {
    const { facts, model } = standing;
    const from = before.band === "" ? model.bandNames[0]! : before.band;
    const regraded = before.grade !== facts.grade && (before.flags & CAPTURED) !== 0;
    if (from === facts.band && !regraded) return;
    const signal = this.lead("crossed", standing);
    signal.previousBand = from;
    // A band that the model no longer has counts as the lowest.
    const change = model.bandNames.indexOf(facts.band) - Math.max(0, model.bandNames.indexOf(from));
    signal.direction = change > 0 ? "up" : change < 0 ? "down" : "none";
  }
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
  for (let index = 0; index < signals.length; index++) {
    const signal = signals[index]!;
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
