import { spawn } from "node:child_process";
import { join } from "node:path";
import { ConfigError } from "@leadstream/config";
import { rosterParts } from "@leadstream/domain-routing";
import { stackEnvironment } from "@leadstream/infra-local";
import { readJourneyFile, readPolicyFile, readRoster } from "../commands/documents.ts";
import { CommandError } from "../errors.ts";
import { runningStack, type Workplace } from "../workplace.ts";
import { type Comparison, comparisonShape } from "./comparison.ts";

export interface WhatIfWish {
  readonly policy: string;
  readonly roster?: string;
  readonly journey?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly imported?: boolean;
}

const YEAR_MS = 365 * 86_400_000;

/**
 * Reads the log of the running stack and plays it to the router's own code, in a process of its own. Throws ConfigError for a document or a time
 * that is not valid.
 */
export async function runWhatIf(workplace: Workplace, wish: WhatIfWish): Promise<Comparison> {
  const { addresses } = runningStack(workplace);
  const from = timeOf("--from", wish.from);
  const to = timeOf("--to", wish.to);
  if (from !== null && to !== null && from >= to) throw invalid("--from", "is not before --to", "Swap the two");
  const beginning = from ?? Date.now() - YEAR_MS;
  const roster = wish.roster === undefined ? null : readRoster(wish.roster, beginning);
  const policy = readPolicyFile(wish.policy, roster, beginning);
  const input = {
    policy: policy.document,
    teams: roster === null ? null : rosterParts(JSON.parse(roster.document)),
    journeys: wish.journey?.map((file) => readJourneyFile(file, beginning).document) ?? null,
    from,
    to,
    ownTimes: wish.imported === true,
  };
  const environment = { ...process.env, ...stackEnvironment({ ...workplace, addresses }) };
  const program = join(workplace.root, "services/router/src/what-if.ts");
  return comparisonShape.parse(JSON.parse(await run(program, JSON.stringify(input), environment)));
}

const invalid = (where: string, reason: string, remedy: string): ConfigError => new ConfigError([{ where, reason, remedy }]);

function timeOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid(name, "is no time", "Give ISO 8601, such as 2026-03-01 or 2026-03-01T12:00:00Z");
  return time;
}

async function run(program: string, input: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program], {
    env: environment,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const complaint: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => output.push(data));
  child.stderr.on("data", (data: Buffer) => complaint.push(data));
  // A process that ended early closes its input; what it said of it is told below.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return Buffer.concat(output).toString();
  throw new CommandError("CHILD_FAILED", `what-if ended with code ${code}: ${Buffer.concat(complaint).toString().trim()}`);
}
