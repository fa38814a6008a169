import { LearningError } from "../errors.ts";
import { type Calibration, calibrationOf, fitProbabilityMap } from "../measures/calibration.ts";
import { type Drift, driftOf } from "../measures/drift.ts";
import { aucOf } from "../measures/ranking.ts";
import type { ScoredLead } from "../measures/scored-lead.ts";
import { chooseRecipe, type Fitted, fitFirst, type Recipe } from "./choose.ts";
import { type PlanOptions, planFeatures, usualPlan } from "./feature-plan.ts";
import { type IdealCustomer, idealCustomerOf } from "./ideal-customer.ts";
import { documentOf, type LearnedDocument, type PlainDocument } from "./model-document.ts";
import { fitNaiveBayes } from "./naive-bayes.ts";
import { inOrder, type Sample } from "./sample.ts";
import { nameOf, SHIFTED, shiftsOf } from "./stability.ts";
import { rowsBetween, scoreRows } from "./validation.ts";

export interface LearnOptions {
  readonly name: string;
  readonly version: number;
  /** Parsed model document whose sections without weights are taken over. */
  readonly base: PlainDocument;
  readonly plan: PlanOptions;
  /** Share of the leads, the latest, that the fit is judged on. */
  readonly judgedShare: number;
  readonly mqlProbability: number | null;
  readonly sqlProbability: number | null;
  /** Fewest leads of each outcome. */
  readonly leastOutcomes: number;
  /** Rows of each list of traits. */
  readonly traitRows: number;
}

export const usualLearning: Omit<LearnOptions, "base"> = {
  name: "learned",
  version: 1,
  plan: usualPlan,
  judgedShare: 0.3,
  mqlProbability: null,
  sqlProbability: null,
  leastOutcomes: 30,
  traitRows: 12,
};

/** AUC on leads that came later than everything that was learned from. */
export interface Comparison {
  readonly leads: number;
  readonly learned: number | null;
  readonly naiveBayes: number | null;
  readonly handSet: number | null;
  /** With sellers' judgements as one more feature; null when there are none. They never enter the written model. */
  readonly withFeedback: number | null;
}

export interface Learned extends LearnedDocument {
  readonly samples: number;
  readonly won: number;
  /** Of the written model, chosen on all leads. */
  readonly recipe: Recipe;
  /** Chosen on the earlier leads alone: `ahead` judges it. */
  readonly judgedRecipe: Recipe;
  readonly ahead: Comparison;
  /** Later leads: probability said and what came; null when the later leads cannot be told apart. */
  readonly calibration: Calibration | null;
  /** AUC by month of the later leads, under weights that never saw them. */
  readonly drift: Drift;
  /** Features whose values move with time, the most first. */
  readonly shifting: readonly { readonly name: string; readonly index: number; readonly leftOut: boolean }[];
  readonly idealCustomer: IdealCustomer;
}

/** Fits, judges ahead in time, fits again on everything and writes the model (R3, R9). */
export function learn(unordered: readonly Sample[], options: LearnOptions): Learned {
  const samples = inOrder(unordered);
  const won = samples.filter((sample) => sample.won).length;
  if (Math.min(won, samples.length - won) < options.leastOutcomes)
    throw new LearningError(
      "TOO_FEW_OUTCOMES",
      `${won} won and ${samples.length - won} lost leads are too few to learn from; each must be ${options.leastOutcomes}`,
      "Widen --from and --to, or import history with outcomes.",
    );
  const split = Math.floor(samples.length * (1 - options.judgedShare));
  const plan = { ...options.plan, feedback: false };
  const recipe = chooseRecipe(samples.slice(0, split), plan);
  const early = fitFirst(samples, split, recipe, plan);
  const later = rowsBetween(split, samples.length);
  const laterScores = scoreRows(early.fit, early.design, later);
  const { map, calibration } = calibrated(laterScores);
  const finalRecipe = chooseRecipe(samples, plan);
  const final = fitFirst(samples, samples.length, finalRecipe, plan);
  const ahead: Comparison = {
    leads: later.length,
    learned: aucOf(laterScores),
    naiveBayes: aucOf(scoreRows(fitNaiveBayes(early.design, rowsBetween(0, split)), early.design, later)),
    handSet: aucOf(later.map((row) => ({ score: samples[row]!.handSet, won: samples[row]!.won }))),
    withFeedback: options.plan.feedback ? feedbackAuc(samples, split, recipe, plan) : null,
  };
  return {
    ...documentOf(final, {
      ...options,
      calibration: map,
      usualWinRate: laterScores.filter((lead) => lead.won).length / later.length,
      note: noteOf(samples, ahead),
    }),
    samples: samples.length,
    won,
    recipe: finalRecipe,
    judgedRecipe: recipe,
    ahead,
    calibration,
    drift: driftOf(laterScores.map((lead, place) => ({ ...lead, decidedAt: samples[split + place]!.decidedAt }))),
    shifting: shiftingOf(final, samples, plan),
    idealCustomer: idealCustomerOf(samples, plan, options.traitRows),
  };
}

/** A slope below this says that the later leads are not ranked: their probabilities cannot be said from them. */
const LEAST_SLOPE = 0.1;
const THOUSANDTHS = 1000;

/** Log-odds of the fit against what came. */
function calibrated(scores: readonly ScoredLead[]): { map: { offset: number; slope: number }; calibration: Calibration | null } {
  const asThousandths = scores.map(({ score, won }) => ({ score: score * THOUSANDTHS, won }));
  const map = fitProbabilityMap(asThousandths);
  if (map === null || map.slope < LEAST_SLOPE) return { map: { offset: 0, slope: 1 }, calibration: null };
  return { map, calibration: calibrationOf({ offset: 0, slope: 1 }, asThousandths) };
}

function feedbackAuc(samples: readonly Sample[], split: number, recipe: Recipe, plan: PlanOptions): number | null {
  if (!samples.some((sample) => sample.quality !== null)) return null;
  const { fit, design } = fitFirst(samples, split, recipe, { ...plan, feedback: true });
  return aucOf(scoreRows(fit, design, rowsBetween(split, samples.length)));
}

function shiftingOf({ set }: Fitted, samples: readonly Sample[], plan: PlanOptions): Learned["shifting"] {
  const kept = new Set(set.features.map(nameOf));
  return shiftsOf(planFeatures(samples, plan), samples)
    .filter(({ index }) => index > SHIFTED)
    .sort((a, b) => b.index - a.index)
    .map(({ feature, index }) => ({ name: nameOf(feature), index, leftOut: !kept.has(nameOf(feature)) }));
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

function noteOf(samples: readonly Sample[], ahead: Comparison): string {
  const span = `${day(samples[0]!.decidedAt)} to ${day(samples.at(-1)!.decidedAt)}`;
  const auc = ahead.learned === null ? "" : `; AUC ${ahead.learned.toFixed(3)} on later leads`;
  return `Learned from ${samples.length} leads of ${span}${auc}`;
}
