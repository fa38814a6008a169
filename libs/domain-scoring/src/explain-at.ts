import { NO_MODEL } from "./compile-model.ts";
import type { Decision, LeadEvent, ScoreOutput } from "./decision.ts";
import { type ExplainedRow, type Explanation, explain } from "./explain.ts";
import { Scorer } from "./scorer.ts";
import { type LeadState, LIVE, NEVER, TIMER_CROSSING, TIMER_KINDS, TIMER_SILENCE, timerOf } from "./state.ts";

/** A lead that nobody touches comes to rest after a few timers: its bands, and its silence. */
const MAX_TIMERS = 1_000;

export interface ExactExplanation extends Explanation {
  /**
   * The rows hold what faded up to the instant, so that their sum is the score at it. False: they end with the last record, because an event or a
   * model that the rest follows from is not known (yet), or does not give what was recorded.
   */
  readonly exact: boolean;
}

/** A score record with the event that caused it; null for a timer or a walk over the leads, undefined for an event that is not known. */
export interface RecordedStep {
  readonly score: ScoreOutput;
  readonly event: LeadEvent | null | undefined;
}

/** A scorer of the model of that version; null when it is not known. Version 0, under which nothing scores, is never asked for. */
export type ScorerOfVersion = (version: number) => Scorer | null;

/**
 * The table of a lead at the instant `at` (log time, ms). What faded since the last record before it is found by folding the lead's events once more, each
 * under the model of its record, up to that instant (R7); every step must give what was recorded. History that never came to life does not fade.
 */
export function explainAt(steps: readonly RecordedStep[], at: number, scorerOf: ScorerOfVersion): ExactExplanation {
  const past = steps.filter(({ score }) => score.time <= at);
  const told = explain(past.map(({ score }) => score));
  const last = past.at(-1)?.score;
  if (last === undefined) return { ...told, exact: true };
  const reached = told.complete ? standingAt(past, at, scorerOf) : null;
  if (reached === null) return { ...told, exact: false };
  const { model, modelVersion } = last;
  const { band, grade, temperature } = reached;
  let running = told.score;
  const rows = reached.faded.map((row): ExplainedRow => {
    running += row.points;
    return { ...row, time: at, eventId: null, cause: "time", model, modelVersion, running };
  });
  return { rows: [...told.rows, ...rows], score: running, band, grade, temperature, complete: told.complete, exact: true };
}

interface Standing extends Pick<Explanation, "band" | "grade" | "temperature"> {
  /** The rows that the fold would write if it looked at the instant. */
  readonly faded: ScoreOutput["rows"];
}

/** How the lead stands at `at` if nothing happens after the last of `past`; null when the fold cannot be repeated. */
function standingAt(past: readonly RecordedStep[], at: number, scorerOf: ScorerOfVersion): Standing | null {
  const scorers = new Map<number, Scorer | null>([[0, new Scorer(NO_MODEL)]]);
  let state: LeadState | null = null;
  let scorer: Scorer | null = null;
  for (const step of past) {
    const { modelVersion } = step.score;
    if (!scorers.has(modelVersion)) scorers.set(modelVersion, scorerOf(modelVersion));
    scorer = scorers.get(modelVersion) ?? null;
    const decision: Decision | null = scorer === null ? null : repeated(scorer, state, step);
    if (scorer === null || decision === null || !isAsRecorded(decision.output, step.score)) return null;
    state = scorer.evolve(state, decision);
  }
  if (state === null || scorer === null) return null;
  const until = (state.flags & LIVE) === 0 ? state.at : at;
  // Copied: a scorer fills its rows anew with each decision.
  const faded = (scorer.decideModel(state, until).output?.rows ?? []).map((row) => ({ ...row }));
  const { band, grade, temperature } = scorer.decideModel(afterTimers(scorer, state, until), until).facts;
  return { faded, band, grade, temperature };
}

/** A band is left when the score passes its bound, not when somebody looks: each timer fires at its own time. Changes `state` in place. */
function afterTimers(scorer: Scorer, state: LeadState, until: number): LeadState {
  let reached = state;
  for (let fired = 0; fired < MAX_TIMERS; fired++) {
    let next = NEVER;
    for (let kind = 0; kind < TIMER_KINDS; kind++) {
      const due = timerOf(reached, kind);
      if (due !== NEVER && due <= until && (next === NEVER || due < timerOf(reached, next))) next = kind;
    }
    if (next === NEVER) break;
    const due = timerOf(reached, next);
    reached = scorer.evolve(reached, scorer.decideTimer(reached, next, due, due));
  }
  return reached;
}

function repeated(scorer: Scorer, state: LeadState | null, { score, event }: RecordedStep): Decision | null {
  if (event === undefined) return null;
  if (event !== null) return scorer.decide(state, event, score.time);
  if (state === null) return null;
  if (score.cause === "model") return scorer.decideModel(state, score.time);
  return scorer.decideTimer(state, score.kind === "crossing" ? TIMER_CROSSING : TIMER_SILENCE, score.effectiveAt, score.time);
}

function isAsRecorded(output: ScoreOutput | null, { verdict, score, fit, engagement }: ScoreOutput): boolean {
  return output?.verdict === verdict && output.score === score && output.fit === fit && output.engagement === engagement;
}
