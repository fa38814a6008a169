import type { BacktestReport } from "@leadstream/domain-learning";
import { barPlot, linePlot } from "./svg.ts";

const THOUSANDTHS = 1000;
const MOST_POINTS = 400;

/** Plots of one or two models on the same axes. */
export function backtestPlots(reports: readonly BacktestReport[]): readonly string[] {
  const name = ({ model, version }: BacktestReport): string => `${model}@${version}`;
  const first = reports[0]!;
  const months = first.drift.months;
  return [
    linePlot(
      reports.map((report) => ({
        name: name(report),
        points: thinned(report.ranking.curve).map(({ falsePositives, truePositives }) => [falsePositives, truePositives] as const),
      })),
      { title: "Won before lost (ROC)", x: "share of lost taken", y: "share of won taken", xEnd: 1, yEnd: 1, diagonal: true },
    ),
    barPlot(
      reports.map((report) => ({ name: name(report), values: report.deciles.map(({ lift }) => lift) })),
      { title: "Lift by tenth", x: "tenth of the leads, best first", y: "lift", labels: first.deciles.map(({ decile }) => String(decile)) },
    ),
    linePlot(
      reports.map((report) => ({
        name: name(report),
        points: report.thresholds.flatMap(({ from, precision }) => (precision === null ? [] : [[from / THOUSANDTHS, precision] as const])),
        dots: true,
      })),
      { title: "Precision by threshold", x: "score from", y: "share won" },
    ),
    linePlot(
      reports.map((report) => ({
        name: name(report),
        points: report.thresholds.flatMap(({ from, recall }) => (recall === null ? [] : [[from / THOUSANDTHS, recall] as const])),
        dots: true,
      })),
      { title: "Recall by threshold", x: "score from", y: "share of all won", yEnd: 1 },
    ),
    linePlot(
      reports.map((report) => ({
        name: name(report),
        points: (report.calibration?.bins ?? []).map(({ expected, observed }) => [expected, observed] as const),
        dots: true,
      })),
      { title: "Calibration", x: "probability said", y: "share that came", ...calibrationEnd(reports), diagonal: true },
    ),
    barPlot(
      first.volume.bands.map((band, index) => ({ name: band, values: first.volume.weeks.map(({ entered }) => entered[index]!) })),
      { title: `Volume by week: ${name(first)}`, x: "week of", y: "leads", labels: first.volume.weeks.map(({ week }) => week.slice(2)) },
    ),
    linePlot(
      reports.map((report) => ({
        name: name(report),
        points: report.drift.months.flatMap(({ month, auc }) => {
          const at = months.findIndex((each) => each.month === month);
          return auc === null || at < 0 ? [] : [[at, auc] as const];
        }),
        dots: true,
      })),
      {
        title: "AUC by month",
        x: "month",
        y: "AUC",
        xEnd: Math.max(1, months.length - 1),
        yEnd: 1,
        labels: months.map(({ month }) => month.slice(2)),
      },
    ),
  ];
}

function calibrationEnd(reports: readonly BacktestReport[]): { readonly xEnd: number; readonly yEnd: number } {
  const values = reports.flatMap(({ calibration }) => calibration?.bins ?? []).flatMap(({ expected, observed }) => [expected, observed]);
  const end = Math.min(1, Math.max(0.05, ...values) * 1.1);
  return { xEnd: end, yEnd: end };
}

function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= MOST_POINTS) return points;
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)]!);
}
