import type { StackState } from "@leadstream/infra-local";
import type { Command } from "commander";
import { runningStack, type Workplace } from "../workplace.ts";
import { importFile } from "./import-file.ts";
import { edgeDefaultsOf, openSession } from "./open-session.ts";
import { holdsPersonal } from "./personal-fields.ts";
import { nothingThere } from "./presence.ts";
import { progressView } from "./progress-view.ts";
import { readMapping } from "./read-mapping.ts";
import { reportLines } from "./report-lines.ts";
import type { ImportReport } from "./run-import.ts";

interface ImportFlags {
  readonly mapping: string;
  readonly rejects?: string;
  readonly again?: boolean;
  readonly sameRows?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** Adds `import`. Exit code 0 when every row is in, 2 when some were rejected, 130 when it was stopped. */
export function registerImport(program: Command, openWorkplace: () => Workplace): void {
  program
    .command("import <file>")
    .description("bring in history from a CSV file (gz too); may be stopped, killed and run again at any time")
    .requiredOption("--mapping <yaml>", "how rows become events; examples in infra/examples/import")
    .option("--rejects <csv>", "where to list rows that were not imported; default: in the data folder, below imports/")
    .option("--check", "only read and judge the file: nothing is sent")
    .option("--again", "go through a finished file once more; events that are there already are not sent again")
    .option("--same-rows", "the file holds the rows of an earlier one of that name, corrected or with more behind them")
    .option("--json", "one JSON object at the end")
    .action(async (file: string, flags: ImportFlags) => {
      const report = await runCommand(openWorkplace(), file, flags);
      console.log(flags.json === true ? JSON.stringify(report) : reportLines(report, flags.check === true).join("\n"));
      if (report.state === "stopped") process.exitCode = 130;
      else if (report.rejectedRows > 0) process.exitCode = 2;
    });
}

async function runCommand(workplace: Workplace, filePath: string, flags: ImportFlags): Promise<ImportReport> {
  const { dataDir } = workplace;
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  const { mapping } = await readMapping(flags.mapping);
  const session = flags.check
    ? null
    : await openSession({ ...wishOf(runningStack(workplace)), dataDir, personal: holdsPersonal(mapping), environment: process.env });
  const view = progressView(process.stderr, () => performance.now());
  try {
    return await importFile({
      mappingPath: flags.mapping,
      filePath,
      dataDir,
      sink: session?.sink ?? null,
      alreadyThere: session?.alreadyThere ?? nothingThere,
      progress: view.listener,
      signal: stop.signal,
      now: Date.now,
      again: flags.again === true,
      sameRows: flags.sameRows === true,
      ...(flags.rejects === undefined ? {} : { rejectsPath: flags.rejects }),
      edge: edgeDefaultsOf(process.env),
    });
  } finally {
    view.close();
    await session?.close();
    process.removeListener("SIGINT", onSignal);
    process.removeListener("SIGTERM", onSignal);
  }
}

function wishOf({ addresses, urls }: StackState) {
  return { addresses, collectorUrl: urls.collector ?? "" };
}
