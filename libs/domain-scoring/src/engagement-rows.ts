import type { AwardSheet } from "./award-sheet.ts";
import type { CompiledModel } from "./compile-model.ts";
import type { Facts } from "./decision.ts";
import type { LedgerRows } from "./ledger-rows.ts";

/** What silence takes, or gives back when the lead acts again. */
export function silenceRow(rows: LedgerRows, { model }: CompiledModel, lastActiveAt: number, points: number, at: number): void {
  const { penalties } = model.inactivity;
  let id = "silence";
  for (const penalty of penalties) if (at - lastActiveAt >= penalty.afterMs) id = penalty.id;
  rows.add(id, points < 0 ? "penalty" : "expire", "engagement", points, at);
}

/** Rows of the fresh awards; what their age or the displacement of others makes of them is one more row. Sets the engagement in the facts. */
export function awardRows(facts: Facts, rows: LedgerRows, sheet: AwardSheet, at: number): void {
  let given = 0;
  let displacing = false;
  for (let index = 0; index < sheet.count; index++) {
    if (!sheet.fresh[index]) continue;
    const rule = sheet.rules[index]!;
    const sign = rule.decay.sign;
    if (rule.limited && index < sheet.count - 1) displacing = true;
    if (sheet.given[index] === 0 && sheet.cutBy[index] === null) continue;
    rows.add(rule.id, sign > 0 ? "award" : "penalty", "engagement", rule.points, at);
    const cut = sheet.given[index]! - rule.magnitude;
    const cap = sheet.cutBy[index];
    if (cap !== null && cap !== undefined && cut !== 0) rows.add(cap.label, "cap", "engagement", sign * cut, at);
    given += sign * sheet.given[index]!;
  }
  const engagement = sheet.sums.pointsAt(facts.at) + facts.silence;
  const rest = engagement - facts.engagement - given;
  if (rest !== 0) {
    const kind = displacing ? "correction" : "decay";
    rows.add(displacing ? "late-order" : "decay", kind, "engagement", rest, facts.at);
  }
  facts.engagement = engagement;
}
