import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { spawnClickHouseFront } from "./clickhouse-front/spawn.ts";
import { identify, isRunning, signalIfSame } from "./process-identity.ts";
import type { Handle } from "./supervised.ts";
import { pauseMs } from "./wait.ts";

export type ClickHouseSettings = {
  dataDirectory: string;
  logFile: string;
  pidFile: string;
  port: number;
  user: string;
  password: string;
};

const watchEveryMs = 250;

export const startClickHouse = async (settings: ClickHouseSettings): Promise<Handle> => {
  mkdirSync(settings.dataDirectory, { recursive: true });
  const { port, user, password, logFile } = settings;
  const front = await spawnClickHouseFront({ port, dataDir: settings.dataDirectory, user, password, logFile });
  const identity = identify(front.pid) ?? { pid: front.pid, startToken: "gone" };
  writeFileSync(settings.pidFile, JSON.stringify(identity));
  let stopped = false;
  const watch = async (): Promise<{ code: null; signal: null }> => {
    while (isRunning(identity)) await pauseMs(watchEveryMs);
    rmSync(settings.pidFile, { force: true });
    return { code: null, signal: null };
  };
  return {
    pid: front.pid,
    exited: watch(),
    kill: (signal) => void signalIfSame(identity, signal),
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await front.stop();
      rmSync(settings.pidFile, { force: true });
    },
  };
};
