import { z } from "zod";

const count = z.int().min(0);
const duration = z.int().nullable();

const repShape = z.object({
  rep: z.string(),
  team: z.string().nullable(),
  leases: count,
  mostOpen: count,
  contacted: count,
  meanResponseMs: duration,
  recycled: count,
  won: count,
});

const summaryShape = z.object({
  leads: count,
  leases: count,
  reassigned: count,
  claimed: count,
  neverContacted: count,
  pooled: count,
  refused: count,
  won: count,
  alerts: z.object({ response_missed: count, reminder: count, escalation: count, recycle: count, inactive: count }),
  meanResponseMs: duration,
  p50ResponseMs: duration,
  p90ResponseMs: duration,
  p90WaitMs: duration,
  fairness: z.number().nullable(),
  spread: count,
  reps: z.array(repShape),
});

const journeyShape = z.object({ journey: z.string(), entered: count, messages: count, alerted: count, left: z.record(z.string(), count) });

/** What the router's what-if process answers. */
export const comparisonShape = z.object({
  policy: z.string(),
  window: z.object({ from: z.int(), to: z.int() }),
  signals: count,
  ticks: count,
  simulatedMs: count,
  happened: summaryShape,
  whatIf: summaryShape,
  journeys: z.object({ happened: z.array(journeyShape), whatIf: z.array(journeyShape) }),
});

export type Comparison = z.output<typeof comparisonShape>;
export type JourneySummary = Comparison["journeys"]["happened"][number];
export type Summary = Comparison["happened"];
export type RepSummary = Summary["reps"][number];
