import type { LedgerRow, Verdict } from "@leadstream/schemas";
import type { CompiledModel } from "./compile-model.ts";
import type { Facts, LeadEvent, ScoreOutput } from "./decision.ts";
import { type LeadState, LIVE, TIMER_CROSSING } from "./state.ts";

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
