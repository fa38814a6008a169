import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stopStale } from "./child-process.ts";
import { startClickHouse } from "./clickhouse-server.ts";
import { ensureServers, type ServerFolders } from "./downloads.ts";
import { errorText, LocalStackError } from "./errors.ts";
import { type FileLock, tryLock } from "./file-lock.ts";
import { findJavas, type Java, requireJava } from "./java.ts";
import { kafkaDrainMs, startKafka } from "./kafka-server.ts";
import type { LogLine } from "./log-line.ts";
import { assertPortsFree } from "./ports.ts";
import { registryDrainMs, registryUrl, startRegistry } from "./registry-server.ts";
import { loadStack, type PortName, type Ports, type ServerName, type Stack } from "./stack.ts";
import { type RestartPolicy, Supervised, type SupervisedStatus } from "./supervised.ts";

/** Where the servers answer. */
export type ServerAddresses = {
  kafka: { brokers: string };
  registry: { url: string };
  clickhouse: { url: string; user: string; password: string };
};

export type RunningServers = ServerAddresses & {
  /** Process ids of those that are up. */
  pids(): Partial<Record<ServerName, number>>;
  statuses(): SupervisedStatus[];
  /** Takes one server away (SIGKILL, SIGTERM); it stays away until up(). */
  down(name: ServerName, signal: NodeJS.Signals): Promise<void>;
  /** Brings it back with the same data and port; resolves when it serves. */
  up(name: ServerName): Promise<void>;
  /** ClickHouse, registry, Kafka; then the data directory is free again. */
  stop(): Promise<void>;
};

export type StartServersOptions = {
  /** The checkout: holds .leadstream/downloads. */
  root: string;
  dataDir: string;
  ports: Ports;
  log: LogLine;
  /** Default: infra/stack.yaml of the checkout. */
  stack?: Stack;
  /** Default: all three. */
  only?: readonly ServerName[];
  /** Default: a server that ends is not started again. */
  restart?: RestartPolicy;
  onChange?: () => void;
  /** Ends the start: everything is stopped again and INTERRUPTED thrown. */
  signal?: AbortSignal;
  /** Services that will run beside: their leftovers are stopped and their ports checked before anything starts. */
  services?: readonly (PortName & string)[];
};

export const allServers: readonly ServerName[] = ["kafka", "registry", "clickhouse"];

const clickHouseUser = "leadstream";
const clickHouseDrainMs = 15_000;
const leftOverDrainMs = 10_000;
const noRestart: RestartPolicy = { maximumRestarts: 0, windowMs: 1_000, initialBackoffMs: 1, maximumBackoffMs: 1 };
const portsOf: Record<ServerName, readonly PortName[]> = {
  kafka: ["kafka", "kafkaController"],
  registry: ["registry", "registryManagement"],
  clickhouse: ["clickhouse"],
};

export const logFileOf = (dataDir: string, name: string): string => join(dataDir, `logs/${name}.log`);

export const pidFileOf = (dataDir: string, name: string): string => join(dataDir, `run/${name}.pid`);

/** Made at the first start and kept with the data: whoever can read the data directory may query. */
const clickHousePassword = (dataDir: string): string => {
  const given = process.env.LEADSTREAM_CLICKHOUSE_PASSWORD;
  if (given) return given;
  const path = join(dataDir, "run/clickhouse-password");
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    const password = randomBytes(18).toString("base64url");
    writeFileSync(path, password, { mode: 0o600 });
    return password;
  }
};

const lockDataDir = (dataDir: string): FileLock => {
  try {
    mkdirSync(join(dataDir, "run"), { recursive: true });
    mkdirSync(join(dataDir, "logs"), { recursive: true });
  } catch (error) {
    throw new LocalStackError(
      "DATA_DIRECTORY",
      `the data directory cannot be made (${errorText(error)}): mend its permissions, or set LEADSTREAM_DATA_DIR to another folder`,
      { cause: error },
    );
  }
  const lock = tryLock(join(dataDir, "run/stack.lock"));
  if ("release" in lock) return lock;
  throw new LocalStackError(
    "LOCK_HELD",
    `another stack (process ${lock.heldBy.pid}) runs on ${dataDir}: stop it first (\`./leadstream down\`), or set LEADSTREAM_DATA_DIR to another folder`,
  );
};

type Plan = { options: StartServersOptions; stack: Stack; addresses: ServerAddresses; folders: ServerFolders; javas: readonly Java[] };

const supervisedServer = (name: ServerName, plan: Plan): Supervised => {
  const { options, stack, addresses, folders, javas } = plan;
  const { dataDir, ports, log } = options;
  const files = { logFile: logFileOf(dataDir, name), pidFile: pidFileOf(dataDir, name), dataDirectory: join(dataDir, name) };
  const common = { name, policy: options.restart ?? noRestart, log, onChange: options.onChange ?? (() => {}) };
  switch (name) {
    case "kafka": {
      const { heapMb, minimumVersion } = stack.java.kafka;
      const java = requireJava(`Kafka ${stack.versions.kafka}`, minimumVersion, javas);
      const settings = { ...files, jarFolder: folders.kafka, java, heapMb, port: ports.kafka, controllerPort: ports.kafkaController };
      return new Supervised({ ...common, drainMs: kafkaDrainMs, start: (signal) => startKafka(settings, signal) });
    }
    case "registry": {
      const { heapMb, minimumVersion } = stack.java.registry;
      const java = requireJava(`Apicurio Registry ${stack.versions.registry}`, minimumVersion, javas);
      const settings = { ...files, folder: folders.registry, java, heapMb, port: ports.registry, managementPort: ports.registryManagement };
      return new Supervised({ ...common, drainMs: registryDrainMs, start: (signal) => startRegistry(settings, signal) });
    }
    case "clickhouse": {
      const settings = { ...files, port: ports.clickhouse, user: clickHouseUser, password: addresses.clickhouse.password };
      return new Supervised({ ...common, drainMs: clickHouseDrainMs, start: () => startClickHouse(settings) });
    }
  }
};

/** Starts all at once; when one fails or the signal comes, all are stopped and the reason is thrown. */
export const bootAll = async (servers: readonly Supervised[], log: LogLine, signal?: AbortSignal): Promise<void> => {
  const beganMs = performance.now();
  const stopAll = (): Promise<unknown> => Promise.allSettled(servers.map((server) => server.stop()));
  signal?.addEventListener("abort", stopAll, { once: true });
  const outcomes = await Promise.allSettled(
    servers.map(async (server) => {
      await server.start();
      log(`${server.name}: ready after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
    }),
  );
  signal?.removeEventListener("abort", stopAll);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed === undefined && !signal?.aborted) return;
  await stopAll();
  throw signal?.aborted ? new LocalStackError("INTERRUPTED", "interrupted while starting; everything is stopped again") : failed?.reason;
};

const run = async (plan: Plan, lock: FileLock): Promise<RunningServers> => {
  const { options, addresses } = plan;
  const names = options.only ?? allServers;
  const servers = names.map((name) => supervisedServer(name, plan));
  const named = (name: ServerName): Supervised => {
    const server = servers.find((each) => each.name === name);
    if (server === undefined)
      throw new LocalStackError("SERVER_NOT_READY", `${name} is not among the servers that were started: ${names.join(", ")}`);
    return server;
  };
  await bootAll(servers, options.log, options.signal);
  return {
    ...addresses,
    pids: () => Object.fromEntries(servers.flatMap((server) => (server.pid === undefined ? [] : [[server.name, server.pid]]))),
    statuses: () => servers.map((server) => server.status()),
    down: (name, signal) => named(name).down(signal),
    up: (name) => named(name).start(),
    stop: async () => {
      try {
        for (const server of [...servers].reverse()) await server.stop();
      } finally {
        lock.release();
      }
    },
  };
};

/**
 * Fetches what is missing and starts Kafka, the registry and ClickHouse on one data directory. Resolves when all serve;
 * when one does not come up, the others are stopped and the reason is thrown. A second stack on the directory is refused (LOCK_HELD).
 */
export const startServers = async (options: StartServersOptions): Promise<RunningServers> => {
  const { root, dataDir, ports, log } = options;
  const stack = options.stack ?? loadStack(root);
  const javas = findJavas();
  requireJava(`Apicurio Registry ${stack.versions.registry}`, stack.java.registry.minimumVersion, javas);
  requireJava(`Kafka ${stack.versions.kafka}`, stack.java.kafka.minimumVersion, javas);
  const folders = await ensureServers(root, stack, log);
  const lock = lockDataDir(dataDir);
  try {
    const names = options.only ?? allServers;
    const services = options.services ?? [];
    for (const name of [...names, ...services].reverse()) await stopStale(name, pidFileOf(dataDir, name), leftOverDrainMs, log);
    await assertPortsFree(ports, [...names.flatMap((name) => portsOf[name]), ...services]);
    const addresses: ServerAddresses = {
      kafka: { brokers: `127.0.0.1:${ports.kafka}` },
      registry: { url: registryUrl(ports.registry) },
      clickhouse: { url: `http://127.0.0.1:${ports.clickhouse}`, user: clickHouseUser, password: clickHousePassword(dataDir) },
    };
    return await run({ options, stack, addresses, folders, javas }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
};
