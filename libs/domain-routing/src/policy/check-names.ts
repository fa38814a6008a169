import type { DocumentReader } from "../document/document-reader.ts";
import type { Policy, Target } from "./policy.ts";

/** What a policy may refer to; made from the rosters that are published with it. */
export interface KnownNames {
  /** Reps by team. */
  readonly teams: ReadonlyMap<string, readonly string[]>;
  /** Regions that leads can have; null: not known, so not checked. */
  readonly regions: ReadonlySet<string> | null;
  /** In which sales targets are written; null: the roster does not say. */
  readonly currency: string | null;
}

/** Stands where a document names no team at all, which is a fault of its own. */
export const missingTeam = "?";

export function checkPolicyNames(reader: DocumentReader, policy: Policy, known: KnownNames): void {
  for (const [index, rule] of policy.rules.entries()) {
    for (const [number, target] of rule.targets.entries()) {
      checkTarget(reader, target, number === 0 ? `rules[${index}].assign` : `rules[${index}].otherwise[${number - 1}]`, known);
    }
    for (const condition of rule.texts) {
      if (condition.field !== "region" || known.regions === null) continue;
      for (const region of condition.values) {
        if (known.regions.has(region)) continue;
        reader.fault(`rules[${index}].when.region`, `names the unknown region ${region}`, `Use ${[...known.regions].join(", ")}`);
      }
    }
  }
  if (policy.fallback.team !== missingTeam) checkTarget(reader, policy.fallback, "fallback", known);
  if (policy.currency !== null && known.currency !== null && policy.currency.base !== known.currency) {
    reader.fault(
      "currency.base",
      `is not that of the sales targets, ${known.currency}`,
      `Use ${known.currency} and state the rates of the others`,
    );
  }
  if (known.teams.get(policy.fallback.team)?.length === 0) {
    reader.fault("fallback.team", "has no reps", "Choose a team with reps: leads that nobody else takes go there");
  }
}

function checkTarget(reader: DocumentReader, target: Target, path: string, known: KnownNames): void {
  const reps = known.teams.get(target.team);
  if (reps === undefined) {
    reader.fault(`${path}.team`, `names the unknown team ${target.team}`, `Use ${[...known.teams.keys()].join(", ")}`);
    return;
  }
  if (target.rep !== null && !reps.includes(target.rep)) {
    reader.fault(`${path}.rep`, `${target.rep} is not in team ${target.team}`, "Name a rep of that team, or none");
  }
}
