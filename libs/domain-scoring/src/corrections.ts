import type { CrossingChange } from "./crossing-difference.ts";
import type { CorrectionOutput } from "./decision.ts";
import type { Change } from "./outputs.ts";

export const NO_CORRECTIONS: readonly CorrectionOutput[] = [];

/** One record per crossing of the past that the event changed (decision 12). */
export function correctionsOf({ event, facts, now, model }: Change, changes: readonly CrossingChange[]): readonly CorrectionOutput[] {
  return changes.map(({ kind, from, to, toldAt, happenedAt }) => ({
    time: now,
    leadId: facts.leadId,
    eventId: event.value.eventId,
    kind,
    previousBand: model.bandNames[from]!,
    band: model.bandNames[to]!,
    toldAt,
    happenedAt,
    model: model.name,
    modelVersion: model.version,
  }));
}
