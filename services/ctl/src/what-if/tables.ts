import type { Table } from "../learning/table.ts";
import type { Comparison, JourneySummary, RepSummary, Summary } from "./comparison.ts";

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
] as const;

/** A duration as people say it; – for none. */
export function durationText(ms: number | null): string {
  if (ms === null) return "–";
  const [size, unit] = units.find(([least]) => ms >= least) ?? [1, "ms"];
  return `${(ms / size).toFixed(size === 1 ? 0 : 1)} ${unit}`;
}

const instant = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");

export function headline({ policy, window, signals, ticks, simulatedMs }: Comparison): string {
  return `Policy ${policy} from ${instant(window.from)} to ${instant(window.to)} UTC: ${signals} signals and ${ticks} ticks played in ${durationText(simulatedMs)}`;
}

const rows: readonly (readonly [name: string, value: (summary: Summary) => string])[] = [
  ["leads with an owner", ({ leads }) => String(leads)],
  ["assignments", ({ leases }) => String(leases)],
  ["… of them again", ({ reassigned }) => String(reassigned)],
  ["… of them claimed", ({ claimed }) => String(claimed)],
  ["given up without contact", ({ neverContacted }) => String(neverContacted)],
  ["found no rep", ({ pooled }) => String(pooled)],
  ["target missed", ({ alerts }) => String(alerts.response_missed)],
  ["reminders", ({ alerts }) => String(alerts.reminder)],
  ["escalations", ({ alerts }) => String(alerts.escalation)],
  ["recycled", ({ alerts }) => String(alerts.recycle)],
  ["silent leads", ({ alerts }) => String(alerts.inactive)],
  ["wait for an owner, p90", ({ p90WaitMs }) => durationText(p90WaitMs)],
  ["response, mean", ({ meanResponseMs }) => durationText(meanResponseMs)],
  ["response, p50", ({ p50ResponseMs }) => durationText(p50ResponseMs)],
  ["response, p90", ({ p90ResponseMs }) => durationText(p90ResponseMs)],
  ["won", ({ won }) => String(won)],
  ["refused", ({ refused }) => String(refused)],
  ["fairness (1 is equal)", ({ fairness }) => (fairness === null ? "–" : fairness.toFixed(3))],
  ["most minus least assignments", ({ spread }) => String(spread)],
];

/** Both worlds of every rep of either, by team. */
export function repPairs({
  happened,
  whatIf,
}: Comparison): { readonly rep: string; readonly team: string; readonly sides: readonly (RepSummary | undefined)[] }[] {
  const sides = [happened, whatIf].map(({ reps }) => new Map(reps.map((each) => [each.rep, each])));
  return [...new Set(sides.flatMap((side) => [...side.keys()]))]
    .map((rep) => ({ rep, team: sides[1]!.get(rep)?.team ?? sides[0]!.get(rep)?.team ?? "–", sides: sides.map((side) => side.get(rep)) }))
    .sort((one, other) => (`${one.team} ${one.rep}` < `${other.team} ${other.rep}` ? -1 : 1));
}

export function whatIfTables(comparison: Comparison): readonly Table[] {
  const { happened, whatIf } = comparison;
  const pair = (sides: readonly (RepSummary | undefined)[], value: (rep: RepSummary) => string): string[] =>
    sides.map((side) => (side === undefined ? "–" : value(side)));
  return [
    {
      title: "All together",
      columns: ["", "happened", "what if"],
      rows: rows.map(([name, value]) => [name, value(happened), value(whatIf)]),
      note: "What sales did is kept as it was and counts for whoever owns the lead; where nobody does, it is refused.",
    },
    {
      title: "By seller: happened, what if",
      columns: ["team", "rep", "assigned", "if", "open at most", "if", "recycled", "if", "response", "if", "won", "if"],
      rows: repPairs(comparison).map(({ rep, team, sides }) => [
        team,
        rep,
        ...pair(sides, ({ leases }) => String(leases)),
        ...pair(sides, ({ mostOpen }) => String(mostOpen)),
        ...pair(sides, ({ recycled }) => String(recycled)),
        ...pair(sides, ({ meanResponseMs }) => durationText(meanResponseMs)),
        ...pair(sides, ({ won }) => String(won)),
      ]),
    },
    journeyTable(comparison),
  ];
}

function journeyTable({ journeys: { happened, whatIf } }: Comparison): Table {
  const names = [...new Set([...happened, ...whatIf].map(({ journey }) => journey))].sort();
  const pair = (name: string, value: (journey: JourneySummary) => string): string[] =>
    [happened, whatIf].map((side) => {
      const found = side.find(({ journey }) => journey === name);
      return found === undefined ? "–" : value(found);
    });
  const reasons = ({ left }: JourneySummary): string =>
    Object.entries(left)
      .map(([reason, runs]) => `${reason} ${runs}`)
      .join(", ") || "–";
  return {
    title: "Journeys: happened, what if",
    columns: ["journey", "entered", "if", "messages", "if", "alerted", "if", "left because", "if"],
    rows: names.map((name) => [
      name,
      ...pair(name, ({ entered }) => String(entered)),
      ...pair(name, ({ messages }) => String(messages)),
      ...pair(name, ({ alerted }) => String(alerted)),
      ...pair(name, reasons),
    ]),
    note: "Opens and clicks are those of messages that were really sent: a branch or a goal that looks at them goes by what leads did then. What a message would have changed in a score is left out.",
  };
}
