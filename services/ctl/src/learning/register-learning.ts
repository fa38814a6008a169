import { join } from "node:path";
import { LearningError } from "@leadstream/domain-learning";
import { type Command, InvalidArgumentError } from "commander";
import { ImportError } from "../import/index.ts";
import type { Workplace } from "../workplace.ts";
import { type BacktestWish, runBacktest } from "./run-backtest.ts";
import { type IcpWish, runIcp } from "./run-icp.ts";
import { type LearnWish, runLearn } from "./run-learn.ts";

const positive = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("give a number above 0");
};
const count = (text: string): number => {
  const value = positive(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError("give a whole number above 0");
};
const share = (text: string): number => {
  const value = positive(text);
  if (value < 1) return value;
  throw new InvalidArgumentError("give a share between 0 and 1, such as 0.3");
};

/** Adds `backtest`, `learn` and `icp`. Their known faults are told in one message. */
export function registerLearning(program: Command, open: () => Workplace): void {
  withSource(program.command("backtest"))
    .description("what a model would have said of the leads of the past, held against how they ended; changes nothing")
    .requiredOption("--model <yaml>", "model to judge")
    .option("--against <yaml>", "second model on the same leads")
    .option("--sellers <count>", "sellers who share the top band; default: those the log names", count)
    .option("--per-week <leads>", "propose a threshold that takes at most so many leads a week", positive)
    .option("--precision <share>", "propose a threshold whose leads are won at least so often", share)
    .option("--errors <rows>", "rows of each error list", count, 10)
    .option("--html <file>", "write a report with plots")
    .option("--json", "one JSON object")
    .action((wish: BacktestWish) => told(() => runBacktest(open(), wish)));

  withSource(program.command("learn"))
    .description("learn weights from the outcomes of the log and write them as a model that can be published")
    .option("--out <yaml>", "where to write the model", "learned.yaml")
    .option("--base <yaml>", "hand-set model: stands beside, and gives grades, temperature and band names")
    .option("--name <name>", "name of the model", "learned")
    .option("--model-version <number>", "its version; must be above the published one", count, 1)
    .option("--leave-out <fields>", "attributes or kinds of touch to leave out, such as custom.duration,account")
    .option("--no-profile", "learn from behaviour only")
    .option("--no-behaviour", "learn from the profile only")
    .option("--feedback", "show what sellers' judgements known at the decision would add")
    .option("--least-leads <count>", "leads that a bucket needs", count, 25)
    .option("--mql <probability>", "chance of winning from which a lead is MQL; default: 1.5 times the usual", share)
    .option("--sql <probability>", "chance of winning from which a lead is SQL; default: 3 times the usual", share)
    .option("--html <file>", "write a report with plots")
    .option("--json", "one JSON object")
    .action((wish: Omit<LearnWish, "base"> & { readonly base?: string }) =>
      told(() => {
        const workplace = open();
        return runLearn(workplace, { ...wish, base: wish.base ?? join(workplace.root, "infra/examples/models/default.yaml") });
      }),
    );
  registerIcp(program, open);
}

function registerIcp(program: Command, open: () => Workplace): void {
  withSource(program.command("icp"))
    .description("the ideal customer: which attributes go with winning, losing, a short cycle and large deals")
    .option("--least-leads <count>", "leads that an attribute needs", count, 25)
    .option("--leave-out <fields>", "attributes or kinds of touch to leave out, such as custom.duration,account")
    .option("--json", "one JSON object")
    .action((wish: IcpWish) => told(() => runIcp(open(), wish)));
}

function withSource(command: Command): Command {
  return command
    .option("--from <time>", "leads captured from this time on")
    .option("--to <time>", "leads captured before this time")
    .option(
      "--decide <instant>",
      "when a lead is judged: 7d after capture, crossing:<band>, or outcome; never later than its outcome",
      "7d",
    )
    .option("--count-as-lost <statuses>", "statuses that end a lead without a sale", "lost")
    .option("--judged-by-feedback", "leads without outcome count by their seller's judgement: 4 and 5 won, 1 and 2 lost")
    .option("--events <file>", "events of a file, one JSON object a line, instead of the running stack")
    .option("--csv <file>", "events that an import of this file would write, in memory; with --mapping")
    .option("--mapping <yaml>", "mapping of --csv")
    .option("--workers <count>", "threads; default: one for each core", count);
}

async function told(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LearningError) && !(error instanceof ImportError)) throw error;
    process.stderr.write(`leadstream: ${error.message}\n`);
    process.exitCode = 1;
  }
}
