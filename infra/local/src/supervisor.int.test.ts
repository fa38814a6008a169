import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { launchDetached, stopStack } from "./control.ts";
import { showLogs } from "./logs.ts";
import { freePorts } from "./ports.ts";
import { identify } from "./process-identity.ts";
import { loadStack, portVariableOf } from "./stack.ts";
import { readStackState, type StackState } from "./stack-state.ts";
import { waitFor } from "./wait.ts";

const root = join(import.meta.dirname, "../../..");
const stack = loadStack(root);
const limitMs = 120_000;
const limits = { limitMs: 30_000, everyMs: 50 };

const drainedAt = (dataDir: string, service: string): number =>
  Number(
    /drained at (\d+)/.exec(
      readFileSync(join(dataDir, `logs/${service}.log`), "utf8")
        .split("\n")
        .filter(Boolean)
        .at(-1) ?? "",
    )?.[1],
  );

const pidsOf = (state: StackState): number[] => [state.pid, ...state.processes.flatMap(({ pid }) => (pid === null ? [] : [pid]))];

describe("a stack under its supervisor", () => {
  let dataDir: string;
  let environment: NodeJS.ProcessEnv;
  const lines: string[] = [];

  const launch = (): Promise<StackState> =>
    launchDetached({
      dataDir,
      args: [join(root, "infra/local/tests/fixture-stack.ts")],
      environment,
      limitMs,
      log: (line) => lines.push(line),
    });
  const stop = (): Promise<boolean> => stopStack(dataDir, stack, limitMs, () => {});

  beforeAll(async () => {
    mkdirSync(join(root, ".leadstream/test"), { recursive: true });
    dataDir = mkdtempSync(join(root, ".leadstream/test/supervisor-"));
    const names = Object.keys(stack.ports);
    const ports = await freePorts(names.length);
    const variables = Object.fromEntries(names.map((name, index) => [portVariableOf(name), String(ports[index])]));
    environment = { ...process.env, ...variables, LEADSTREAM_DATA_DIR: dataDir };
  });

  afterAll(async () => {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, limitMs);

  it(
    "restarts a killed service, survives kill -9 of the supervisor, refuses a twin and stops in reverse order",
    async () => {
      const first = await launch();
      expect(first.processes.map(({ name, state }) => `${name} ${state}`)).toEqual(
        ["kafka", "registry", "clickhouse", "sink", "collector"].map((name) => `${name} running`),
      );
      expect(first.processes.every(({ rssMb }) => rssMb !== null && rssMb > 10)).toBe(true);
      expect(lines.indexOf("prepared")).toBeGreaterThan(lines.findIndex((line) => line.startsWith("kafka: ready")));
      await expect(launch()).rejects.toThrow(new RegExp(`another stack \\(process ${first.pid}\\) runs on`));

      const sink = first.processes.find(({ name }) => name === "sink");
      process.kill(sink?.pid ?? 0, "SIGKILL");
      const restarted = await waitFor(() => {
        const now = readStackState(dataDir)?.processes.find(({ name }) => name === "sink");
        return now?.state === "running" && now.restarts === 1 ? now : undefined;
      }, limits);
      expect(restarted?.pid).not.toBe(sink?.pid);

      const killed = readStackState(dataDir) as StackState;
      process.kill(killed.pid, "SIGKILL");
      await waitFor(() => (identify(killed.pid) === undefined ? true : undefined), limits);
      expect(readStackState(dataDir)).toBeUndefined();
      const second = await launch();
      expect(pidsOf(killed).filter((pid) => identify(pid) !== undefined)).toEqual([]);

      expect(await stop()).toBe(true);
      expect(pidsOf(second).filter((pid) => identify(pid) !== undefined)).toEqual([]);
      expect(readStackState(dataDir)).toBeUndefined();
      expect(drainedAt(dataDir, "collector")).toBeLessThanOrEqual(drainedAt(dataDir, "sink"));
      expect(await stop()).toBe(false);
    },
    2 * limitMs,
  );

  it("keeps the logs readable after the end", async () => {
    const shown: string[] = [];
    await showLogs(dataDir, ["collector"], 1, (name, line) => shown.push(`${name}: ${line}`));
    expect(shown).toEqual([expect.stringMatching(/^collector: drained at \d+$/)]);
    await expect(showLogs(dataDir, ["nobody"], 1, () => {})).rejects.toThrow(/no log of nobody; there are: .*collector/);
  });
});
