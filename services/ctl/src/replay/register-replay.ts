import { type Command, Option } from "commander";
import { openWorkplace } from "../workplace.ts";
import { type ReplayableFold, type ReplayResult, replayableFolds, replayFold } from "./replay.ts";

/** `leadstream replay --verify <fold>`. */
export function registerReplay(program: Command): void {
  program
    .command("replay")
    .description("repeat a fold from its recorded inbox in a fresh process and compare it with the log, byte by byte")
    .addOption(
      new Option("--verify <fold>", "which fold; router: its two, cases and teams")
        .choices([...Object.keys(replayableFolds), "router"])
        .makeOptionMandatory(),
    )
    .option("--json", "one JSON object")
    .action(async ({ verify, json }: { verify: ReplayableFold | "router"; json?: boolean }) => {
      const folds = verify === "router" ? (["cases", "teams"] as const) : [verify];
      for (const fold of folds) {
        const result = await replayFold(openWorkplace(), fold);
        console.log(json === true ? JSON.stringify(result) : renderReplay(result));
        if (!result.same) process.exitCode = 2;
      }
    });
}

export function renderReplay({ fold, fingerprint, partitions, same }: ReplayResult): string {
  const lines = partitions.map(({ partition, upTo, records, outputs, state, differences }) => {
    const place = `${fold} partition ${partition}: ${records} records below offset ${upTo} give ${outputs} outputs`;
    const verdict = differences.length === 0 ? "all as in the log" : differences.map(describe).join("; ");
    const ofState = state === "not compared" ? "" : `; state ${state === "same" ? "as in the store" : "DIFFERS from the store"}`;
    return `${place}, ${verdict}${ofState}`;
  });
  const compared = partitions.some(({ state }) => state !== "not compared");
  if (!compared) lines.push("Only payloads were compared: the service has no store yet.");
  lines.push(
    same ? `SAME: logic ${fingerprint} gives what the log holds.` : `DIFFERENT: logic ${fingerprint} does not give what the log holds.`,
  );
  return lines.join("\n");
}

function describe({ target, kind, index, offset, cause }: ReplayResult["partitions"][number]["differences"][number]): string {
  switch (kind) {
    case "missing":
      return `${target} ends before output ${index}`;
    case "extra":
      return `${target} holds offset ${offset} (caused by ${cause}), which the fold does not give`;
    default:
      return `${target} offset ${offset} (caused by ${cause}) has other bytes than output ${index}`;
  }
}
