import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LocalStackError } from "../errors.ts";
import { identify } from "../process-identity.ts";
import { waitFor } from "../wait.ts";
import { limits } from "./limits.ts";

export type ClickHouseFrontWish = {
  /** 0 takes a free port. */
  port: number;
  dataDir: string;
  user: string;
  password: string;
  /** Everything the child prints is appended here. */
  logFile: string;
  memoryLimitMb?: number;
  /** The child also ends when this process does, however it ends; on by default. */
  exitWithParent?: boolean;
  readyLimitMs?: number;
  stopLimitMs?: number;
};

export type ClickHouseFrontProcess = { url: string; pid: number; stop(): Promise<void> };

const tailCharacters = 2000;

const logSince = (path: string, startBytes: number): string => readFileSync(path).subarray(startBytes).toString("utf8");

const readyPort = (log: string): number | undefined => {
  const line = log.split("\n").find((text) => text.startsWith('{"ready":true'));
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
};

/**
 * Starts the embedded ClickHouse as a child process with the same Node and waits until it serves.
 * Throws SERVER_EXITED or SERVER_NOT_READY with the tail of the child's log. `stop` drains, then kills after `stopLimitMs`.
 */
export const spawnClickHouseFront = async (wish: ClickHouseFrontWish): Promise<ClickHouseFrontProcess> => {
  const { readyLimitMs = 60_000, stopLimitMs = 30_000, exitWithParent = true } = wish;
  mkdirSync(dirname(wish.logFile), { recursive: true });
  const log = openSync(wish.logFile, "a");
  const logStart = readFileSync(wish.logFile).length;
  const main = join(import.meta.dirname, "main.ts");
  const flags = [
    "--port",
    String(wish.port),
    "--data",
    wish.dataDir,
    "--user",
    wish.user,
    "--memory-limit-mb",
    String(wish.memoryLimitMb ?? 1500),
  ];
  if (exitWithParent) flags.push("--exit-with-parent");
  const child = spawn(process.execPath, [main, ...flags], {
    stdio: [exitWithParent ? "pipe" : "ignore", log, log],
    // A session of its own: a Ctrl-C on the terminal reaches the parent alone, which stops its children in order.
    detached: true,
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      UV_THREADPOOL_SIZE: String(limits.threadPoolSize),
      LEADSTREAM_CLICKHOUSE_PASSWORD: wish.password,
    },
  });
  closeSync(log);
  let ended: string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      ended = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      ended = signal ?? `exit code ${code}`;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (ended !== undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
    await exited;
    clearTimeout(timer);
  };
  const tail = () => logSince(wish.logFile, logStart).slice(-tailCharacters);
  const port = await waitFor(() => (ended === undefined ? readyPort(logSince(wish.logFile, logStart)) : -1), {
    limitMs: readyLimitMs,
    everyMs: 50,
  });
  if (port === undefined) {
    await stop();
    throw new LocalStackError(
      "SERVER_NOT_READY",
      `ClickHouse did not serve within ${readyLimitMs} ms; its log (${wish.logFile}) ends:\n${tail()}`,
    );
  }
  if (port === -1 || child.pid === undefined || identify(child.pid) === undefined) {
    throw new LocalStackError("SERVER_EXITED", `ClickHouse ended at its start (${ended}); its log (${wish.logFile}) ends:\n${tail()}`);
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop };
};
