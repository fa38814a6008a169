import { join } from "node:path";
import { startReadyChild } from "./child-process.ts";
import { logFileOf, pidFileOf, type ServerAddresses } from "./servers.ts";
import { nodeArguments, type PortName, type Ports, type Stack, type StackService } from "./stack.ts";
import type { Handle } from "./supervised.ts";

export type ServiceContext = {
  root: string;
  dataDir: string;
  ports: Ports;
  stack: Stack;
  addresses: ServerAddresses;
  /** Added to every service's environment, after what the stack says. */
  environment: Readonly<Record<string, string>>;
};

const healthLimitMs = 3_000;

/** Besides nodeEnvironment: Node keeps what it compiled, by content, so a service that starts again loads its code in less than half of the time. */
export const nodeEnvironment = (stack: Stack, dataDir: string): Record<string, string> => ({
  ...stack.nodeEnvironment,
  NODE_COMPILE_CACHE: join(dataDir, "compiled"),
});

export const servicePort = (service: StackService, ports: Ports): number => ports[service.name as PortName];

/** Where every service finds its servers and its data, by the names of stack.yaml. */
export const stackEnvironment = ({
  stack,
  dataDir,
  ports,
  addresses,
}: Omit<ServiceContext, "environment" | "root">): Record<string, string> => {
  const names = stack.environment;
  const ownPorts = stack.services.map((service) => [service.portVariable, String(servicePort(service, ports))]);
  return {
    [names.kafkaBrokers]: addresses.kafka.brokers,
    [names.registryUrl]: addresses.registry.url,
    [names.clickhouseUrl]: addresses.clickhouse.url,
    [names.clickhouseUser]: addresses.clickhouse.user,
    [names.clickhousePassword]: addresses.clickhouse.password,
    [names.dataDirectory]: dataDir,
    [names.host]: "127.0.0.1",
    ...Object.fromEntries(ownPorts),
  };
};

const isHealthy = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(healthLimitMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
};

/** Starts the service's main.ts and waits until its health path answers 2xx. */
export const startService = (service: StackService, context: ServiceContext, signal: AbortSignal): Promise<Handle> => {
  const { root, dataDir, ports, stack } = context;
  const settings = {
    name: service.name,
    command: process.execPath,
    args: [...nodeArguments(stack, service.heapMb), join(root, service.command)],
    environment: { ...process.env, ...nodeEnvironment(stack, dataDir), ...stackEnvironment(context), ...context.environment },
    workingDirectory: root,
    logFile: logFileOf(dataDir, service.name),
    pidFile: pidFileOf(dataDir, service.name),
  };
  const healthUrl = `http://127.0.0.1:${servicePort(service, ports)}${service.healthPath}`;
  return startReadyChild(settings, stack.restart.drainMs, { probe: () => isHealthy(healthUrl), limitMs: stack.restart.readyMs, signal });
};
