import type { Profile, Touch, Verdict } from "@leadstream/schemas";
import { AwardSheet } from "./award-sheet.ts";
import { BandJudge } from "./band-judge.ts";
import type { CompiledModel, CompiledRule } from "./compile-model.ts";
import { correctionsOf } from "./corrections.ts";
import type { Decision, Facts, LeadEvent } from "./decision.ts";
import { awardRows, silenceRow } from "./engagement-rows.ts";
import { effectiveTime } from "./event-time.ts";
import { applyFacts, factsOf, insertEntry, NO_AWARDS, takeFacts } from "./facts.ts";
import { TwoHashes } from "./hash.ts";
import { LedgerRows } from "./ledger-rows.ts";
import { nextSilence } from "./next-timers.ts";
import { blankScore, type Change, eventOutput, modelOutput, timerOutput } from "./outputs.ts";
import { OwnDecision } from "./own-decision.ts";
import { copyProfile, type LeadProfile, mergeCapture, mergeProfile, sameAttributes } from "./profile.ts";
import { signalsOf, timerSignals } from "./signals.ts";
import { bandAt, clampScore, fitOf, fitRows, gradeOf, silenceOf, temperatureOf } from "./standing.ts";
import {
  ATTRIBUTES_NEW,
  CAPTURED,
  ERASED,
  INTENT,
  initialState,
  type LeadState,
  LIVE,
  NEVER,
  SILENCE_TOLD,
  TIMER_CROSSING,
  TOUCHED,
} from "./state.ts";

const NOTHING_AWAITED: ReadonlySet<string> = new Set();

/**
 * Scores leads under one model. `decide` and `decideTimer` look, `evolve` changes: state and input alone make the answer, there is no
 * clock and no memory between calls (the scratch space inside is refilled by every call, and so is the decision that a call returns).
 */
export class Scorer {
  readonly model: CompiledModel;
  private readonly sheet: AwardSheet;
  private readonly bands: BandJudge;
  private readonly held: boolean[];
  private readonly holds: boolean[];
  private readonly taken: boolean[];
  private readonly rows = new LedgerRows();
  /** Of the present event's id. */
  private readonly id = new TwoHashes();
  /** Of a lead not seen before; never changed but for its id. */
  private readonly unseen: LeadState = initialState("");
  private readonly facts: Facts = factsOf(this.unseen);
  private readonly score = blankScore();
  private readonly decision = new OwnDecision(this.facts);
  /** Filled by every `decide` before it is read. */
  private readonly change = {} as { -readonly [K in keyof Change]: Change[K] };
  /** Facts of the decision that the sheet still holds. */
  private decided: Facts | null = null;
  /** No profile rule was applied to the lead yet, not even those that hold for an empty profile. */
  private unscored = false;

  constructor(model: CompiledModel) {
    this.model = model;
    this.sheet = new AwardSheet(model);
    this.bands = new BandJudge(model, this.sheet);
    this.held = model.profileRules.map(() => false);
    this.holds = model.profileRules.map(() => false);
    this.taken = new Array<boolean>(model.exclusiveGroups).fill(false);
    this.change.facts = this.facts;
    this.change.model = model;
  }

  /** What `event`, received at log time `now`, does to the lead. `state` is null for a lead not seen before; of each `awaited` kind of touch a signal tells. */
  decide(state: LeadState | null, event: LeadEvent, now: number, awaited: ReadonlySet<string> = NOTHING_AWAITED): Decision {
    const { model } = this;
    const { value } = event;
    this.unseen.leadId = value.leadId;
    const before = state ?? this.unseen;
    const facts = takeFacts(this.facts, before);
    const rows = this.rows.begin();
    this.id.take(value.eventId);
    const { high, low } = this.id;
    const known = before.ids.has(high, low, now, model.model.duplicates.windowMs);
    const { effectiveAt, verdict } = effectiveTime(value.occurredAt, now, value.imported, model.model.late);
    const countsAt = Math.min(effectiveAt, now);
    const ownTime = value.imported && (before.flags & LIVE) === 0;
    this.advance(before, facts, rows, ownTime ? (known ? before.at : Math.max(before.at, countsAt)) : Math.max(before.at, now));
    let finalVerdict: Verdict = known ? "duplicate" : verdict;
    if (!known) {
      facts.remembers = true;
      facts.idHigh = high;
      facts.idLow = low;
      facts.idTime = value.imported ? NEVER : now;
      this.unscored = state === null || (before.flags & ERASED) !== 0;
      facts.flags &= ~ERASED;
      if (this.applyEvent(before, facts, rows, event, countsAt) === "unknown") finalVerdict = "unknown";
      if (this.unscored) this.scoreProfile(facts, rows, before.profile, before.profile, countsAt);
    }
    this.conclude(before, facts, rows);
    this.decided = facts;
    const { change } = this;
    change.before = before;
    change.rows = rows.taken();
    change.event = event;
    change.verdict = finalVerdict;
    change.effectiveAt = effectiveAt;
    change.now = now;
    change.awaited = awaited;
    const signals = signalsOf(change);
    const output = eventOutput(this.score, change);
    if (facts.past === null) return this.decision.take(output, signals);
    return this.decision.take(output, signals, correctionsOf(change, facts.past.changes));
  }

  /** What it does that the timer of `kind` came due at `due`; `now` is the log time that let it fire. */
  decideTimer(state: LeadState, kind: number, due: number, now: number): Decision {
    const facts = takeFacts(this.facts, state);
    const rows = this.rows.begin();
    this.advance(state, facts, rows, Math.max(state.at, due));
    const { signalAfterMs } = this.model.model.inactivity;
    const tell = signalAfterMs !== null && (facts.flags & SILENCE_TOLD) === 0 && facts.at - facts.lastActiveAt >= signalAfterMs;
    const silent = kind !== TIMER_CROSSING && facts.lastActiveAt !== NEVER && tell;
    if (silent) facts.flags |= SILENCE_TOLD;
    this.conclude(state, facts, rows);
    const lookAgain = kind === TIMER_CROSSING && facts.band === state.band && !facts.rescored;
    if (lookAgain) {
      const { crossingDue, silenceDue, pending, flags } = facts;
      Object.assign(takeFacts(facts, state), { crossingDue, silenceDue, pending, flags });
      return this.decision.take(null, []);
    }
    const change = { before: state, facts, rows: rows.taken(), model: this.model, kind, due, now, silent };
    return this.decision.take(timerOutput(this.score, change), timerSignals(change));
  }

  /** What this model makes of a lead that another one scored, without an event of the lead. History that never came to life stays at its own time. */
  decideModel(state: LeadState, now: number): Decision {
    const facts = takeFacts(this.facts, state);
    const rows = this.rows.begin();
    this.advance(state, facts, rows, (state.flags & LIVE) === 0 ? state.at : Math.max(state.at, now));
    this.conclude(state, facts, rows);
    const change = { before: state, facts, rows: rows.taken(), model: this.model, kind: TIMER_CROSSING, due: facts.at, now, silent: false };
    return this.decision.take(modelOutput(this.score, change), timerSignals(change));
  }

  /** Decay, expiry and silence up to `at`, or the change of model; the sheet then holds the lead's awards. */
  private advance(before: LeadState, facts: Facts, rows: LedgerRows, at: number): void {
    const { model, sheet } = this;
    this.decided = null;
    facts.at = at;
    facts.modelVersion = model.version;
    sheet.load(before, at);
    if (before.modelVersion !== model.version && before.at !== 0) {
      this.rescore(before, facts, rows);
      return;
    }
    if (at === before.at) return;
    const silence = silenceOf(model, before.lastActiveAt, at);
    const points = sheet.sums.pointsAt(at);
    const changed = points - (before.engagement - before.silence);
    if (changed !== 0) {
      const expired = sheet.sums.expiringAt(at) - sheet.sums.expiringAt(before.at);
      if (expired !== 0) rows.add("expire", "expire", "engagement", expired, at);
      if (changed !== expired) rows.add("decay", "decay", "engagement", changed - expired, at);
    }
    if (silence !== before.silence) silenceRow(rows, this.model, before.lastActiveAt, silence - before.silence, at);
    facts.silence = silence;
    facts.engagement = points + silence;
  }

  /** Another model: profile points anew, recent awards at its prices, older ones as they are (docs/scoring.md, "Versions"). */
  private rescore(before: LeadState, facts: Facts, rows: LedgerRows): void {
    const { model, sheet } = this;
    facts.rescored = true;
    // An erased lead is scored anew by its next event.
    facts.fit = (before.flags & ERASED) !== 0 ? 0 : fitOf(model, before.profile, this.held);
    facts.silence = silenceOf(model, before.lastActiveAt, facts.at);
    facts.engagement = sheet.sums.pointsAt(facts.at) + facts.silence;
    const rule = `model:${model.name}@${model.version}`;
    const fit = facts.fit - before.fit;
    const engagement = facts.engagement - before.engagement;
    if (fit !== 0) rows.add(rule, "rescore", "fit", fit, facts.at);
    if (engagement !== 0) rows.add(rule, "rescore", "engagement", engagement, facts.at);
  }

  private applyEvent(before: LeadState, facts: Facts, rows: LedgerRows, event: LeadEvent, at: number): "known" | "unknown" {
    switch (event.type) {
      case "Capture": {
        const profile = copyProfile(before.profile);
        mergeCapture(profile, event.value, at);
        this.replaceProfile(before, facts, rows, profile, at);
        facts.flags |= CAPTURED;
        if (!event.value.imported) this.becomeActive(facts, rows, at);
        return "known";
      }
      case "Touch": {
        const { value } = event;
        if (value.profile !== null) this.mergeSaid(before, facts, rows, value.profile, at);
        facts.flags |= TOUCHED;
        const plan = this.model.touches.get(value.kind);
        if (plan?.statesIntent === true) facts.flags |= INTENT;
        if (!value.imported) this.becomeActive(facts, rows, at);
        if (plan === undefined || plan.rules.length === 0) return "unknown";
        this.award(facts, rows, plan.rules, value, at);
        return "known";
      }
      case "Status": {
        const { value } = event;
        if (value.profile !== null) this.mergeSaid(before, facts, rows, value.profile, at);
        const rules = this.model.statusRules.get(value.status);
        if (rules !== undefined) this.award(facts, rows, rules, null, at);
        return "known";
      }
      case "Command": {
        if (event.value.command === "erase") facts.erased = true;
        return "known";
      }
    }
  }

  private mergeSaid(before: LeadState, facts: Facts, rows: LedgerRows, said: Profile, at: number): void {
    const profile = copyProfile(before.profile);
    mergeProfile(profile, said, at);
    this.replaceProfile(before, facts, rows, profile, at);
  }

  private replaceProfile(before: LeadState, facts: Facts, rows: LedgerRows, profile: LeadProfile, at: number): void {
    this.scoreProfile(facts, rows, before.profile, profile, at);
    facts.profile = profile;
    if (!sameAttributes(before.profile, profile)) facts.flags |= ATTRIBUTES_NEW;
  }

  private scoreProfile(facts: Facts, rows: LedgerRows, before: LeadProfile, after: LeadProfile, at: number): void {
    if (this.unscored) this.held.fill(false);
    else fitOf(this.model, before, this.held);
    this.unscored = false;
    facts.fit = fitOf(this.model, after, this.holds);
    fitRows(rows, this.model, this.held, this.holds, at);
  }

  /** The lead acted live: clocks run, and what silence took comes back. */
  private becomeActive(facts: Facts, rows: LedgerRows, at: number): void {
    facts.flags |= LIVE;
    if (at <= facts.lastActiveAt) return;
    facts.lastActiveAt = at;
    facts.flags &= ~SILENCE_TOLD;
    const silence = silenceOf(this.model, at, facts.at);
    if (silence === facts.silence) return;
    silenceRow(rows, this.model, at, silence - facts.silence, facts.at);
    facts.engagement += silence - facts.silence;
    facts.silence = silence;
  }

  private award(facts: Facts, rows: LedgerRows, rules: readonly CompiledRule[], touch: Touch | null, at: number): void {
    const { sheet, taken } = this;
    for (let group = 0; group < taken.length; group++) taken[group] = false;
    let awards = NO_AWARDS;
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index]!;
      if (touch !== null && !rule.touchTest(touch)) continue;
      if (rule.exclusive >= 0) {
        if (taken[rule.exclusive]) continue;
        taken[rule.exclusive] = true;
      }
      sheet.enter(rule, at);
      awards = awards.length === 0 ? rule.hashes : [...awards, rule.hash];
    }
    if (awards.length === 0) return;
    sheet.settle(facts.at);
    facts.awards = awards;
    facts.awardsAt = at;
    awardRows(facts, rows, sheet, at);
  }

  /** Clamp, band, grade, temperature and the next timers. */
  private conclude(before: LeadState, facts: Facts, rows: LedgerRows): void {
    const { model } = this;
    if (facts.erased) {
      this.erase(before, facts, rows);
      return;
    }
    const raw = facts.fit + facts.engagement;
    facts.score = clampScore(model, raw);
    const cut = facts.score - raw;
    const cutBefore = before.score - (before.fit + before.engagement);
    if (cut !== cutBefore) {
      const rule = cut < 0 || (cut === 0 && cutBefore < 0) ? "clamp:max" : "clamp:min";
      rows.add(rule, "clamp", "engagement", cut - cutBefore, facts.at);
    }
    const band = this.bands.judge(before, facts);
    facts.grade = gradeOf(model, facts.profile ?? before.profile, facts.fit, facts.engagement);
    facts.temperature = temperatureOf(model, band, facts.flags, facts.profile ?? before.profile);
    if ((facts.flags & LIVE) === 0) {
      facts.crossingDue = facts.silenceDue = NEVER;
      return;
    }
    facts.silenceDue = nextSilence(model, facts.lastActiveAt, facts.flags, facts.at);
    facts.crossingDue = this.bands.nextDue(facts);
  }

  /** Whatever the lead had is given back to zero in one row; only the ids of its events stay, so that a retry stays a duplicate. */
  private erase(before: LeadState, facts: Facts, rows: LedgerRows): void {
    rows.begin();
    if (before.score !== 0) rows.add("erase", "correction", "engagement", -before.score, facts.at);
    const { at, modelVersion, remembers, idHigh, idLow, idTime } = facts;
    Object.assign(takeFacts(facts, initialState(facts.leadId)), {
      at,
      modelVersion,
      remembers,
      idHigh,
      idLow,
      idTime,
      erased: true,
      flags: ERASED,
    });
    const band = bandAt(this.model, 0, 0);
    facts.band = this.model.bandNames[band]!;
    facts.temperature = temperatureOf(this.model, band, 0, initialState(facts.leadId).profile);
  }

  /** The state after a decision; changes `state` in place and returns it. */
  evolve(state: LeadState | null, { facts }: Pick<Decision, "facts">): LeadState {
    let next = state ?? initialState(facts.leadId);
    if (facts.erased) {
      next = { ...initialState(facts.leadId), ids: next.ids };
    }
    this.bands.remember(next, facts);
    applyFacts(next, facts);
    // Recent awards whose rule this model does not have stay, worth nothing: a model that is published again counts them again.
    if (facts.rescored && !facts.erased) this.sheet.rewriteBase(next);
    this.keepAwards(next, facts);
    if (facts.remembers) next.ids.remember(facts.idHigh, facts.idLow, facts.idTime, this.model.model.duplicates);
    return next;
  }

  /** One by one while late events may change them; where the model keeps none, the sheet of this decision holds the sums already. */
  private keepAwards(next: LeadState, facts: Facts): void {
    const { sheet } = this;
    const { horizonMs, touches } = this.model.model.late;
    if (touches === 0 && facts.awards.length > 0 && this.decided === facts && !facts.rescored && next.entryTimes.length === 0) {
      sheet.storeBase(next);
      return;
    }
    const { awards } = facts;
    for (let index = 0; index < awards.length; index++) insertEntry(next, awards[index]!, facts.awardsAt);
    if (next.entryTimes.length > 0) sheet.absorb(next, next.at - horizonMs, touches);
  }
}
