import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LocalStackError } from "./errors.ts";
import { silent } from "./log-line.ts";
import { freePorts } from "./ports.ts";
import { isRunning, parseIdentity } from "./process-identity.ts";
import { type RunningServers, type ServerAddresses, type StartServersOptions, startServers } from "./servers.ts";
import { loadStack, type PortName, type Ports, type Stack } from "./stack.ts";

/** Holds the addresses of servers that are up, as JSON; whoever set it stops them. */
export const testServersVariable = "LEADSTREAM_TEST_SERVERS";

const addressesSchema = z.object({
  kafka: z.object({ brokers: z.string() }),
  registry: z.object({ url: z.url() }),
  clickhouse: z.object({ url: z.url(), user: z.string(), password: z.string() }),
});

export type OwnServers = RunningServers & {
  dataDir: string;
  ports: Ports;
  /** Stops the servers and deletes their data. */
  dispose(): Promise<void>;
};

const root = join(import.meta.dirname, "../../..");
const testFolder = join(root, ".leadstream/test");
const dataPrefix = "data-";

/** Data of runs that were killed: their lock names a process that no longer runs. */
const removeAbandoned = (): void => {
  for (const name of readdirSync(testFolder).filter((each) => each.startsWith(dataPrefix))) {
    let text: string;
    try {
      text = readFileSync(join(testFolder, name, "run/stack.lock"), "utf8");
    } catch {
      continue;
    }
    const holder = parseIdentity(text);
    if (holder === undefined || !isRunning(holder)) rmSync(join(testFolder, name), { recursive: true, force: true });
  }
};

const freeStackPorts = async (stack: Stack): Promise<Ports> => {
  const names = Object.keys(stack.ports) as PortName[];
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, free[index]])) as Ports;
};

export type OwnServersOptions = Partial<Pick<StartServersOptions, "only" | "log" | "restart">>;

/** Servers of one's own on free ports and a fresh data directory, for tests that kill them. dispose() stops them and deletes the data. */
export const startOwnServers = async (options: OwnServersOptions = {}): Promise<OwnServers> => {
  mkdirSync(testFolder, { recursive: true });
  removeAbandoned();
  const stack = loadStack(root);
  const dataDir = mkdtempSync(join(testFolder, dataPrefix));
  const ports = await freeStackPorts(stack);
  const removeData = (): void => rmSync(dataDir, { recursive: true, force: true });
  const servers = await startServers({ root, dataDir, ports, stack, log: silent, ...options }).catch((error: unknown) => {
    removeData();
    throw error;
  });
  const dispose = async (): Promise<void> => {
    await servers.stop();
    removeData();
  };
  return { ...servers, dataDir, ports, dispose };
};

/** Addresses of the shared servers of this jest run; throws when there are none. */
export const sharedTestServers = (): ServerAddresses => {
  const text = process.env[testServersVariable];
  if (!text)
    throw new LocalStackError(
      "SERVER_NOT_READY",
      "this test needs Kafka, the registry and ClickHouse: name it .contract, .int, .fault or .e2e.test.ts, so that jest's project `servers` starts them",
    );
  const parsed = addressesSchema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new LocalStackError("SERVER_NOT_READY", `${testServersVariable} does not hold addresses: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

export const encodeTestServers = ({ kafka, registry, clickhouse }: ServerAddresses): string =>
  JSON.stringify({ kafka, registry, clickhouse });

/** A name that no other suite has, fit for topics and databases: `sink_3fa94b1c`. */
export const uniqueName = (name: string): string => `${name}_${randomBytes(4).toString("hex")}`;
