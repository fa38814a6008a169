export { LearningError, type LearningErrorCode } from "./errors.ts";
export { chooseRecipe, fitFirst, type Recipe, recipes } from "./learn/choose.ts";
export { type Column, ColumnSet } from "./learn/columns.ts";
export { type Design, designOf } from "./learn/design.ts";
export { type Feature, type PlanOptions, planFeatures, usualPlan } from "./learn/feature-plan.ts";
export { type CustomerTrait, type IdealCustomer, idealCustomerOf } from "./learn/ideal-customer.ts";
export { type Comparison, type Learned, type LearnOptions, learn, usualLearning } from "./learn/learn.ts";
export { type AdditiveFit, type FitOptions, fitLogistic, logitOf } from "./learn/logistic-regression.ts";
export { documentOf, type LearnedDocument, type LearnedRule, type PlainDocument } from "./learn/model-document.ts";
export { fitNaiveBayes } from "./learn/naive-bayes.ts";
export { type RollingOptions, rollingScores } from "./learn/rolling.ts";
export { inOrder, type Sample, sampleOf } from "./learn/sample.ts";
export { type FeatureShift, shiftsOf } from "./learn/stability.ts";
export { type Fitter, foldsAuc, logisticFitter, rowsBetween } from "./learn/validation.ts";
export { type BacktestOptions, type BacktestReport, backtestReport, type WeeklyThreshold } from "./measures/backtest.ts";
export {
  type Calibration,
  calibrationOf,
  fitProbabilityMap,
  type ProbabilityMap,
  pointsAt,
  probabilityOf,
  type ReliabilityBin,
  wilson,
} from "./measures/calibration.ts";
export { type Drift, type DriftLimits, driftOf, driftOfMonths, type MonthRow, usualDriftLimits } from "./measures/drift.ts";
export { type ErrorLists, type ErrorRow, errorListsOf } from "./measures/error-lists.ts";
export { aucOf, type Decile, decilesOf, type Ranking, rankingOf } from "./measures/ranking.ts";
export type { ScoredLead } from "./measures/scored-lead.ts";
export { type ThresholdRow, thresholdForPrecision, thresholdForVolume, thresholdRows } from "./measures/thresholds.ts";
export {
  type HandOverLimits,
  type HandOverRow,
  handOverAdvice,
  handOverOf,
  usualHandOverLimits,
  type Volume,
  volumeOf,
  type WeekRow,
} from "./measures/volume.ts";
export { AsOf } from "./replay/as-of.ts";
export { LeadHistories, type LeadHistory } from "./replay/lead-histories.ts";
export { byKnowledge, byOccurrence, knownAt, type LoggedEvent } from "./replay/logged-event.ts";
export { type Outcome, type OutcomeRules, outcomeOf, usualOutcomes } from "./replay/outcome.ts";
export {
  type DecisionRule,
  type LeadSnapshot,
  type Replay,
  type ReplayedLead,
  type ReplayOptions,
  replayLead,
} from "./replay/replay-lead.ts";
