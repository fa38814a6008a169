import type { Feature } from "./feature-plan.ts";
import { flagOf, numberReader, textReader } from "./field-value.ts";
import type { Sample } from "./sample.ts";

/** The rule that a column becomes, in the words of a model document; null = a document has no words for it. */
export type RuleShape =
  | { readonly section: "profile"; readonly when: Readonly<Record<string, unknown>> }
  | { readonly section: "behaviour"; readonly touch: string; readonly times: number }
  | null;

/** One bucket of one feature. */
export interface Column {
  readonly feature: number;
  /** For people: `industry = manufacturing`. */
  readonly label: string;
  readonly rule: RuleShape;
}

/** Columns of a plan; `encode` names those that hold for a sample. */
export class ColumnSet {
  readonly features: readonly Feature[];
  readonly columns: readonly Column[];
  private readonly firsts: readonly number[];
  /** Place of the bucket that holds, by feature of one value; null = none does. */
  private readonly places: readonly (((profile: Sample["profile"]) => number | null) | null)[];

  constructor(features: readonly Feature[]) {
    const columns: Column[] = [];
    const firsts: number[] = [];
    for (const [index, feature] of features.entries()) {
      firsts.push(columns.length);
      for (const { label, rule } of columnsOf(feature)) columns.push({ feature: index, label, rule });
    }
    this.features = features;
    this.columns = columns;
    this.firsts = firsts;
    this.places = features.map(placeReader);
  }

  /** Appends the columns that hold, in ascending order. */
  encode(sample: Pick<Sample, "profile" | "touches" | "quality">, active: number[]): void {
    const { features, firsts } = this;
    for (let index = 0; index < features.length; index++) {
      const feature = features[index]!;
      const first = firsts[index]!;
      switch (feature.kind) {
        case "text":
        case "number": {
          const place = this.places[index]!(sample.profile);
          if (place !== null) active.push(first + place);
          break;
        }
        case "flag":
          if (flagOf(sample.profile, feature.field)) active.push(first);
          break;
        case "tag":
          if (sample.profile.tags.includes(feature.tag)) active.push(first);
          break;
        case "touch": {
          const times = sample.touches.get(feature.touch) ?? 0;
          for (let step = 0; step < feature.steps.length && feature.steps[step]! <= times; step++) active.push(first + step);
          break;
        }
        case "feedback":
          active.push(first + (sample.quality === null ? 5 : sample.quality - 1));
          break;
      }
    }
  }
}

function placeReader(feature: Feature): ((profile: Sample["profile"]) => number | null) | null {
  if (feature.kind === "text") {
    const read = textReader(feature.field);
    const levels = new Map(feature.levels.map((level, place) => [level, place]));
    return (profile) => {
      const text = read(profile);
      return text === null ? levels.size + 1 : (levels.get(text) ?? levels.size);
    };
  }
  if (feature.kind !== "number") return null;
  const { edges } = feature;
  const read = numberReader(feature.field);
  return (profile) => {
    const value = read(profile);
    if (value === "unreadable") return null;
    return value === null ? edges.length + 1 : bucketOf(edges, value);
  };
}

function bucketOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= edges[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Piece = Omit<Column, "feature">;

const profileRule = (field: string, test: unknown): RuleShape => ({ section: "profile", when: { [field]: test } });

function columnsOf(feature: Feature): readonly Piece[] {
  switch (feature.kind) {
    case "text": {
      const { field, levels } = feature;
      return [
        ...levels.map((level) => ({ label: `${field} = ${level}`, rule: profileRule(field, level) })),
        { label: `${field} = other`, rule: profileRule(field, { not: levels, present: true }) },
        { label: `${field} missing`, rule: profileRule(field, { present: false }) },
      ];
    }
    case "number": {
      const { field, edges } = feature;
      return [...numberColumns(field, edges), { label: `${field} missing`, rule: profileRule(field, { present: false }) }];
    }
    case "flag":
      return [{ label: feature.field, rule: profileRule(feature.field, true) }];
    case "tag":
      return [{ label: `tag ${feature.tag}`, rule: profileRule("tags", feature.tag) }];
    case "touch":
      return feature.steps.map((times) => ({
        label: times === 1 ? feature.touch : `${feature.touch} ${times} times`,
        rule: { section: "behaviour", touch: feature.touch, times },
      }));
    case "feedback":
      return [1, 2, 3, 4, 5]
        .map((quality): Piece => ({ label: `feedback = ${quality}`, rule: null }))
        .concat([{ label: "feedback missing", rule: null }]);
  }
}

function numberColumns(field: string, edges: readonly number[]): readonly Piece[] {
  if (edges.length === 0) return [{ label: `${field} known`, rule: profileRule(field, { present: true }) }];
  return Array.from({ length: edges.length + 1 }, (_, index) => {
    const atLeast = edges[index - 1];
    const below = edges[index];
    if (atLeast === undefined) return { label: `${field} < ${below}`, rule: profileRule(field, { below }) };
    if (below === undefined) return { label: `${field} ≥ ${atLeast}`, rule: profileRule(field, { atLeast }) };
    return { label: `${field} ${atLeast} to ${below}`, rule: profileRule(field, { atLeast, below }) };
  });
}
