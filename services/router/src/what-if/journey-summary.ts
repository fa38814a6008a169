import type { JourneyMoved, MessageRequested } from "@leadstream/schemas";
import type { Window } from "./summary.ts";

/** What became of one journey in a span of time. */
export interface JourneySummary {
  readonly journey: string;
  /** Runs that began. */
  readonly entered: number;
  readonly messages: number;
  /** Steps that told somebody in sales. */
  readonly alerted: number;
  /** Runs that ended, by reason. */
  readonly left: Readonly<Record<string, number>>;
}

/** Each journey that moved somebody in the window, from inclusive, to exclusive, by name. */
export function summariseJourneys(
  moves: readonly JourneyMoved[],
  messages: readonly MessageRequested[],
  { from, to }: Window,
): JourneySummary[] {
  const found = new Map<string, { entered: number; messages: number; alerted: number; left: Record<string, number> }>();
  const of = (journey: string) => {
    const known = found.get(journey) ?? { entered: 0, messages: 0, alerted: 0, left: {} };
    found.set(journey, known);
    return known;
  };
  for (const { time, journey, move, outcome } of moves) {
    if (time < from || time >= to) continue;
    const summary = of(journey);
    if (move === "entered") summary.entered++;
    else if (move === "stepped") summary.alerted += outcome?.endsWith("alerted") === true ? 1 : 0;
    else summary.left[outcome ?? ""] = (summary.left[outcome ?? ""] ?? 0) + 1;
  }
  for (const { time, journey } of messages) if (time >= from && time < to) of(journey).messages++;
  return [...found].map(([journey, counts]) => ({ journey, ...counts })).sort((one, other) => (one.journey < other.journey ? -1 : 1));
}
