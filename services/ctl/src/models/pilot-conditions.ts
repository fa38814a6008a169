import { ConfigError } from "@leadstream/config";
import { type Policy, readPolicy } from "@leadstream/domain-routing";
import { checkPilot } from "@leadstream/domain-scoring";
import { wordFaults } from "../commands/written-words.ts";

/** Whom a pilot is for, as the command line gives it. */
export interface PilotWish {
  readonly percent: number;
  readonly region?: readonly string[];
  /** `field=value` or `field=value,value`. */
  readonly where?: readonly string[];
  readonly team?: string;
}

type Conditions = Readonly<Record<string, unknown>>;

const invalid = (where: string, reason: string, remedy: string): ConfigError => new ConfigError([{ where, reason, remedy }]);

/**
 * The conditions on a lead's profile that the pilot is published with, or null for every lead. A team is resolved here, once: the scorer does not know
 * teams, so the pilot takes the leads that fit a rule of `policy` whose first choice is that team. Throws ConfigError.
 */
export function pilotConditions(wish: PilotWish, policy: string | null): Conditions | null {
  const own: Record<string, unknown> = {};
  if (wish.region !== undefined) own.region = wish.region;
  for (const text of wish.where ?? []) {
    const [, field, values] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    if (field === undefined || values === undefined)
      throw invalid("--where", `"${text}" is no condition`, "Give field=value or field=value,value");
    own[field] = values.split(",").map((value) => plain(value.trim()));
  }
  const team = wish.team === undefined ? null : teamConditions(wish.team, policy);
  const both = team === null ? own : { ...own, ...team };
  if (team !== null && Object.keys(own).some((field) => Object.hasOwn(team, field)))
    throw invalid("--team", "looks at a field that --region or --where names as well", "Leave one of them out");
  const conditions = Object.keys(both).length === 0 ? null : both;
  const checked = checkPilot("pilot", { percent: wish.percent, where: conditions ?? undefined });
  const faults = "faults" in checked ? checked.faults : wordFaults(conditions, "where");
  if (faults.length > 0)
    throw new ConfigError(
      faults.map(({ path, problem, remedy }) => ({ where: path.replace(/^where\./, "--where "), reason: problem, remedy })),
    );
  return conditions;
}

const plain = (text: string): string | number | boolean =>
  text === "true" || text === "false" ? text === "true" : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;

function teamConditions(team: string, document: string | null): Conditions {
  if (document === null) throw invalid("--team", "no routing policy is published", "Publish one, or use --region or --where");
  const policy = readPolicy(document);
  const rules = policy.rules.filter((rule) => rule.targets[0]?.team === team);
  if (rules.length === 0) {
    const teams = [...new Set(policy.rules.map((rule) => rule.targets[0]!.team))].join(", ");
    throw invalid("--team", `no rule of the policy sends leads to "${team}" first`, `Use one of ${teams}, or --region or --where`);
  }
  const found = rules.map(conditionsOf);
  return found.length === 1 ? found[0]! : { any: found };
}

/** A rule's conditions in the words of a model. What the score itself decides cannot choose the scorer. */
function conditionsOf(rule: Policy["rules"][number]): Conditions {
  const found: Record<string, unknown> = {};
  for (const { field, values } of rule.texts) {
    if (field === "grade" || field === "temperature" || field === "band")
      throw invalid("--team", `rule ${rule.id} goes by ${field}, which is an outcome of the score`, "Use --region or --where");
    found[field] = [...values];
  }
  for (const { field, minimum, below } of rule.numbers) {
    if (field === "score") throw invalid("--team", `rule ${rule.id} goes by the score`, "Use --region or --where");
    found[field] = { ...(Number.isFinite(minimum) ? { atLeast: minimum } : {}), ...(Number.isFinite(below) ? { below } : {}) };
  }
  return found;
}
