import type { Topology } from "@leadstream/stream";
import type { FoldIo } from "../open-io.ts";
import { type ReplayWish, runReplay } from "./run-replay.ts";

const DIFFERENT_EXIT_CODE = 2;

/** What a service's `replay.ts` runs: argument `<fold>`, the verdict as one JSON line, exit code 0 when all is the same, 2 when not. */
export async function replayCommand(
  wish: Omit<ReplayWish, "fold">,
  topologies: (io: FoldIo) => readonly Topology[],
  args: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const [fold = ""] = args.filter((each) => !each.startsWith("--"));
  try {
    const verdict = await runReplay({ ...wish, fold }, topologies);
    process.stdout.write(`${JSON.stringify(verdict)}\n`, () => process.exit(verdict.same ? 0 : DIFFERENT_EXIT_CODE));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
  }
}
