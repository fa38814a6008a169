import { NO_CORRECTIONS } from "./corrections.ts";
import type { CorrectionOutput, Decision, Facts, ScoreOutput, SignalOutput } from "./decision.ts";

/** The decision of a scorer, filled anew by each call. */
export class OwnDecision implements Decision {
  output: ScoreOutput | null = null;
  signals: readonly SignalOutput[] = [];
  corrections: readonly CorrectionOutput[] = NO_CORRECTIONS;
  readonly facts: Facts;

  constructor(facts: Facts) {
    this.facts = facts;
  }

  take(output: ScoreOutput | null, signals: readonly SignalOutput[], corrections: readonly CorrectionOutput[] = NO_CORRECTIONS): Decision {
    this.output = output;
    this.signals = signals;
    this.corrections = corrections;
    return this;
  }
}
