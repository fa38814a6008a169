import type { CompiledModel } from "@leadstream/domain-scoring";
import type { ReplayedLead } from "../replay/replay-lead.ts";
import { type Calibration, calibrationOf, fitProbabilityMap } from "./calibration.ts";
import { type Drift, driftOf } from "./drift.ts";
import { type ErrorLists, errorListsOf } from "./error-lists.ts";
import { type Decile, decilesOf, type Ranking, rankingOf } from "./ranking.ts";
import { type ThresholdRow, thresholdForPrecision, thresholdForVolume, thresholdRows } from "./thresholds.ts";
import { type HandOverRow, handOverOf, type Volume, volumeOf } from "./volume.ts";

export interface BacktestOptions {
  /** null = as many as the log names. */
  readonly sellers: number | null;
  /** Rows of each error list. */
  readonly errorRows: number;
  /** Wanted leads a week, or null. */
  readonly wantedPerWeek: number | null;
  /** Wanted share of won among those taken, or null. */
  readonly wantedPrecision: number | null;
}

/** A threshold with what it means for a week. */
export interface WeeklyThreshold extends ThresholdRow {
  readonly perWeek: number;
  readonly perSeller: number | null;
  /** Name of the band that begins there, or null. */
  readonly band: string | null;
}

/** What one model would have said of the leads of the past. */
export interface BacktestReport {
  readonly model: string;
  readonly version: number;
  readonly leads: number;
  /** Leads with an outcome: only they are judged. */
  readonly decided: number;
  readonly ranking: Ranking;
  readonly deciles: readonly Decile[];
  readonly thresholds: readonly WeeklyThreshold[];
  readonly forVolume: WeeklyThreshold | null;
  readonly forPrecision: WeeklyThreshold | null;
  readonly volume: Volume;
  readonly handOver: readonly HandOverRow[] | null;
  /** Map of score to probability from the earlier half, held against the later half; null when outcomes are too few. */
  readonly calibration: Calibration | null;
  readonly drift: Drift;
  readonly errors: ErrorLists;
}

const STEP = 10_000;
const WEEK_MS = 7 * 86_400_000;

export function backtestReport(model: CompiledModel, leads: readonly ReplayedLead[], options: BacktestOptions): BacktestReport {
  const judged = leads
    .flatMap((lead) => (lead.outcome === null ? [] : [{ score: lead.score, won: lead.outcome.won, decidedAt: lead.decidedAt }]))
    .sort((a, b) => a.decidedAt - b.decidedAt);
  const volume = volumeOf(leads, model.bandNames, options.sellers);
  const span = leads.reduce((range, { capturedAt }) => ({ from: Math.min(range.from, capturedAt), to: Math.max(range.to, capturedAt) }), {
    from: Number.MAX_SAFE_INTEGER,
    to: 0,
  });
  const weeks = Math.max(1, (span.to - span.from) / WEEK_MS);
  // Thresholds are judged on leads with an outcome; a week brings the others too.
  const perLead = judged.length === 0 ? 0 : leads.length / judged.length / weeks;
  const weekly = (row: ThresholdRow): WeeklyThreshold => {
    const perWeek = row.leads * perLead;
    const band = model.bandFrom.indexOf(row.from);
    return {
      ...row,
      perWeek,
      perSeller: volume.sellers === null ? null : perWeek / volume.sellers,
      band: band < 0 ? null : model.bandNames[band]!,
    };
  };
  const { wantedPerWeek, wantedPrecision } = options;
  const forVolume = wantedPerWeek === null || perLead === 0 ? null : thresholdForVolume(judged, wantedPerWeek / perLead);
  const forPrecision = wantedPrecision === null ? null : thresholdForPrecision(judged, wantedPrecision);
  const half = Math.floor(judged.length / 2);
  const map = fitProbabilityMap(judged.slice(0, half));
  const { bandFrom } = model;
  return {
    model: model.name,
    version: model.version,
    leads: leads.length,
    decided: judged.length,
    ranking: rankingOf(judged),
    deciles: decilesOf(judged),
    thresholds: thresholdRows(judged, boundsOf(model)).map(weekly),
    forVolume: forVolume === null ? null : weekly(forVolume),
    forPrecision: forPrecision === null ? null : weekly(forPrecision),
    volume,
    handOver: handOverOf(leads, model.bandNames),
    calibration: map === null ? null : calibrationOf(map, judged.slice(half)),
    drift: driftOf(judged),
    errors: errorListsOf(leads, bandFrom.at(-1)!, bandFrom[1] ?? bandFrom[0]!, options.errorRows),
  };
}

/** Every ten points of the scale, and the bounds of the bands. */
function boundsOf({ min, max, bandFrom }: CompiledModel): readonly number[] {
  const bounds = new Set(bandFrom);
  for (let bound = min; bound <= max; bound += STEP) bounds.add(bound);
  return [...bounds].sort((a, b) => a - b);
}
