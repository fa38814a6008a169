import { type BacktestReport, type ErrorRow, handOverAdvice, type WeeklyThreshold } from "@leadstream/domain-learning";
import { pointsText } from "@leadstream/domain-scoring";
import { day, decimal, money, percent, type Table, whole } from "./table.ts";

const nameOf = ({ model, version }: BacktestReport): string => `${model}@${version}`;

/** Measures of one or two models side by side. */
export function summaryTable(reports: readonly BacktestReport[]): Table {
  const row = (title: string, cell: (report: BacktestReport) => string): string[] => [title, ...reports.map(cell)];
  const rows = [
    row("leads captured in the range", (report) => whole(report.leads)),
    row("with an outcome", (report) => whole(report.decided)),
    row("won", (report) => `${whole(report.ranking.won)} (${percent(report.decided === 0 ? null : report.ranking.won / report.decided)})`),
    row("AUC", ({ ranking }) => (ranking.auc === null ? "–" : `${decimal(ranking.auc)} ± ${decimal(1.96 * (ranking.aucError ?? 0))}`)),
    row("lift of the best tenth", ({ deciles }) => decimal(deciles[0]?.lift ?? null, 2)),
    ...(reports[0]?.volume.bands ?? []).map((_, index) =>
      row(`${reports[0]!.volume.bands[index]} a week`, ({ volume }) => decimal(volume.meanEntered[index] ?? null, 1)),
    ),
    row("sellers", ({ volume }) => (volume.sellers === null ? "–" : whole(volume.sellers))),
    row("top band per seller and week", ({ volume }) => decimal(volume.meanPerSeller, 2)),
    row("the same in the worst week", ({ volume }) => decimal(volume.peakPerSeller, 2)),
    row("calibration: mean gap", ({ calibration }) => percent(calibration?.meanGap ?? null)),
    row("calibration: Brier", ({ calibration }) => decimal(calibration?.brier ?? null)),
  ];
  const note =
    reports.length < 2
      ? {}
      : { note: "Both models judged the same leads. AUC: 0.5 is chance, 1 is perfect; ± is the 95 % interval of each alone." };
  return { title: "Summary", columns: ["", ...reports.map(nameOf)], rows, ...note };
}

export function decileTable(report: BacktestReport): Table {
  return {
    title: `Lift by tenth of the leads: ${nameOf(report)}`,
    columns: ["tenth", "score from", "leads", "won", "win rate", "lift"],
    rows: report.deciles.map((each) => [
      String(each.decile),
      pointsText(each.from),
      whole(each.leads),
      whole(each.won),
      percent(each.winRate),
      decimal(each.lift, 2),
    ]),
    note: "Where many leads share a score, tenths split them in proportion.",
  };
}

const thresholdCells = (row: WeeklyThreshold): string[] => [
  pointsText(row.from),
  row.band ?? "",
  whole(row.leads),
  percent(row.share),
  percent(row.precision),
  percent(row.recall),
  decimal(row.perWeek, 1),
  decimal(row.perSeller, 2),
];

export function thresholdTable(report: BacktestReport): Table {
  return {
    title: `Thresholds: ${nameOf(report)}`,
    columns: ["score from", "band", "leads", "share", "precision", "recall", "a week", "per seller"],
    rows: report.thresholds.map(thresholdCells),
  };
}

/** Proposals for the wishes that were given; empty without wishes. */
export function proposalTable(
  report: BacktestReport,
  wish: { readonly perWeek: number | null; readonly precision: number | null },
): Table | null {
  const rows: string[][] = [];
  const add = (title: string, found: WeeklyThreshold | null): void => {
    rows.push(found === null ? [title, "no threshold does it", ...Array.from({ length: 7 }, () => "")] : [title, ...thresholdCells(found)]);
  };
  if (wish.perWeek !== null) add(`at most ${wish.perWeek} a week`, report.forVolume);
  if (wish.precision !== null) add(`at least ${percent(wish.precision, 0)} won`, report.forPrecision);
  if (rows.length === 0) return null;
  const columns = ["wish", "score from", "band", "leads", "share", "precision", "recall", "a week", "per seller"];
  return { title: `Proposed thresholds: ${nameOf(report)}`, columns, rows };
}

export function volumeTable({ volume, ...report }: BacktestReport): Table {
  return {
    title: `Volume by week: ${report.model}@${report.version}`,
    columns: ["week of", "captured", ...volume.bands, "top band per seller"],
    rows: volume.weeks.map((week) => [week.week, whole(week.captured), ...week.entered.map(whole), decimal(week.perSeller, 2)]),
    note: "A lead counts in the week in which it first reached the band.",
  };
}

export function driftTable(report: BacktestReport): Table {
  const handOver = new Map((report.handOver ?? []).map((row) => [row.month, row]));
  return {
    title: `By month: ${nameOf(report)}`,
    columns: ["month", "decided", "won", "AUC", "became MQL", "of them SQL"],
    rows: report.drift.months.map(({ month, leads, won, auc }) => {
      const hand = handOver.get(month);
      return [
        month,
        whole(leads),
        whole(won),
        decimal(auc),
        hand === undefined ? "–" : whole(hand.mql),
        percent(hand === undefined || hand.mql === 0 ? null : hand.sql / hand.mql),
      ];
    }),
    note: [report.drift.advice, handOverAdvice(report.handOver ?? [])].filter((advice) => advice !== null).join(" "),
  };
}

export function calibrationTable(report: BacktestReport): Table | null {
  if (report.calibration === null) return null;
  return {
    title: `Calibration: ${nameOf(report)}`,
    columns: ["probability", "leads", "said", "came", "95 % interval"],
    rows: report.calibration.bins.map((bin) => [
      `${percent(bin.from)} to ${percent(bin.to)}`,
      whole(bin.leads),
      percent(bin.expected),
      percent(bin.observed),
      `${percent(bin.low)} to ${percent(bin.high)}`,
    ]),
    note: "What the score was worth in the earlier half of the leads, against what came in the later half.",
  };
}

export function errorTables(report: BacktestReport): readonly Table[] {
  const columns = ["lead", "score", "judged on", "ended on", "seller", "quality", "reason", "amount"];
  const cells = (row: ErrorRow): string[] => [
    row.leadId,
    pointsText(row.score),
    day(row.decidedAt),
    day(row.outcomeAt),
    row.rep ?? "",
    row.quality === null ? "" : `${row.quality} of 5`,
    row.reason ?? "",
    row.amount === null ? "" : money(row.amount),
  ];
  const { errors } = report;
  return [
    { title: `High score but lost (${whole(errors.highButLostCount)}): ${nameOf(report)}`, columns, rows: errors.highButLost.map(cells) },
    { title: `Low score but won (${whole(errors.lowButWonCount)}): ${nameOf(report)}`, columns, rows: errors.lowButWon.map(cells) },
  ];
}
