import { htmlPage } from "../learning/html-page.ts";
import { barPlot } from "../learning/svg.ts";
import type { Comparison, RepSummary, Summary } from "./comparison.ts";
import { headline, repPairs, whatIfTables } from "./tables.ts";

/** A page that stands alone: both worlds side by side. */
export function whatIfReport(comparison: Comparison): string {
  const { happened, whatIf, policy } = comparison;
  const pairs = repPairs(comparison);
  const labels = pairs.map(({ rep }) => rep.slice(0, 8));
  const both = (values: (summary: Summary) => number[]) => [
    { name: "happened", values: values(happened) },
    { name: "what if", values: values(whatIf) },
  ];
  const bySeller = (value: (rep: RepSummary) => number) =>
    ["happened", "what if"].map((name, side) => ({
      name,
      values: pairs.map(({ sides }) => (sides[side] === undefined ? 0 : value(sides[side]))),
    }));
  const plots = [
    barPlot(
      both(({ alerts }) => [alerts.response_missed, alerts.reminder, alerts.escalation, alerts.recycle]),
      { title: "Clocks that rang", x: "", y: "alerts", labels: ["target", "reminder", "escalation", "recycle"] },
    ),
    barPlot(
      bySeller(({ leases }) => leases),
      { title: "Assignments per seller", x: "seller, by team", y: "assignments", labels },
    ),
    barPlot(
      bySeller(({ mostOpen }) => mostOpen),
      { title: "Load: open leads at most", x: "seller, by team", y: "leads", labels },
    ),
    barPlot(
      both(({ reps }) => sharesOf(reps)),
      {
        title: "Spread: assignments, most first",
        x: "sellers in order",
        y: "assignments",
        labels: pairs.map((_, index) => String(index + 1)),
      },
    ),
  ];
  return htmlPage(`What if: ${policy}`, headline(comparison), plots, whatIfTables(comparison));
}

const sharesOf = (reps: readonly RepSummary[]): number[] => reps.map(({ leases }) => leases).sort((one, other) => other - one);
