import { checkModel, type Model } from "@leadstream/domain-scoring";
import { LearningError } from "../errors.ts";
import { type ProbabilityMap, pointsAt, probabilityOf } from "../measures/calibration.ts";
import type { Fitted } from "./choose.ts";
import type { RuleShape } from "./columns.ts";
import { logitOf } from "./logistic-regression.ts";

/** A plain value that can be written as YAML and read by `checkModel`. */
export type PlainDocument = Readonly<Record<string, unknown>>;

export interface DocumentOptions {
  readonly name: string;
  readonly version: number;
  /** Parsed document whose grades, temperature, late, duplicates, activity and band names are taken over. */
  readonly base: PlainDocument;
  /** Calibrated log-odds = offset + slope × log-odds of the fit. */
  readonly calibration: { readonly offset: number; readonly slope: number };
  /** Share of leads that is won, by the latest that are known. */
  readonly usualWinRate: number;
  /** Probability of winning from which a lead is MQL and SQL; null = 1.5 and 3 times the usual win rate. */
  readonly mqlProbability: number | null;
  readonly sqlProbability: number | null;
  readonly note: string;
}

/** One rule of the learned model with what stands behind it. */
export interface LearnedRule {
  readonly id: string;
  readonly label: string;
  /** Thousandths. */
  readonly points: number;
  readonly leads: number;
  readonly winRate: number;
}

export interface LearnedDocument {
  readonly document: PlainDocument;
  readonly model: Model;
  readonly rules: readonly LearnedRule[];
  /** What a score is worth. */
  readonly map: ProbabilityMap;
}

const THOUSANDTHS = 1000;
const SCALE = 100;
const points = (value: number): number => Math.round(value * THOUSANDTHS) / THOUSANDTHS;

/**
 * Weights as points on 0–100: the least log-odds that any lead had is 0, the greatest 100. Buckets of one attribute are centred on its average
 * lead, so that a rule gives points to those who win more often than that and takes them from the others; `base` is the average lead.
 */
export function documentOf(fitted: Fitted, options: DocumentOptions): LearnedDocument {
  const { set, design, fit } = fitted;
  const logits = Array.from({ length: design.rows }, (_, row) => logitOf(fit, design, row));
  const low = logits.reduce((least, logit) => Math.min(least, logit), Number.POSITIVE_INFINITY);
  const high = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  if (!(high > low)) throw new LearningError("NOTHING_TO_LEARN", "no attribute or behaviour tells won from lost", "Import more history.");
  const perLogit = SCALE / (high - low);
  const support = supportOf(fitted);
  const centres = centresOf(fitted, support);
  const base = points((fit.intercept - low + centres.reduce((sum, centre) => sum + centre, 0)) * perLogit);
  const { offset, slope } = options.calibration;
  const map: ProbabilityMap = { offset: offset + slope * low, slope: slope / perLogit };
  const rules: LearnedRule[] = [];
  const sections: { profile: PlainDocument[]; behaviour: PlainDocument[] } = { profile: [], behaviour: [] };
  if (base !== 0) sections.profile.push({ id: "base", points: base, when: { hasContact: [true, false] } });
  const ids = new Set(["base"]);
  set.columns.forEach(({ feature, label, rule }, column) => {
    const value = points((fit.weights[column]! - centres[feature]!) * perLogit);
    if (value === 0 || rule === null) return;
    const id = idOf(label, ids);
    sections[rule.section].push(ruleOf(id, value, rule));
    const { leads, won } = support[column]!;
    rules.push({ id, label, points: Math.round(value * THOUSANDTHS), leads, winRate: leads === 0 ? 0 : won / leads });
  });
  const scores = logits.map((logit) => Math.round((logit - low) * perLogit * THOUSANDTHS)).sort((a, b) => b - a);
  const bands = bandsOf(options, map, scores);
  const document = { ...headOf(options), bands, ...sections, ...takenOver(options.base) };
  const check = checkModel(document);
  if ("faults" in check)
    throw new LearningError(
      "MODEL_REFUSED",
      `the learned model is refused: ${check.faults.map(({ path, problem }) => `${path} ${problem}`).join("; ")}`,
      "Leave the field out, or ask for larger buckets.",
    );
  return { document, model: check.model, rules, map };
}

function headOf({ name, version, note }: DocumentOptions): PlainDocument {
  return { name, version, note, scale: { min: 0, max: SCALE } };
}

function supportOf({ set, design }: Fitted): readonly { leads: number; won: number }[] {
  const support = set.columns.map(() => ({ leads: 0, won: 0 }));
  for (let row = 0; row < design.rows; row++) {
    for (let index = design.starts[row]!; index < design.starts[row + 1]!; index++) {
      const column = support[design.active[index]!]!;
      column.leads++;
      column.won += design.won[row]!;
    }
  }
  return support;
}

/** Mean weight of a feature's buckets over leads; 0 where "not so" has no bucket of its own and stands at zero. */
function centresOf({ set, design, fit }: Fitted, support: readonly { leads: number }[]): readonly number[] {
  const centres = set.features.map(() => 0);
  set.columns.forEach(({ feature }, column) => {
    const { kind } = set.features[feature]!;
    if (kind === "text" || kind === "number") centres[feature]! += (fit.weights[column]! * support[column]!.leads) / design.rows;
  });
  return centres;
}

function ruleOf(id: string, value: number, rule: NonNullable<RuleShape>): PlainDocument {
  if (rule.section === "profile") return { id, points: value, when: rule.when };
  if (rule.times === 1) return { id, points: value, touch: rule.touch, count: "first" };
  // Every n-th time, but never more than once.
  return { id, points: value, touch: rule.touch, count: { every: rule.times }, cap: { lifetime: Math.abs(value) } };
}

const MOST_ID_CHARACTERS = 64;
const ROOM_FOR_NUMBER = 5;

/** `custom.job = blue-collar` → `custom.job-blue-collar`; a number where two labels give one id. */
function idOf(label: string, taken: Set<string>): string {
  const slug = label
    .toLowerCase()
    .replace("≥", "from")
    .replace("<", "below")
    .replace(/[^a-z0-9._]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  const stem = (slug === "" ? "rule" : slug).slice(0, MOST_ID_CHARACTERS - ROOM_FOR_NUMBER);
  let id = stem;
  for (let number = 2; taken.has(id); number++) id = `${stem}-${number}`;
  taken.add(id);
  return id;
}

const MQL_TIMES = 1.5;
const SQL_TIMES = 3;
/** Bands hold at least and at most such a share of leads. */
const SQL_SHARES = { least: 0.01, most: 0.3 };
const MQL_SHARES = { least: 0.05, most: 0.6 };

/** Three bands where the probability passes two marks. `scores` in thousandths, the highest first. */
function bandsOf(options: DocumentOptions, map: ProbabilityMap, scores: readonly number[]): readonly PlainDocument[] {
  const [lowest, middle, highest] = bandNamesOf(options.base);
  const winRate = options.usualWinRate;
  const sql = boundOf(options.sqlProbability, winRate * SQL_TIMES, SQL_SHARES, map, scores);
  let mql = boundOf(options.mqlProbability, winRate * MQL_TIMES, MQL_SHARES, map, scores);
  if (mql >= sql) mql = Math.max(1, sql - THOUSANDTHS);
  const worth = (bound: number): string => `wins in ${(probabilityOf(map, bound) * 100).toFixed(1)} of 100 cases at this bound`;
  return [
    { name: lowest, from: 0 },
    { name: middle, from: mql / THOUSANDTHS, note: worth(mql) },
    { name: highest, from: sql / THOUSANDTHS, note: worth(sql) },
  ];
}

/** Thousandths. A wish is kept as far as the scale goes; the default stays within its shares of leads. */
function boundOf(
  wish: number | null,
  usual: number,
  shares: { readonly least: number; readonly most: number },
  map: ProbabilityMap,
  scores: readonly number[],
): number {
  const bound = Math.round(pointsAt(map, Math.min(0.95, wish ?? usual)) * THOUSANDTHS);
  const atShare = (share: number): number => scores[Math.min(scores.length - 1, Math.floor(scores.length * share))]!;
  const kept = wish !== null ? bound : Math.max(atShare(shares.most), Math.min(bound, atShare(shares.least)));
  return Math.max(2, Math.min(kept, SCALE * THOUSANDTHS));
}

function bandNamesOf({ bands }: PlainDocument): readonly [string, string, string] {
  const names = Array.isArray(bands) ? bands.map((band: { name?: unknown }) => String(band.name)) : [];
  return names.length === 3 ? [names[0]!, names[1]!, names[2]!] : ["pool", "mql", "sql"];
}

/** What has nothing to do with weights stays as it is in the base; a matrix of points does not fit a new scale. */
function takenOver(base: PlainDocument): PlainDocument {
  const taken: Record<string, unknown> = {};
  const { grades, temperature, inactivity } = base as Record<string, Record<string, unknown> | undefined>;
  if (inactivity?.signalAfter !== undefined) taken.inactivity = { signalAfter: inactivity.signalAfter };
  if (grades?.rules !== undefined) taken.grades = { rules: grades.rules };
  if (temperature !== undefined) taken.temperature = withoutBands(temperature);
  for (const section of ["late", "duplicates", "activity"]) if (base[section] !== undefined) taken[section] = base[section];
  return taken;
}

function withoutBands(temperature: PlainDocument): PlainDocument {
  return Object.fromEntries(Object.entries(temperature).filter(([key]) => key !== "bands"));
}
