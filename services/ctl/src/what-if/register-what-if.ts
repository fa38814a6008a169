import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { tableText } from "../learning/table.ts";
import { openWorkplace } from "../workplace.ts";
import { whatIfReport } from "./html-report.ts";
import { runWhatIf, type WhatIfWish } from "./run-what-if.ts";
import { headline, whatIfTables } from "./tables.ts";

/** `leadstream what-if --policy <yaml>`. */
export function registerWhatIf(program: Command): void {
  program
    .command("what-if")
    .description("play the leads of the past to another policy and compare with what happened; changes nothing")
    .requiredOption("--policy <yaml>", "routing policy to try")
    .option("--roster <yaml>", "teams and sellers to try; default: those that were published, from when they were")
    .option("--journey <yaml...>", "journeys to try; default: those that were published, from when they were")
    .option("--from <time>", "count from this time on, such as 2026-03-01")
    .option("--to <time>", "count up to this time")
    .option("--imported", "imported history happens at its own time, as if it had come in live")
    .option("--html <file>", "write a report with plots")
    .option("--json", "one JSON object")
    .action(async ({ html, json, ...wish }: WhatIfWish & { readonly html?: string; readonly json?: boolean }) => {
      const comparison = await runWhatIf(openWorkplace(), wish);
      if (json === true) console.log(JSON.stringify(comparison));
      else console.log([headline(comparison), ...whatIfTables(comparison).map(tableText)].join("\n"));
      if (html === undefined) return;
      await writeFile(html, whatIfReport(comparison));
      if (json !== true) console.log(`\nwritten: ${html}`);
    });
}
