import type { Grade, Temperature } from "@leadstream/schemas";
import type { CompiledModel, CompiledRule } from "./compile-model.ts";
import type { LedgerRows } from "./ledger-rows.ts";
import type { LeadProfile } from "./profile.ts";
import { INTENT, TOUCHED } from "./state.ts";

/** Which profile rules hold; in an exclusive group only the most specific. Returns their points in thousandths. */
export function fitOf(model: CompiledModel, profile: LeadProfile, holds: boolean[]): number {
  const { profileRules } = model;
  let total = 0;
  for (let index = 0; index < profileRules.length; index++) {
    const rule = profileRules[index]!;
    const matches = rule.profileTest(profile) && !isOutdone(profileRules, index, profile);
    holds[index] = matches;
    if (matches) total += rule.points;
  }
  return total;
}

function isOutdone(rules: readonly CompiledRule[], index: number, profile: LeadProfile): boolean {
  const rule = rules[index]!;
  if (rule.exclusive < 0) return false;
  for (let other = 0; other < rules.length; other++) {
    const rival = rules[other]!;
    if (other === index || rival.exclusive !== rule.exclusive) continue;
    const stronger = rival.specificity > rule.specificity || (rival.specificity === rule.specificity && other < index);
    if (stronger && rival.profileTest(profile)) return true;
  }
  return false;
}

/** Rows for profile rules that began or ceased to hold. */
export function fitRows(rows: LedgerRows, model: CompiledModel, before: readonly boolean[], after: readonly boolean[], at: number): void {
  const { profileRules } = model;
  for (let index = 0; index < profileRules.length; index++) {
    if (before[index] === after[index]) continue;
    const { id, points } = profileRules[index]!;
    if (after[index]) rows.add(id, points > 0 ? "award" : "penalty", "fit", points, at);
    else rows.add(id, "correction", "fit", -points, at);
  }
}

export function clampScore(model: CompiledModel, raw: number): number {
  return Math.max(model.min, Math.min(raw, model.max));
}

/** Points that silence has taken at `at` (≤ 0): the penalties whose age is reached, until the lead acts again. */
export function silenceOf(model: CompiledModel, lastActiveAt: number, at: number): number {
  if (lastActiveAt < 0) return 0;
  const { penalties } = model.model.inactivity;
  let total = 0;
  for (let index = 0; index < penalties.length && at - lastActiveAt >= penalties[index]!.afterMs; index++)
    total += penalties[index]!.points;
  return total;
}

/** Index of a band that was told: 0 of none yet, -1 of one that the model does not have. */
export function bandIndex({ bandNames }: CompiledModel, name: string): number {
  if (name === "") return 0;
  for (let index = 0; index < bandNames.length; index++) if (bandNames[index] === name) return index;
  return -1;
}

/** Band of a score; the present one is left downwards only below its bound less hysteresis. -1 = a band that the model does not have. */
export function bandAt(model: CompiledModel, score: number, present: number): number {
  const { bandFrom, bandKeep } = model;
  let natural = 0;
  for (let index = bandFrom.length - 1; index > 0; index--) {
    if (score >= bandFrom[index]!) {
      natural = index;
      break;
    }
  }
  return present > natural && score >= bandKeep[present]! ? present : natural;
}

/** S4: the first rule that holds; otherwise the matrix of fit × engagement; otherwise C. */
export function gradeOf(model: CompiledModel, profile: LeadProfile, fit: number, engagement: number): Grade {
  for (const { grade, test } of model.gradeTests) if (test(profile)) return grade;
  const { matrix } = model.model.grades;
  if (matrix === null) return "C";
  return matrix.grades[stepOf(matrix.fit, fit)]?.[stepOf(matrix.engagement, engagement)] ?? "C";
}

function stepOf(bounds: readonly number[], value: number): number {
  let step = 0;
  while (step < bounds.length && value >= bounds[step]!) step++;
  return step;
}

/** G9: cold = basic data only, warm = some interaction, hot = states intent; or by band where the model says so. */
export function temperatureOf(model: CompiledModel, band: number, flags: number, profile: LeadProfile): Temperature {
  const byBand = model.bandTemperature[band];
  if (byBand !== null && byBand !== undefined) return byBand;
  if ((flags & INTENT) !== 0 || model.hotTest?.(profile) === true) return "hot";
  return (flags & TOUCHED) !== 0 ? "warm" : "cold";
}
