import { type Decision, initialState, type LeadState, NEVER, type Scorer, TIMER_CROSSING, TIMER_SILENCE } from "@leadstream/domain-scoring";
import { AsOf } from "./as-of.ts";
import type { LeadHistory } from "./lead-histories.ts";
import { byKnowledge, byOccurrence, knownAt, type LoggedEvent } from "./logged-event.ts";
import { type Outcome, type OutcomeRules, outcomeOf } from "./outcome.ts";

/** The instant at which a lead's score is judged; always before its outcome. */
export type DecisionRule =
  | { readonly at: "after-capture"; readonly ms: number }
  /** When the lead first reaches the band of that index (0 = lowest). */
  | { readonly at: "first-crossing"; readonly band: number }
  | { readonly at: "outcome" };

export interface ReplayOptions {
  readonly decide: DecisionRule;
  readonly outcomes: OutcomeRules;
  /** Leads captured in [from, to) count; ms since epoch. */
  readonly from: number;
  readonly to: number;
}

/** What the replay of one lead gives. Times in ms since epoch, points in thousandths. */
export interface ReplayedLead {
  readonly leadId: string;
  readonly capturedAt: number;
  readonly decidedAt: number;
  readonly outcome: Omit<Outcome, "logged"> | null;
  /** Score at the decision instant. */
  readonly score: number;
  /** First time in each band of the model, or NEVER. */
  readonly enteredAt: readonly number[];
  /** Last judgement of a seller, 1 to 5; may be later than the decision, so it is for lists only. */
  readonly quality: number | null;
  readonly rep: string | null;
  readonly events: number;
}

/** What features are made of: the lead as it was known at its decision instant. */
export interface LeadSnapshot {
  readonly profile: LeadState["profile"];
  /** Kind of touch → how often, repeats of one event id left out. */
  readonly touches: ReadonlyMap<string, number>;
  /** Last judgement of a seller that was known then, 1 to 5. */
  readonly quality: number | null;
}

export interface Replay {
  readonly lead: ReplayedLead;
  readonly snapshot: LeadSnapshot;
}

/** Replays one lead with as-of semantics. null = it has no capture in the range. */
export function replayLead(scorer: Scorer, history: LeadHistory, options: ReplayOptions): Replay | null {
  const { events } = history;
  const captured = captureOf(events);
  if (captured === null || captured.event.value.occurredAt < options.from || captured.event.value.occurredAt >= options.to) return null;
  const outcome = outcomeOf(events, options.outcomes);
  const asOf = asOfRule(scorer, events, captured, outcome, options.decide);
  const run = new LeadRun(scorer);
  const later: LoggedEvent[] = [];
  for (const logged of events.toSorted(byOccurrence)) {
    if (asOf.knows(logged)) run.take(asOf.admit(logged));
    else if (outcome === null || byKnowledge(logged, outcome.logged) < 0) later.push(logged);
  }
  const score = run.scoreAt(asOf.instant);
  const snapshot: LeadSnapshot = { profile: run.profile, touches: new Map(run.touches), quality: run.quality };
  for (const logged of later) run.take(logged);
  return {
    lead: {
      leadId: history.leadId,
      capturedAt: captured.event.value.occurredAt,
      decidedAt: asOf.instant,
      outcome: outcome === null ? null : { won: outcome.won, at: outcome.at, amount: outcome.amount, reason: outcome.reason },
      score,
      enteredAt: run.enteredAt,
      ...lastWords(events),
      events: events.length,
    },
    snapshot,
  };
}

function captureOf(events: readonly LoggedEvent[]): LoggedEvent | null {
  let first: LoggedEvent | null = null;
  for (const logged of events) if (logged.event.type === "Capture" && (first === null || byOccurrence(logged, first) < 0)) first = logged;
  return first;
}

function asOfRule(
  scorer: Scorer,
  events: readonly LoggedEvent[],
  captured: LoggedEvent,
  outcome: Outcome | null,
  decide: DecisionRule,
): AsOf {
  if (decide.at === "after-capture") return new AsOf(knownAt(captured) + decide.ms, outcome);
  const last = new AsOf(
    events.reduce((latest, logged) => Math.max(latest, knownAt(logged)), 0),
    outcome,
  );
  if (decide.at === "outcome") return last;
  const run = new LeadRun(scorer);
  for (const logged of events.filter((each) => last.knows(each)).sort(byKnowledge)) {
    run.take(logged);
    if (run.enteredAt[decide.band]! !== NEVER) return new AsOf(knownAt(logged), outcome);
  }
  return last;
}
/** The last words of sellers in the whole history: for lists, never for features. */
function lastWords(events: readonly LoggedEvent[]): { quality: number | null; rep: string | null } {
  let judged: LoggedEvent | null = null;
  let held: LoggedEvent | null = null;
  for (const logged of events) {
    if (logged.event.type !== "Status") continue;
    if (logged.event.value.quality !== null && (judged === null || byKnowledge(judged, logged) < 0)) judged = logged;
    if (logged.event.value.rep !== null && (held === null || byKnowledge(held, logged) < 0)) held = logged;
  }
  const statusIn = (logged: LoggedEvent | null) => (logged?.event.type === "Status" ? logged.event.value : null);
  return { quality: statusIn(judged)?.quality ?? null, rep: statusIn(held)?.rep ?? null };
}

/** One lead on its way through the scorer. */
class LeadRun {
  readonly enteredAt: number[];
  readonly touches = new Map<string, number>();
  quality: number | null = null;
  private qualityKnownAt = NEVER;
  private readonly scorer: Scorer;
  private state: LeadState | null = null;

  constructor(scorer: Scorer) {
    this.scorer = scorer;
    this.enteredAt = scorer.model.bandNames.map(() => NEVER);
  }

  get profile(): LeadState["profile"] {
    return this.state?.profile ?? initialState("").profile;
  }

  take(logged: LoggedEvent): void {
    const { event, loggedAt } = logged;
    this.fireUntil(loggedAt);
    const decision = this.scorer.decide(this.state, event, loggedAt);
    const counts = decision.output?.verdict !== "duplicate";
    this.evolve(decision, knownAt(logged));
    if (!counts) return;
    if (event.type === "Touch") this.touches.set(event.value.kind, (this.touches.get(event.value.kind) ?? 0) + 1);
    else if (event.type === "Status" && event.value.quality !== null && knownAt(logged) >= this.qualityKnownAt) {
      this.quality = event.value.quality;
      this.qualityKnownAt = knownAt(logged);
    } else if (event.type === "Command" && event.value.command === "erase") this.touches.clear();
  }

  /** Thousandths; what decay and silence made of it until then. */
  scoreAt(instant: number): number {
    const { state, scorer } = this;
    if (state === null) return 0;
    return instant <= state.at ? state.score : scorer.decideTimer(state, TIMER_SILENCE, instant, instant).facts.score;
  }

  /** Scores that rise by themselves, when taken points fade, cross bands too. */
  private fireUntil(now: number): void {
    while (this.state !== null && this.state.crossingDue !== NEVER && this.state.crossingDue <= now) {
      const due = this.state.crossingDue;
      this.evolve(this.scorer.decideTimer(this.state, TIMER_CROSSING, due, now), due);
      if (this.state.crossingDue === due) return;
    }
  }

  private evolve(decision: Decision, at: number): void {
    this.state = this.scorer.evolve(this.state, decision);
    const band = this.scorer.model.bandNames.indexOf(this.state.band);
    for (let index = 0; index <= band; index++) if (this.enteredAt[index] === NEVER) this.enteredAt[index] = at;
  }
}
