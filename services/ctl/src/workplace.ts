import { join, resolve } from "node:path";
import { loadStack, type Ports, readStackState, resolvePorts, type Stack, type StackState } from "@leadstream/infra-local";
import { CommandError } from "./errors.ts";

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
