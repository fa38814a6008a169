import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { isRunning, residentMb } from "./process-identity.ts";

const processState = z.object({
  name: z.string(),
  kind: z.enum(["server", "service"]),
  state: z.enum(["starting", "running", "restarting", "down", "gave up", "stopped", "off"]),
  pid: z.int().nullable(),
  restarts: z.int(),
  rssMb: z.number().nullable(),
});

const stateSchema = z.object({
  version: z.literal(1),
  /** Of the supervisor. */
  pid: z.int(),
  startToken: z.string(),
  phase: z.enum(["starting", "running", "stopping"]),
  startedAt: z.iso.datetime(),
  readyAt: z.iso.datetime().nullable(),
  readyMs: z.number().nullable(),
  urls: z.record(z.string(), z.string()),
  addresses: z.object({
    kafka: z.object({ brokers: z.string() }),
    registry: z.object({ url: z.string() }),
    clickhouse: z.object({ url: z.string(), user: z.string(), password: z.string() }),
  }),
  processes: z.array(processState),
});

/** What a running stack tells other processes: `<data>/run/stack.json`, readable by its owner only (it holds the ClickHouse password). */
export type StackState = z.infer<typeof stateSchema>;

const stateFile = (dataDir: string): string => join(dataDir, "run/stack.json");

/** Replaces the file in one step, so that no reader sees half of it. */
export const writeStackState = (dataDir: string, state: StackState): void => {
  const path = stateFile(dataDir);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
};

export const removeStackState = (dataDir: string): void => rmSync(stateFile(dataDir), { force: true });

/** The state of the stack that runs on this data directory, memory read anew; undefined when none runs. */
export const readStackState = (dataDir: string): StackState | undefined => {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(stateFile(dataDir), "utf8"));
  } catch {
    return undefined;
  }
  const parsed = stateSchema.safeParse(raw);
  if (!parsed.success || !isRunning(parsed.data)) return undefined;
  const processes = parsed.data.processes.map((each) => ({ ...each, rssMb: each.pid === null ? null : (residentMb(each.pid) ?? null) }));
  return { ...parsed.data, processes };
};
