import { join, resolve } from "node:path";
import {
  loadStack,
  type Ports,
  readStackState,
  resolvePorts,
  type ServerAddresses,
  type Stack,
  type StackState,
} from "@leadstream/infra-local";
import { CommandError } from "./errors.ts";
import { addressesFromEnvironment } from "./stack/server-environment.ts";

/** The checkout that this program belongs to, and where its data lies. */
export interface Workplace {
  readonly root: string;
  readonly dataDir: string;
  readonly stack: Stack;
  readonly ports: Ports;
}

export function openWorkplace(): Workplace {
  const root = resolve(import.meta.dirname, "../../..");
  const stack = loadStack(root);
  const dataDir = resolve(process.env.LEADSTREAM_DATA_DIR ?? join(root, ".leadstream/data"));
  return { root, dataDir, stack, ports: resolvePorts(stack.ports, process.env) };
}

/** The stack that runs on the workplace's data; throws NOT_RUNNING with the remedy. */
export function runningStack({ dataDir }: Workplace): StackState {
  const state = readStackState(dataDir);
  if (state !== undefined) return state;
  throw new CommandError("NOT_RUNNING", "no stack runs on this data directory: start it with `npm start` or `./leadstream up`");
}

/** The servers of that stack; where none runs, those that the environment names, as it does in a container. Throws NOT_RUNNING. */
export function serverAddresses(workplace: Workplace): ServerAddresses {
  if (readStackState(workplace.dataDir) === undefined && process.env[workplace.stack.environment.kafkaBrokers] !== undefined)
    return addressesFromEnvironment();
  return runningStack(workplace).addresses;
}
