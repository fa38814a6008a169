import { gradeSymbols } from "@leadstream/schemas";
import { type Conditions, pointThousandths, unlimited } from "./policy.ts";

/** Texts that a field may have: those named, or every one (and none at all) but those named. */
interface Texts {
  readonly butNot: boolean;
  readonly values: ReadonlySet<string>;
}
type Range = readonly [minimum: number, below: number];

/** Leads, described field by field; a field that is not named may be anything, or unknown. */
export interface LeadSet {
  readonly texts: ReadonlyMap<string, Texts>;
  readonly ranges: ReadonlyMap<string, Range>;
}

const named = (values: Iterable<string>): Texts => ({ butNot: false, values: new Set(values) });
const anything: Texts = { butNot: true, values: new Set() };

/** The leads that conditions hold for. Every lead has a grade and a score. */
export function leadsOf({ texts, numbers }: Conditions): LeadSet {
  return {
    texts: new Map([["grade", named(gradeSymbols)], ...texts.map(({ field, values }) => [field, named(values)] as const)]),
    ranges: new Map<string, Range>([
      ["score", [0, unlimited * pointThousandths]],
      ...numbers.map(({ field, minimum, below }) => [field, [minimum, below]] as const),
    ]),
  };
}

/** The leads of `set` that `rule` does not match, as sets that hold at least those: none means that there are none. */
export function without(set: LeadSet, rule: Conditions): readonly LeadSet[] {
  const left: LeadSet[] = [];
  let { texts, ranges } = set;
  for (const { field, values } of rule.texts) {
    const own = texts.get(field) ?? anything;
    const others = minus(own, values);
    const common = both(own, values);
    // A lead has many tags, so those with one of the rule's may have others as well.
    if (common.values.size === 0 || (field === "tags" && own.butNot)) return [set];
    if (others !== null) left.push({ texts: new Map([...texts, [field, others]]), ranges });
    texts = new Map([...texts, [field, common]]);
  }
  for (const { field, minimum, below } of rule.numbers) {
    const own = ranges.get(field);
    if (own === undefined) return [set];
    const [from, until] = own;
    const common: Range = [Math.max(from, minimum), Math.min(until, below)];
    if (common[0] >= common[1]) return [set];
    if (from < common[0]) left.push({ texts, ranges: new Map([...ranges, [field, [from, common[0]]]]) });
    if (common[1] < until) left.push({ texts, ranges: new Map([...ranges, [field, [common[1], until]]]) });
    ranges = new Map([...ranges, [field, common]]);
  }
  return left;
}

/** null: nothing is left. */
function minus({ butNot, values }: Texts, taken: ReadonlySet<string>): Texts | null {
  if (butNot) return { butNot, values: new Set([...values, ...taken]) };
  const left = named([...values].filter((value) => !taken.has(value)));
  return left.values.size === 0 ? null : left;
}

function both({ butNot, values }: Texts, taken: ReadonlySet<string>): Texts {
  return named([...taken].filter((value) => values.has(value) !== butNot));
}
