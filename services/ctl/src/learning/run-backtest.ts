import { writeFile } from "node:fs/promises";
import { type BacktestReport, backtestReport, LearningError } from "@leadstream/domain-learning";
import { checkModel, compileModel } from "@leadstream/domain-scoring";
import { modelFile } from "../models/drafts.ts";
import type { Workplace } from "../workplace.ts";
import { backtestPlots } from "./backtest-plots.ts";
import {
  calibrationTable,
  decileTable,
  driftTable,
  errorTables,
  proposalTable,
  summaryTable,
  thresholdTable,
  volumeTable,
} from "./backtest-tables.ts";
import { htmlPage } from "./html-page.ts";
import { ProgressLine } from "./progress-line.ts";
import { replayAll } from "./replay-all.ts";
import type { ReplayResult } from "./replay-job.ts";
import { type Table, tableText, whole } from "./table.ts";
import { decisionOf, modelFrom, outcomesOf, rangeOf, type SourceWish, sourceOf } from "./wish.ts";

export interface BacktestWish extends SourceWish {
  readonly model: string;
  readonly against?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly sellers?: number;
  readonly perWeek?: number;
  readonly precision?: number;
  readonly errors: number;
}

/** Replays the log under one or two models and prints what they would have said. */
export async function runBacktest(workplace: Workplace, wish: BacktestWish): Promise<readonly BacktestReport[]> {
  const models = [wish.model, ...(wish.against === undefined ? [] : [wish.against])].map((given) =>
    modelFrom(modelFile(workplace.dataDir, given)),
  );
  const range = rangeOf(wish);
  const outcomes = outcomesOf(wish);
  const job = {
    source: sourceOf(wish, workplace),
    snapshots: false,
    models: models.map(({ document, bandNames }) => ({
      document,
      options: { decide: decisionOf(wish.decide, bandNames), outcomes, ...range },
    })),
  };
  const line = new ProgressLine();
  const result = await replayAll(job, wish.workers, line.see).finally(() => line.close());
  refuseEmpty(result);
  const options = {
    sellers: wish.sellers ?? null,
    errorRows: wish.errors,
    wantedPerWeek: wish.perWeek ?? null,
    wantedPrecision: wish.precision ?? null,
  };
  const reports = result.replays.map((replays, index) => {
    const checked = checkModel(models[index]!.document);
    if ("faults" in checked) throw new Error("a checked model is refused");
    return backtestReport(
      compileModel(checked.model),
      replays.map(({ lead }) => lead),
      options,
    );
  });
  const tables = tablesOf(reports, wish);
  if (wish.json) console.log(JSON.stringify({ read: readOf(result), reports }, null, 2));
  else console.log([...tables.map(tableText), "", readText(result, models.length)].join("\n"));
  if (wish.html !== undefined) {
    await writeFile(wish.html, htmlPage("Backtest", readText(result, models.length), backtestPlots(reports), tables));
    if (!wish.json) console.log(`report: ${wish.html}`);
  }
  return reports;
}

function tablesOf(reports: readonly BacktestReport[], wish: BacktestWish): readonly Table[] {
  const wished = { perWeek: wish.perWeek ?? null, precision: wish.precision ?? null };
  const each = reports.flatMap((report) => [
    decileTable(report),
    thresholdTable(report),
    proposalTable(report, wished),
    volumeTable(report),
    driftTable(report),
    calibrationTable(report),
    ...errorTables(report),
  ]);
  return [summaryTable(reports), ...each.filter((table) => table !== null)];
}

export function refuseEmpty({ replays, leads }: ReplayResult): void {
  if (replays[0]!.length > 0) return;
  throw new LearningError(
    "NO_CAPTURE_IN_RANGE",
    `none of ${leads} leads was captured in the range`,
    "Widen --from and --to, or import history first (./leadstream import --help).",
  );
}

const readOf = ({ events, leads, passed, replayMs }: ReplayResult): object => ({ events, leads, passed, replayMs: Math.round(replayMs) });

export function readText({ events, leads, passed, replayMs }: ReplayResult, models: number): string {
  const rate = whole((events * models) / Math.max(0.001, replayMs / 1000));
  const poison = passed === 0 ? "" : `, ${whole(passed)} unreadable ones passed over`;
  return `${whole(events)} events of ${whole(leads)} leads${poison}; replayed at ${rate} events a second and thread.`;
}
