import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ConfigError } from "@leadstream/config";
import { errorText, LocalStackError, logNames, showLogs, stopStack } from "@leadstream/infra-local";
import { KafkaAdapterError } from "@leadstream/kafka";
import { RetriableStreamError } from "@leadstream/stream";
import { Command, InvalidArgumentError } from "commander";
import { examine } from "./commands/doctor.ts";
import { explainLead } from "./commands/explain.ts";
import { registerJourneys } from "./commands/journeys.ts";
import { prepareFromEnvironment } from "./commands/prepare.ts";
import { progressLog } from "./commands/progress.ts";
import { publishFiles } from "./commands/publish-files.ts";
import { simulate } from "./commands/simulate.ts";
import { type StartWish, start } from "./commands/start.ts";
import { printStatus } from "./commands/status.ts";
import { listTopics } from "./commands/topics.ts";
import { CommandError } from "./errors.ts";
import { ImportError, registerImport } from "./import/index.ts";
import { registerLearning } from "./learning/index.ts";
import { publishModel, registerModels, rescoring } from "./models/register-models.ts";
import { registerReplay } from "./replay/register-replay.ts";
import { registerWhatIf } from "./what-if/register-what-if.ts";
import { openWorkplace } from "./workplace.ts";

const STOP_LIMIT_MS = 60_000;

const positive = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("give a number above 0");
};

const share = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("give a share from 0 to 1");
};

const program = new Command("leadstream")
  .description("Event-sourced lead management: capture, score, route, analyse.")
  .showHelpAfterError("(--help shows what is possible)");

program
  .command("start")
  .description("start everything with three simulated months and live traffic; Ctrl-C stops it (npm start)")
  .option("--rate <events>", "simulated events a second", positive)
  .option("--for <seconds>", "stop after so many seconds", positive)
  .action(({ rate, for: forSeconds }: { rate?: number; for?: number }) =>
    start(openWorkplace(), { demo: true, ...optional({ rate, forSeconds }) }),
  );

program
  .command("up")
  .description("start everything and show its status; Ctrl-C stops it")
  .option("--no-demo", "no simulated history and traffic; the default policy instead of the fast one")
  .option("--model <yaml>", "scoring model to publish")
  .option("--policy <yaml>", "routing policy to publish")
  .option("--roster <yaml>", "teams and sellers to publish")
  .option("--journey <yaml>", "nurture journey to publish")
  .option("--for <seconds>", "stop after so many seconds", positive)
  .action(
    ({
      demo,
      for: forSeconds,
      ...documents
    }: { demo: boolean; for?: number } & Pick<StartWish, "model" | "policy" | "roster" | "journey">) =>
      start(openWorkplace(), { demo, ...documents, ...optional({ forSeconds }) }),
  );

program
  .command("down")
  .description("stop the stack that another terminal started, or what it left behind")
  .action(async () => {
    const { dataDir, stack } = openWorkplace();
    const ran = await stopStack(dataDir, stack, STOP_LIMIT_MS, progressLog());
    console.log(ran ? "stopped; the data is kept" : "nothing was running");
  });

program
  .command("status")
  .description("what runs, how far behind it is, what was counted")
  .option("--json", "one JSON object")
  .action(({ json }: { json?: boolean }) => printStatus(openWorkplace(), json === true));

program
  .command("logs [names...]")
  .description("the last lines of the logs")
  .option("-n, --lines <count>", "lines of each", positive, 20)
  .option("-f, --follow", "go on until Ctrl-C")
  .action(async (names: string[], { lines, follow }: { lines: number; follow?: boolean }) => {
    const { dataDir } = openWorkplace();
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    const shown = names.length > 0 ? names : logNames(dataDir);
    await showLogs(
      dataDir,
      shown,
      lines,
      (name, line) => console.log(shown.length > 1 ? `${name}: ${line}` : line),
      follow === true ? stop.signal : undefined,
    );
  });

program
  .command("explain <lead>")
  .description("why a lead has its score: every row of its ledger, and who owns it")
  .option("--at <time>", "at this instant, such as 2026-03-31T12:00:00Z")
  .option("--json", "one JSON object")
  .action((lead: string, { at, json }: { at?: string; json?: boolean }) => explainLead(openWorkplace(), lead, at, json === true));

rescoring(program.command("publish <kind> <file>"))
  .description("check a model, policy, journey or roster (kind) and let it take effect in every partition")
  .option("--roster <yaml>", "roster that a policy is checked against; the one in force where none is named", undefined)
  .action((kind: string, file: string, { roster, rescore }: { roster?: string; rescore?: number | true }) => {
    const workplace = openWorkplace();
    if (kind === "model") return publishModel(workplace, file, optional({ rescore }));
    return publishFiles(workplace, kind, file, roster);
  });

program
  .command("simulate")
  .description("send simulated traffic to the running stack through its collector")
  .option("--rate <events>", "events a second", positive, 20)
  .option("--events <count>", "stop after so many", positive)
  .option("--months <count>", "send history of so many months instead of live traffic", positive)
  .option("--leads-per-day <count>", "leads of a day of history", positive, 60)
  .option("--seed <number>", "the same seed makes the same leads", positive, 7)
  .option("--seller-pace <ms>", "mean time of a seller's step", positive, 20_000)
  .option("--duplicates <share>", "share that is sent twice", share, 0.01)
  .option("--disorder <share>", "share that comes late", share, 0.05)
  .option("--invalid <share>", "share that is invalid on purpose", share, 0.005)
  .option("--journal <file>", "where to note every accepted event id")
  .action((wish) => simulate(openWorkplace(), wish));

registerModels(program, openWorkplace);
registerImport(program, openWorkplace);
registerJourneys(program);

program
  .command("prepare")
  .description("topics, schemas, tables and configuration on servers that run elsewhere; addresses come from the environment")
  .action(() => prepareFromEnvironment(openWorkplace()));

program
  .command("bench [arguments...]")
  .description(
    "measure against peers on this machine: bench <name|all> [--size small|full] [--repeats n] [name=value ...]; docs/benchmarks explains",
  )
  .allowUnknownOption()
  .action((words: string[]) => {
    const { status } = spawnSync(process.execPath, [join(openWorkplace().root, "tests/bench/src/main.ts"), ...words], { stdio: "inherit" });
    process.exitCode = status ?? 1;
  });

program
  .command("topics")
  .description("every topic with its key, partitions, retention and record types")
  .action(() => listTopics());

program
  .command("doctor")
  .description("what is missing on this machine, and how to get it")
  .action(async () => {
    const findings = await examine(openWorkplace());
    for (const { what, ok, detail, remedy } of findings)
      console.log(`${ok ? "ok     " : "missing"}  ${what}: ${detail}${ok ? "" : `\n         ${remedy}`}`);
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
  });

registerReplay(program);
registerWhatIf(program);
registerLearning(program, openWorkplace);

/** Leaves out what was not given. */
function optional<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  // Known faults are told in one message with their remedy; anything else is a bug and shows where it happened.
  const known =
    error instanceof CommandError ||
    error instanceof LocalStackError ||
    error instanceof ConfigError ||
    error instanceof KafkaAdapterError ||
    error instanceof RetriableStreamError ||
    error instanceof ImportError;
  process.stderr.write(
    `leadstream: ${known ? errorText(error) : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
}
