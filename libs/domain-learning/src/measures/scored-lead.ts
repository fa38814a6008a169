/** A lead with its score at the decision instant, and how it ended. */
export interface ScoredLead {
  /** Thousandths of a point, or any other number that ranks. */
  readonly score: number;
  readonly won: boolean;
}

/** Leads of one score: ties are never broken, so that no measure depends on the order of leads. */
export interface ScoreStep {
  readonly score: number;
  readonly leads: number;
  readonly won: number;
}

/** From the highest score to the lowest. */
export function stepsOf(leads: readonly ScoredLead[]): readonly ScoreStep[] {
  const steps: { score: number; leads: number; won: number }[] = [];
  for (const { score, won } of leads.toSorted((a, b) => b.score - a.score)) {
    let step = steps.at(-1);
    if (step === undefined || step.score !== score) {
      step = { score, leads: 0, won: 0 };
      steps.push(step);
    }
    step.leads++;
    if (won) step.won++;
  }
  return steps;
}
