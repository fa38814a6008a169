import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { logTail } from "./child-process.ts";
import { LocalStackError } from "./errors.ts";
import { logFileOf } from "./servers.ts";
import { pauseMs } from "./wait.ts";

const pollMs = 200;

/** Names under <data>/logs, without the ending. */
export const logNames = (dataDir: string): string[] => {
  try {
    return readdirSync(join(dataDir, "logs"))
      .filter((name) => name.endsWith(".log"))
      .map((name) => name.slice(0, -".log".length))
      .sort();
  } catch {
    return [];
  }
};

const readFrom = (path: string, position: number): Buffer => {
  const length = statSync(path).size - position;
  if (length <= 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(length);
  const descriptor = openSync(path, "r");
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
  } finally {
    closeSync(descriptor);
  }
};

/** The last lines of each named log, then, with a signal, every further line until it is aborted. Throws NOT_RUNNING for a name without a log. */
export const showLogs = async (
  dataDir: string,
  names: readonly string[],
  lines: number,
  write: (name: string, line: string) => void,
  follow?: AbortSignal,
): Promise<void> => {
  const known = logNames(dataDir);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new LocalStackError("NOT_RUNNING", `no log of ${unknown.join(", ")}; there are: ${known.join(", ") || "none yet"}`);
  const positions = new Map<string, number>();
  for (const name of names) {
    const path = logFileOf(dataDir, name);
    positions.set(name, statSync(path).size);
    for (const line of logTail(path, lines).split("\n")) if (line !== "") write(name, line);
  }
  while (follow !== undefined && !follow.aborted) {
    for (const name of names) {
      const path = logFileOf(dataDir, name);
      // A log that was set aside begins anew.
      const position = Math.min(positions.get(name) ?? 0, statSync(path).size);
      const bytes = readFrom(path, position);
      const whole = bytes.lastIndexOf("\n") + 1;
      positions.set(name, position + whole);
      for (const line of bytes.subarray(0, whole).toString("utf8").split("\n").slice(0, -1)) write(name, line);
    }
    await pauseMs(pollMs);
  }
};
