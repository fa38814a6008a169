import { spawn } from "node:child_process";
import { join } from "node:path";
import { stackEnvironment } from "@leadstream/infra-local";
import { CommandError } from "../errors.ts";
import { runningStack, type Workplace } from "../workplace.ts";

const HEAP_MB = 512;

/**
 * Runs the shadow's fold beside the running stack until Ctrl-C, which drains it. It goes on where it was, so it may run by the hour; what it has not read
 * yet waits in the log. Throws CHILD_FAILED when it ends by itself.
 */
export async function runShadow(workplace: Workplace): Promise<void> {
  const { addresses } = runningStack(workplace);
  const program = join(workplace.root, "services/scoring/src/shadow.ts");
  const environment = { LEADSTREAM_LOG_LEVEL: "warn", ...process.env, ...stackEnvironment({ ...workplace, addresses }) };
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", `--max-old-space-size=${HEAP_MB}`, program], {
    env: environment,
    stdio: "inherit",
  });
  let stopping = false;
  // Ctrl-C reaches the child by itself; a second signal would cut its drain short.
  const interrupted = (): void => {
    stopping = true;
  };
  const stop = (): void => {
    stopping = true;
    child.kill("SIGTERM");
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", stop);
  console.log(
    "the shadow runs; Ctrl-C ends it, `./leadstream models shadow` lets it go on. Differences: view shadow_comparison, GET /v1/model/versions",
  );
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (!stopping) throw new CommandError("CHILD_FAILED", `the shadow ended with code ${code}: its messages stand above`);
  } finally {
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", stop);
  }
}
