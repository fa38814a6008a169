export { type ClickHouseFrontProcess, type ClickHouseFrontWish, spawnClickHouseFront } from "./clickhouse-front/spawn.ts";
export { type DetachedOptions, launchDetached, stopStack } from "./control.ts";
export { ensureServers, type ServerFolders } from "./downloads.ts";
export { errorText, LocalStackError, type LocalStackErrorCode } from "./errors.ts";
export { findJavas, type Java, requireJava } from "./java.ts";
export { type LogLine, silent } from "./log-line.ts";
export { logNames, showLogs } from "./logs.ts";
export { assertPortsFree, freePorts, resolvePorts } from "./ports.ts";
export { type RunningServers, type ServerAddresses, type StartServersOptions, startServers } from "./servers.ts";
export { nodeEnvironment, stackEnvironment } from "./service-process.ts";
export {
  loadStack,
  nodeArguments,
  type PortName,
  type Ports,
  parseStack,
  portVariableOf,
  type ServerName,
  type Stack,
  type StackService,
} from "./stack.ts";
export { readStackState, type StackState } from "./stack-state.ts";
export type { RestartPolicy, SupervisedState, SupervisedStatus } from "./supervised.ts";
export { type RunningStack, type StackOptions, startStack } from "./supervisor.ts";
export {
  type OwnServers,
  sharedTestServers,
  startOwnServers,
  testServersVariable,
  uniqueName,
} from "./testing.ts";
