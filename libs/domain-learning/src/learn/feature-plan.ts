import { customField, flagFields, flagOf, numberFields, numberOfText, numberReader, textFields, textReader } from "./field-value.ts";
import type { Sample } from "./sample.ts";

/** One attribute or behaviour with its buckets. Each bucket is a column of the regression and becomes a rule. */
export type Feature =
  /** One column for each level, one for all other values, one for a value that is missing. */
  | { readonly kind: "text"; readonly field: string; readonly levels: readonly string[] }
  /** Bucket i holds [edges[i-1], edges[i]); one more column for a missing value. */
  | { readonly kind: "number"; readonly field: string; readonly edges: readonly number[] }
  | { readonly kind: "flag"; readonly field: string }
  | { readonly kind: "tag"; readonly tag: string }
  /** One column for each number of times that is reached. */
  | { readonly kind: "touch"; readonly touch: string; readonly steps: readonly number[] }
  /** Last judgement of a seller, 1 to 5. */
  | { readonly kind: "feedback" };

export interface PlanOptions {
  readonly profile: boolean;
  readonly behaviour: boolean;
  readonly feedback: boolean;
  /** A bucket needs so many leads to stand for itself. */
  readonly leastLeads: number;
  /** Most levels of a text field, the commonest first. */
  readonly mostLevels: number;
  readonly numberBuckets: number;
  /** Fields that are left out, such as one that is written only after the outcome. */
  readonly leaveOut: readonly string[];
}

export const usualPlan: PlanOptions = {
  profile: true,
  behaviour: true,
  feedback: false,
  leastLeads: 25,
  mostLevels: 30,
  numberBuckets: 10,
  leaveOut: [],
};

/** More different values than this make a field of numbers a measure, not a code. */
const MOST_CODES = 12;
const TOUCH_STEPS = [1, 2, 3, 5, 10] as const;
const MOST_TAGS = 30;

/** Decides on buckets by looking at how often values occur, never at outcomes. */
export function planFeatures(samples: readonly Sample[], options: PlanOptions = usualPlan): readonly Feature[] {
  const features: Feature[] = [];
  const wanted = (field: string): boolean => !options.leaveOut.includes(field);
  if (options.profile) {
    for (const field of textFields) if (wanted(field)) features.push(...textFeature(samples, field, options));
    for (const field of numberFields) if (wanted(field)) features.push(...numberFeature(samples, field, options));
    for (const field of flagFields) if (wanted(field)) features.push(...flagFeature(samples, field, options));
    for (const field of customFieldsOf(samples)) {
      if (wanted(field)) features.push(...(isMeasure(samples, field) ? numberFeature : textFeature)(samples, field, options));
    }
    if (wanted("tags")) features.push(...tagFeatures(samples, options));
  }
  if (options.behaviour) features.push(...touchFeatures(samples, options));
  if (options.feedback && samples.some((sample) => sample.quality !== null)) features.push({ kind: "feedback" });
  return features;
}

function customFieldsOf(samples: readonly Sample[]): readonly string[] {
  const names = new Set<string>();
  for (const { profile } of samples) for (const name of profile.customNames) names.add(name);
  return [...names].sort().map(customField);
}

function isMeasure(samples: readonly Sample[], field: string): boolean {
  const values = new Set<string>();
  const read = textReader(field);
  for (const { profile } of samples) {
    const text = read(profile);
    if (text === null || values.has(text)) continue;
    if (numberOfText(text) === null) return false;
    values.add(text);
  }
  return values.size > MOST_CODES;
}

function textFeature(samples: readonly Sample[], field: string, { leastLeads, mostLevels }: PlanOptions): readonly Feature[] {
  const counts = new Map<string, number>();
  const read = textReader(field);
  for (const { profile } of samples) {
    const text = read(profile);
    if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const levels = [...counts]
    .filter(([, count]) => count >= leastLeads)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, mostLevels)
    .map(([level]) => level);
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // One level that every lead has says nothing.
  return levels.length === 0 || (counts.size === 1 && known === samples.length) ? [] : [{ kind: "text", field, levels }];
}

function numberFeature(samples: readonly Sample[], field: string, { leastLeads, numberBuckets }: PlanOptions): readonly Feature[] {
  const values: number[] = [];
  const read = numberReader(field);
  for (const { profile } of samples) {
    const value = read(profile);
    if (typeof value === "number") values.push(value);
  }
  if (values.length < leastLeads) return [];
  values.sort((a, b) => a - b);
  const size = Math.max(leastLeads, Math.ceil(values.length / numberBuckets));
  const edges: number[] = [];
  let begin = 0;
  while (begin + size < values.length) {
    // An edge is a value that occurs; equal values stay in one bucket.
    let end = begin + size;
    while (end < values.length && values[end] === values[end - 1]) end++;
    if (values.length - end < leastLeads) break;
    edges.push(values[end]!);
    begin = end;
  }
  return edges.length === 0 && values.length === samples.length ? [] : [{ kind: "number", field, edges }];
}

function flagFeature(samples: readonly Sample[], field: string, { leastLeads }: PlanOptions): readonly Feature[] {
  const set = samples.reduce((sum, { profile }) => sum + (flagOf(profile, field) ? 1 : 0), 0);
  return set >= leastLeads && samples.length - set >= leastLeads ? [{ kind: "flag", field }] : [];
}

function tagFeatures(samples: readonly Sample[], { leastLeads }: PlanOptions): readonly Feature[] {
  const counts = new Map<string, number>();
  for (const { profile } of samples) for (const tag of profile.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count >= leastLeads && samples.length - count >= leastLeads)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, MOST_TAGS)
    .map(([tag]): Feature => ({ kind: "tag", tag }));
}

function touchFeatures(samples: readonly Sample[], { leastLeads, leaveOut }: PlanOptions): readonly Feature[] {
  const kinds = new Set<string>();
  for (const { touches } of samples) for (const kind of touches.keys()) kinds.add(kind);
  return [...kinds].sort().flatMap((touch): Feature[] => {
    if (leaveOut.includes(touch)) return [];
    const steps = TOUCH_STEPS.filter((step) => {
      const reached = samples.reduce((sum, { touches }) => sum + ((touches.get(touch) ?? 0) >= step ? 1 : 0), 0);
      return reached >= leastLeads && samples.length - reached >= leastLeads;
    });
    return steps.length === 0 ? [] : [{ kind: "touch", touch, steps }];
  });
}
