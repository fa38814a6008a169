import type { ScoredLead } from "./scored-lead.ts";

/** probability = 1 / (1 + e^-(offset + slope × points)): what a score is worth (Platt 1999). Points, not thousandths. */
export interface ProbabilityMap {
  readonly offset: number;
  readonly slope: number;
}

const THOUSANDTHS = 1000;
const STEPS = 50;
const CLOSE_ENOUGH = 1e-9;
/** Keeps the slope finite when a score parts won and lost entirely. */
const RIDGE = 1e-3;

export const logistic = (logit: number): number => 1 / (1 + Math.exp(-logit));

export const probabilityOf = (map: ProbabilityMap, score: number): number => logistic(map.offset + (map.slope * score) / THOUSANDTHS);

/** Points at which the map gives a probability. */
export const pointsAt = (map: ProbabilityMap, probability: number): number =>
  (Math.log(probability / (1 - probability)) - map.offset) / map.slope;

/** Fits the map by Newton's method; null without both kinds of outcome or when all scores are equal. */
export function fitProbabilityMap(leads: readonly ScoredLead[]): ProbabilityMap | null {
  const won = leads.filter((lead) => lead.won).length;
  if (won === 0 || won === leads.length) return null;
  const mean = leads.reduce((sum, lead) => sum + lead.score, 0) / leads.length;
  const spread = Math.sqrt(leads.reduce((sum, lead) => sum + (lead.score - mean) ** 2, 0) / leads.length);
  if (spread === 0) return null;
  let offset = Math.log(won / (leads.length - won));
  let slope = 0;
  for (let step = 0; step < STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, -RIDGE * slope, 1e-12, 0, RIDGE];
    for (const lead of leads) {
      const x = (lead.score - mean) / spread;
      const p = logistic(offset + slope * x);
      const error = (lead.won ? 1 : 0) - p;
      const weight = p * (1 - p);
      g0 += error;
      g1 += error * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    const stepOffset = (h11 * g0 - h01 * g1) / determinant;
    const stepSlope = (h00 * g1 - h01 * g0) / determinant;
    offset += Math.max(-2, Math.min(2, stepOffset));
    slope += Math.max(-2, Math.min(2, stepSlope));
    if (Math.abs(stepOffset) + Math.abs(stepSlope) < CLOSE_ENOUGH) break;
  }
  return { offset: offset - (slope * mean) / spread, slope: (slope / spread) * THOUSANDTHS };
}

/** Leads of like probability: what was said of them, and what came. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly leads: number;
  readonly expected: number;
  readonly observed: number;
  /** 95 % interval of the observed rate (Wilson). */
  readonly low: number;
  readonly high: number;
}

export interface Calibration {
  readonly map: ProbabilityMap;
  readonly bins: readonly ReliabilityBin[];
  /** Mean squared error of the probability; 0 is perfect. */
  readonly brier: number;
  /** Mean distance of expected and observed over bins, by leads. */
  readonly meanGap: number;
}

const BINS = 10;

/** Ten parts of equal size by expected probability. */
export function calibrationOf(map: ProbabilityMap, leads: readonly ScoredLead[]): Calibration {
  const said = leads.map((lead) => ({ probability: probabilityOf(map, lead.score), won: lead.won ? 1 : 0 }));
  said.sort((a, b) => a.probability - b.probability);
  const bins: ReliabilityBin[] = [];
  let start = 0;
  for (let bin = 1; bin <= BINS && start < said.length; bin++) {
    let end = Math.max(start + 1, Math.round((bin * said.length) / BINS));
    while (end < said.length && said[end]!.probability === said[end - 1]!.probability) end++;
    bins.push(binOf(said.slice(start, end)));
    start = end;
  }
  const brier = said.reduce((sum, { probability, won }) => sum + (probability - won) ** 2, 0) / Math.max(1, said.length);
  const meanGap = bins.reduce((sum, bin) => sum + Math.abs(bin.expected - bin.observed) * bin.leads, 0) / Math.max(1, said.length);
  return { map, bins, brier, meanGap };
}

function binOf(leads: readonly { readonly probability: number; readonly won: number }[]): ReliabilityBin {
  const count = leads.length;
  const won = leads.reduce((sum, lead) => sum + lead.won, 0);
  const expected = leads.reduce((sum, lead) => sum + lead.probability, 0) / count;
  return {
    from: leads[0]!.probability,
    to: leads.at(-1)!.probability,
    leads: count,
    expected,
    observed: won / count,
    ...wilson(won, count),
  };
}

const Z95 = 1.959964;

/** 95 % interval of a share (Wilson 1927). */
export function wilson(won: number, count: number): { readonly low: number; readonly high: number } {
  if (count === 0) return { low: 0, high: 1 };
  const share = won / count;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z95 / (1 + z2 / count)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
