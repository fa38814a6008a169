import type { Feature } from "./feature-plan.ts";
import { flagOf, numberOf, textOf } from "./field-value.ts";
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
  private readonly levels: readonly (ReadonlyMap<string, number> | null)[];

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
    this.levels = features.map((feature) =>
      feature.kind === "text" ? new Map(feature.levels.map((level, place) => [level, place])) : null,
    );
  }

  /** Appends the columns that hold, in ascending order. */
  encode(sample: Pick<Sample, "profile" | "touches" | "quality">, active: number[]): void {
    const { features, firsts } = this;
    for (let index = 0; index < features.length; index++) {
      const feature = features[index]!;
      const first = firsts[index]!;
      switch (feature.kind) {
        case "text": {
          const text = textOf(sample.profile, feature.field);
          const { length } = feature.levels;
          active.push(first + (text === null ? length + 1 : (this.levels[index]!.get(text) ?? length)));
          break;
        }
        case "number": {
          const value = numberOf(sample.profile, feature.field);
          if (value === null) active.push(first + feature.edges.length + 1);
          else if (value !== "unreadable") active.push(first + bucketOf(feature.edges, value));
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
