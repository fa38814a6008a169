import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { OwnServers } from "@leadstream/infra-local";

/** The sink as a process of its own, as the stack runs it. */
export interface SinkProcess {
  /** Signal or exit code it ended with. */
  readonly ended: Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** The last of what it printed. */
  output(): string;
}

const main = join(import.meta.dirname, "../src/main.ts");

export function startSink(servers: OwnServers, database: string, environment: Readonly<Record<string, string>> = {}): SinkProcess {
  const child: ChildProcess = spawn(process.execPath, [main], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      LEADSTREAM_KAFKA_BROKERS: servers.kafka.brokers,
      LEADSTREAM_REGISTRY_URL: servers.registry.url,
      LEADSTREAM_CLICKHOUSE_URL: servers.clickhouse.url,
      LEADSTREAM_CLICKHOUSE_USER: servers.clickhouse.user,
      LEADSTREAM_CLICKHOUSE_PASSWORD: servers.clickhouse.password,
      LEADSTREAM_CLICKHOUSE_DATABASE: database,
      LEADSTREAM_DATA_DIR: servers.dataDir,
      LEADSTREAM_SINK_PORT: String(servers.ports.sink),
      LEADSTREAM_BLOCK_LINGER_MS: "100",
      LEADSTREAM_SINK_FETCH_MAX_WAIT_MS: "100",
      ...environment,
    },
  });
  let text = "";
  const keep = (data: Buffer): void => {
    text = (text + data.toString()).slice(-4_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return {
    ended: new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`))),
    signal: (name) => void child.kill(name),
    output: () => text,
  };
}

/** Waits until `done` holds, asking again every 100 ms; rejects with `what` after `limitMs`. */
export async function until(what: () => string, done: () => Promise<boolean>, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
