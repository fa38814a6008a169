import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { logTail, stopForeign, stopStale } from "./child-process.ts";
import { LocalStackError } from "./errors.ts";
import { parseLock } from "./file-lock.ts";
import type { LogLine } from "./log-line.ts";
import { isRunning } from "./process-identity.ts";
import { allServers, logFileOf, pidFileOf } from "./servers.ts";
import type { Stack } from "./stack.ts";
import { readStackState, removeStackState, type StackState } from "./stack-state.ts";
import { waitFor } from "./wait.ts";

const supervisorName = "supervisor";
const leftOverDrainMs = 10_000;

/**
 * Ends the stack that another process runs on the data directory: SIGTERM to its supervisor, SIGKILL after limitMs, then whatever
 * it left behind. False when nothing ran.
 */
export const stopStack = async (dataDir: string, stack: Stack, limitMs: number, log: LogLine): Promise<boolean> => {
  const holder = parseLock(join(dataDir, "run/stack.lock"));
  const running = holder !== undefined && isRunning(holder);
  if (running) {
    log(`asking process ${holder.pid} to stop the stack`);
    await stopForeign(holder, limitMs);
  }
  const names = [...allServers, ...stack.services.map((service) => service.name)];
  for (const name of names.reverse()) await stopStale(name, pidFileOf(dataDir, name), leftOverDrainMs, log);
  removeStackState(dataDir);
  return running;
};

export type DetachedOptions = {
  dataDir: string;
  /** Node's arguments: a main.ts that calls startStack and stays, and its own arguments. */
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  limitMs: number;
  /** Gets the lines that the supervisor prints while it starts. */
  log: LogLine;
};

/** Starts a supervisor that outlives this process and waits until its stack is ready. Throws SERVER_EXITED or SERVER_NOT_READY. */
export const launchDetached = async ({ dataDir, args, environment, limitMs, log }: DetachedOptions): Promise<StackState> => {
  const logFile = logFileOf(dataDir, supervisorName);
  mkdirSync(join(dataDir, "logs"), { recursive: true });
  const descriptor = openSync(logFile, "a");
  let position = statSync(logFile).size;
  const child = spawn(process.execPath, [...args], { detached: true, stdio: ["ignore", descriptor, descriptor], env: environment });
  closeSync(descriptor);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = signal ?? `exit code ${code}`;
  });
  const relay = (): void => {
    const text = readFileSync(logFile).subarray(position);
    const whole = text.lastIndexOf("\n") + 1;
    position += whole;
    for (const line of text.subarray(0, whole).toString("utf8").split("\n").slice(0, -1)) log(line);
  };
  const outcome = await waitFor(
    () => {
      relay();
      if (ended !== undefined) return "ended" as const;
      const state = readStackState(dataDir);
      return state?.pid === child.pid && state?.phase === "running" ? state : undefined;
    },
    { limitMs, everyMs: 200 },
  );
  relay();
  if (outcome === "ended")
    throw new LocalStackError("SERVER_EXITED", `the stack did not start (${ended}); ${logFile} ends with:\n${logTail(logFile, 12)}`);
  if (outcome === undefined) {
    child.kill("SIGTERM");
    throw new LocalStackError(
      "SERVER_NOT_READY",
      `the stack was not ready within ${limitMs / 1000} s and is being stopped; see ${logFile}`,
    );
  }
  child.unref();
  return outcome;
};
