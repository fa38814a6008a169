import type { Verdict } from "@leadstream/schemas";
import type { LateRules } from "./model.ts";

export interface EventTime {
  /** The instant that the event counts at, by its own clock inside the bounds. */
  readonly effectiveAt: number;
  readonly verdict: Verdict;
}

/** F17: clamped to [received - past, received + future] and said so; `imported` is exempt. Late ones count at their age (F16). */
export function effectiveTime(occurredAt: number, receivedAt: number, imported: boolean, rules: LateRules): EventTime {
  if (imported) return { effectiveAt: Math.min(occurredAt, receivedAt), verdict: "counted" };
  if (occurredAt < receivedAt - rules.clampPastMs) return { effectiveAt: receivedAt - rules.clampPastMs, verdict: "clamped" };
  if (occurredAt > receivedAt + rules.clampFutureMs) return { effectiveAt: receivedAt + rules.clampFutureMs, verdict: "clamped" };
  return { effectiveAt: occurredAt, verdict: occurredAt < receivedAt - rules.afterMs ? "late" : "counted" };
}
