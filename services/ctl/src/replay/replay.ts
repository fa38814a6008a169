import { spawn } from "node:child_process";
import { join } from "node:path";
import { stackEnvironment } from "@leadstream/infra-local";
import { z } from "zod";
import { CommandError } from "../errors.ts";
import { runningStack, type Workplace } from "../workplace.ts";

/** Folds that can be verified, and the service whose code each is. */
export const replayableFolds = { scoring: "scoring", shadow: "scoring", cases: "router", teams: "router" } as const;
export type ReplayableFold = keyof typeof replayableFolds;

const difference = z.object({
  target: z.string(),
  kind: z.enum(["missing", "extra", "differs"]),
  index: z.int(),
  offset: z.int().nullable(),
  cause: z.int().nullable(),
});
const verdictShape = z.object({
  fold: z.string(),
  fingerprint: z.string(),
  same: z.boolean(),
  partitions: z.array(
    z.object({
      partition: z.int(),
      upTo: z.int(),
      records: z.int(),
      outputs: z.int(),
      digest: z.string(),
      state: z.enum(["same", "differs", "not compared"]),
      storedAt: z.int().nullable(),
      differences: z.array(difference),
    }),
  ),
});
export type ReplayResult = z.output<typeof verdictShape>;

const DIFFERENT_EXIT_CODE = 2;

/**
 * Repeats a fold from the first record of its inbox in a process of its own, started from the service's replay.ts, so that the very code of the service judges
 * the log. The live stores are compared as their last writes left them.
 */
export async function replayFold(workplace: Workplace, fold: ReplayableFold): Promise<ReplayResult> {
  const state = runningStack(workplace);
  const service = replayableFolds[fold];
  const environment = {
    ...process.env,
    ...stackEnvironment({ ...workplace, addresses: state.addresses }),
  };
  const program = join(workplace.root, `services/${service}/src/replay.ts`);
  const { code, output, complaint } = await run([program, fold], environment);
  if (code !== 0 && code !== DIFFERENT_EXIT_CODE) {
    throw new CommandError("CHILD_FAILED", `the replay of ${fold} ended with code ${code}: ${complaint.trim()}`);
  }
  return verdictShape.parse(JSON.parse(output));
}

async function run(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string; complaint: string }> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let complaint = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    complaint += data.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, output, complaint };
}
