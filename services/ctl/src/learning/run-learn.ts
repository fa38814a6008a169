import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { inOrder, type Learned, learn, type Sample, sampleOf, usualLearning, usualPlan } from "@leadstream/domain-learning";
import { stringify } from "yaml";
import type { Workplace } from "../workplace.ts";
import { htmlPage } from "./html-page.ts";
import { comparisonTable, customerTables, learnedCalibrationTable, ruleTables, shiftTable } from "./learn-tables.ts";
import { ProgressLine } from "./progress-line.ts";
import { replayAll } from "./replay-all.ts";
import type { ReplayedPart } from "./replay-job.ts";
import { readText, refuseEmpty } from "./run-backtest.ts";
import { barPlot, linePlot } from "./svg.ts";
import { tableText } from "./table.ts";
import { decisionOf, modelFrom, outcomesOf, rangeOf, type SourceWish, sourceOf } from "./wish.ts";

export interface LearnWish extends SourceWish {
  readonly out: string;
  readonly base: string;
  readonly name: string;
  readonly modelVersion: number;
  readonly html?: string;
  readonly json?: boolean;
  readonly leaveOut?: string;
  readonly profile: boolean;
  readonly behaviour: boolean;
  readonly feedback?: boolean;
  readonly leastLeads: number;
  readonly mql?: number;
  readonly sql?: number;
}

/** Learns weights from the outcomes of the log, writes a model and prints how good it is. */
export async function runLearn(workplace: Workplace, wish: LearnWish): Promise<Learned> {
  const base = modelFrom(wish.base);
  const options = { decide: decisionOf(wish.decide, base.bandNames), outcomes: outcomesOf(wish), ...rangeOf(wish) };
  const job = { source: sourceOf(wish, workplace), snapshots: true, models: [{ document: base.document, options }] };
  const line = new ProgressLine();
  const result = await replayAll(job, wish.workers, line.see).finally(() => line.close());
  refuseEmpty(result);
  const learned = learn(samplesOf(result.replays[0]!), {
    ...usualLearning,
    name: wish.name,
    version: wish.modelVersion,
    base: base.document,
    plan: {
      ...usualPlan,
      profile: wish.profile,
      behaviour: wish.behaviour,
      feedback: wish.feedback === true,
      leastLeads: wish.leastLeads,
      leaveOut: (wish.leaveOut ?? "").split(",").map((field) => field.trim()),
    },
    mqlProbability: wish.mql ?? null,
    sqlProbability: wish.sql ?? null,
  });
  await writeFile(wish.out, modelText(learned));
  const tables = tablesOf(learned);
  if (wish.json) console.log(JSON.stringify(withoutModel(learned), null, 2));
  else {
    const against = relative(process.cwd(), wish.base);
    const next = `written: ${wish.out}. Try it with ./leadstream backtest --model ${wish.out} --against ${against}, then ./leadstream publish model ${wish.out}`;
    console.log([...tables.map(tableText), "", readText(result, 1), next].join("\n"));
  }
  if (wish.html !== undefined) await writeFile(wish.html, htmlPage("Learned weights", readText(result, 1), plotsOf(learned), tables));
  return learned;
}

export function samplesOf(replays: readonly ReplayedPart[]): readonly Sample[] {
  const samples: Sample[] = [];
  for (const { lead, snapshot } of replays) {
    const sample = snapshot === null ? null : sampleOf({ lead, snapshot });
    if (sample !== null) samples.push(sample);
  }
  return inOrder(samples);
}

function tablesOf(learned: Learned) {
  const tables = [comparisonTable(learned), ...ruleTables(learned), shiftTable(learned), learnedCalibrationTable(learned)];
  return [...tables, ...customerTables(learned)].filter((table) => table !== null);
}

const LONG_LINES = 140;

export function modelText({ document, map, recipe, samples, won }: Learned): string {
  const head = [
    `# Learned from ${samples} leads, ${won} of them won (ridge ${recipe.ridge}). Points: a bucket against the average lead; \`base\` is the average lead.`,
    `# Probability of winning = 1 / (1 + exp(-(${map.offset.toFixed(4)} + ${map.slope.toFixed(5)} * score))).`,
  ];
  return `${head.join("\n")}\n${stringify(document, { lineWidth: LONG_LINES })}`;
}

function withoutModel({ model, document, ...rest }: Learned): object {
  return { ...rest, model: model.name, version: model.version, bands: document.bands };
}

function plotsOf({ ahead, calibration, drift }: Learned): readonly string[] {
  const aucs = [ahead.learned, ahead.naiveBayes, ahead.handSet].map((auc) => auc ?? 0);
  const bins = calibration?.bins ?? [];
  const end = Math.min(1, Math.max(0.05, ...bins.flatMap(({ expected, observed }) => [expected, observed])) * 1.1);
  return [
    barPlot([{ name: "AUC", values: aucs }], {
      title: "AUC on later leads",
      x: "",
      y: "AUC",
      yEnd: 1,
      labels: ["learned", "naive Bayes", "hand-set"],
    }),
    linePlot([{ name: "leads", points: bins.map(({ expected, observed }) => [expected, observed] as const), dots: true }], {
      title: "Calibration",
      x: "probability said",
      y: "share that came",
      xEnd: end,
      yEnd: end,
      diagonal: true,
    }),
    linePlot(
      [{ name: "AUC", points: drift.months.flatMap(({ auc }, index) => (auc === null ? [] : [[index, auc] as const])), dots: true }],
      {
        title: "AUC by month of later leads",
        x: "month",
        y: "AUC",
        xEnd: Math.max(1, drift.months.length - 1),
        yEnd: 1,
        labels: drift.months.map(({ month }) => month.slice(2)),
      },
    ),
  ];
}
