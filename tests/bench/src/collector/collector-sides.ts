import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts, loadStack } from "@leadstream/infra-local";
import type { BenchContext } from "../harness/bench.ts";
import { Child } from "../harness/child.ts";
import type { Cluster } from "../harness/cluster.ts";
import { until } from "../harness/poll.ts";
import { startService } from "../harness/service-child.ts";

/** A server that takes the load. */
export interface CollectorSide {
  readonly name: string;
  readonly child: Child;
  readonly port: number;
  readonly apiKey: string;
  /** Each answered event must be one record on the log. */
  readonly writesToLog: boolean;
}

export const HOST = "127.0.0.1";
const START_LIMIT_MS = 30_000;
/** The rate limit of a key is not what is measured. */
const NO_LIMIT = "10000000";

/** The shipped collector as the stack starts it; only the rate limit of the API key is lifted. */
export async function startCollector(
  { root, workFolder }: BenchContext,
  cluster: Cluster,
  nodeArguments: readonly string[],
): Promise<CollectorSide> {
  const port = await freePort();
  const dataDir = join(workFolder, "collector");
  mkdirSync(dataDir, { recursive: true });
  const child = startService({
    root,
    service: "collector",
    addresses: cluster.addresses,
    dataDir,
    logFile: join(workFolder, "collector.log"),
    nodeArguments,
    environment: {
      LEADSTREAM_COLLECTOR_PORT: String(port),
      LEADSTREAM_EVENTS_PER_SECOND: NO_LIMIT,
      LEADSTREAM_EVENTS_BURST: NO_LIMIT,
    },
  });
  await untilHealthy(child, port);
  const apiKey = readFileSync(join(dataDir, "api-key"), "utf8").trim();
  return { name: "leadstream", child, port, apiKey, writesToLog: true };
}

export async function startBare({ root, workFolder }: BenchContext): Promise<CollectorSide> {
  const port = await freePort();
  const child = new Child({
    name: "the bare Fastify handler",
    command: process.execPath,
    args: [...loadStack(root).nodeArguments, join(import.meta.dirname, "bare-main.ts")],
    environment: { ...process.env, NODE_OPTIONS: "", BARE_PORT: String(port) },
    logFile: join(workFolder, "bare.log"),
  });
  await untilHealthy(child, port);
  return { name: "bare fastify", child, port, apiKey: "none", writesToLog: false };
}

async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

async function untilHealthy(child: Child, port: number): Promise<void> {
  await until("a healthy server", START_LIMIT_MS, 50, async () => {
    child.assertRunning();
    const answer = await fetch(`http://${HOST}:${port}/health`).catch(() => null);
    return answer?.ok ? true : null;
  });
}
