import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { LocalStackError } from "./errors.ts";
import type { LogLine } from "./log-line.ts";
import { identify, isRunning, type ProcessIdentity, parseIdentity, residentMb, signalIfSame } from "./process-identity.ts";
import { waitFor } from "./wait.ts";

export type ChildSettings = {
  name: string;
  command: string;
  args: readonly string[];
  environment: NodeJS.ProcessEnv;
  workingDirectory: string;
  logFile: string;
  pidFile: string;
};

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  name: string;
  pid: number;
  logFile: string;
  exited: Promise<ChildExit>;
  isAlive(): boolean;
  residentMb(): number | undefined;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after drainMs. Resolves when the process is gone. */
  stop(drainMs: number): Promise<void>;
};

const logLimitBytes = 20_000_000;
const killLimitMs = 10_000;

let parentDeathPrefix: readonly string[] | undefined;

/** On Linux the kernel ends the child when this process dies, however it dies; elsewhere the pid file finds it at the next start. */
const withParentDeath = (command: string, args: readonly string[]): [string, string[]] => {
  parentDeathPrefix ??=
    process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "TERM", "true"], { stdio: "ignore" }).status === 0
      ? ["setpriv", "--pdeathsig", "TERM", "--"]
      : [];
  const [first, ...rest] = [...parentDeathPrefix, command, ...args];
  return [first ?? command, rest];
};

const openLog = (path: string): number => {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > logLimitBytes) renameSync(path, `${path}.1`);
  } catch {
    // No log yet: the first start of this process.
  }
  return openSync(path, "a");
};

export const logTail = (path: string, lines: number): string => {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
};

const handleOf = (settings: ChildSettings, process_: ChildProcess, identity: ProcessIdentity): Child => {
  let alive = true;
  const exited = new Promise<ChildExit>((resolve) => {
    process_.once("exit", (code, signal) => {
      alive = false;
      rmSync(settings.pidFile, { force: true });
      resolve({ code, signal });
    });
  });
  return {
    name: settings.name,
    pid: identity.pid,
    logFile: settings.logFile,
    exited,
    isAlive: () => alive,
    residentMb: () => (alive ? residentMb(identity.pid) : undefined),
    kill: (signal) => {
      if (alive) process_.kill(signal);
    },
    stop: async (drainMs) => {
      if (!alive) return;
      process_.kill("SIGTERM");
      const timer = setTimeout(() => process_.kill("SIGKILL"), drainMs);
      await exited;
      clearTimeout(timer);
    },
  };
};

/**
 * Starts the process in its own session (a Ctrl-C in the terminal reaches only us, so that we stop children in order),
 * its output appended to the log file. Throws SERVER_EXITED when it cannot be started at all.
 */
const startChild = async (settings: ChildSettings): Promise<Child> => {
  mkdirSync(dirname(settings.pidFile), { recursive: true });
  const logDescriptor = openLog(settings.logFile);
  const [command, args] = withParentDeath(settings.command, settings.args);
  const child = spawn(command, args, {
    cwd: settings.workingDirectory,
    env: settings.environment,
    stdio: ["ignore", logDescriptor, logDescriptor],
    detached: true,
  });
  closeSync(logDescriptor);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) =>
      reject(new LocalStackError("SERVER_EXITED", `${settings.name} cannot be started: ${error.message}`, { cause: error })),
    );
  });
  const pid = child.pid ?? 0;
  const identity = identify(pid) ?? { pid, startToken: "gone" };
  writeFileSync(settings.pidFile, JSON.stringify(identity));
  return handleOf(settings, child, identity);
};

/** Ends a process that is not (or no longer) our child; resolves when it is gone. */
export const stopForeign = async (identity: ProcessIdentity, drainMs: number): Promise<void> => {
  const gone = () => (isRunning(identity) ? undefined : true);
  signalIfSame(identity, "SIGTERM");
  if (await waitFor(gone, { limitMs: drainMs, everyMs: 50 })) return;
  signalIfSame(identity, "SIGKILL");
  await waitFor(gone, { limitMs: killLimitMs, everyMs: 50 });
};

/** A process left by a parent that was killed: named by the pid file, checked by its start time, stopped. */
export const stopStale = async (name: string, pidFile: string, drainMs: number, log: LogLine): Promise<void> => {
  let text: string;
  try {
    text = readFileSync(pidFile, "utf8");
  } catch {
    return;
  }
  const identity = parseIdentity(text);
  if (identity !== undefined && isRunning(identity)) {
    log(`${name}: stopping process ${identity.pid}, left by a run that was killed`);
    await stopForeign(identity, drainMs);
  }
  rmSync(pidFile, { force: true });
};

export type ReadyWait = { probe(): Promise<boolean>; limitMs: number; signal: AbortSignal };

const awaitReady = async (child: Child, { probe, limitMs, signal }: ReadyWait): Promise<void> => {
  const outcome = await waitFor(
    async () => {
      if (signal.aborted) return "interrupted" as const;
      if (!child.isAlive()) return "exited" as const;
      return (await probe()) ? ("ready" as const) : undefined;
    },
    { limitMs, everyMs: 100 },
  );
  if (outcome === "ready") return;
  if (outcome === "interrupted") throw new LocalStackError("INTERRUPTED", `${child.name} was stopped while starting`);
  const what = outcome === "exited" ? "ended while starting" : `did not answer within ${limitMs / 1000} s`;
  throw new LocalStackError(
    outcome === "exited" ? "SERVER_EXITED" : "SERVER_NOT_READY",
    `${child.name} ${what}; its log ${child.logFile} ends with:\n${logTail(child.logFile, 12)}`,
  );
};

/** startChild, then waits until `probe` answers true; else stops it and throws SERVER_EXITED, SERVER_NOT_READY (with the end of the log) or INTERRUPTED. */
export const startReadyChild = async (settings: ChildSettings, drainMs: number, wait: ReadyWait): Promise<Child> => {
  const child = await startChild(settings);
  try {
    await awaitReady(child, wait);
    return child;
  } catch (error) {
    await child.stop(drainMs);
    throw error;
  }
};
