export { type ClickHouseFrontProcess, type ClickHouseFrontWish, spawnClickHouseFront } from "./clickhouse-front/spawn.ts";
export { ensureServers, type ServerFolders } from "./downloads.ts";
export { errorText, LocalStackError, type LocalStackErrorCode } from "./errors.ts";
export { findJavas, type Java, requireJava } from "./java.ts";
export { type LogLine, silent } from "./log-line.ts";
export { assertPortsFree, freePorts, resolvePorts } from "./ports.ts";
export { type RunningServers, type ServerAddresses, type StartServersOptions, startServers } from "./servers.ts";
export {
  loadStack,
  type PortName,
  type Ports,
  parseStack,
  portVariableOf,
  type ServerName,
  type Stack,
  type StackService,
} from "./stack.ts";
export type { RestartPolicy, SupervisedState, SupervisedStatus } from "./supervised.ts";
export {
  type OwnServers,
  sharedTestServers,
  startOwnServers,
  type TestServers,
  testServersVariable,
  uniqueName,
  withTestServers,
} from "./testing.ts";
