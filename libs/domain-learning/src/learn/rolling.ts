import type { ScoredLead } from "../measures/scored-lead.ts";
import { ColumnSet } from "./columns.ts";
import { designOf } from "./design.ts";
import { type PlanOptions, planFeatures } from "./feature-plan.ts";
import { fitLogistic } from "./logistic-regression.ts";
import type { Sample } from "./sample.ts";
import { rowsBetween, scoreRows } from "./validation.ts";

export interface RollingOptions {
  readonly plan: PlanOptions;
  /** Leads before the first fit. */
  readonly first: number;
  /** Leads between fits. */
  readonly every: number;
  readonly ridge: number;
  /** A lead weighs half as much after so many later ones. */
  readonly halfLifeLeads: number;
}

/** A lead that weighs less counts for nothing. */
const LEAST_IMPORTANCE = 0.01;

/**
 * Scores each lead by buckets and weights from leads before it only, learned anew every so many leads (R4). `samples` in the order of time; the first
 * ones have no score.
 */
export function rollingScores(samples: readonly Sample[], options: RollingOptions): ScoredLead[] {
  const { plan, first, every, ridge, halfLifeLeads } = options;
  const reach = Math.ceil(halfLifeLeads * Math.log2(1 / LEAST_IMPORTANCE));
  const scored: ScoredLead[] = [];
  for (let at = first; at < samples.length; at += every) {
    const oldest = Math.max(0, at - reach);
    const known = at - oldest;
    const window = samples.slice(oldest, Math.min(samples.length, at + every));
    const design = designOf(new ColumnSet(planFeatures(window.slice(0, known), plan)), window);
    const importance = (place: number): number => 2 ** ((place - known) / halfLifeLeads);
    const fit = fitLogistic(design, { ridge, rows: rowsBetween(0, known), importance });
    for (const lead of scoreRows(fit, design, rowsBetween(known, window.length))) scored.push(lead);
  }
  return scored;
}
