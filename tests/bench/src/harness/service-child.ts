import { join } from "node:path";
import { loadStack, nodeArguments, nodeEnvironment, type ServerAddresses } from "@leadstream/infra-local";
import { Child } from "./child.ts";

export interface ServiceWish {
  readonly root: string;
  /** As infra/stack.yaml names it. */
  readonly service: string;
  readonly addresses: ServerAddresses;
  readonly dataDir: string;
  readonly logFile: string;
  /** Settings of the service, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** 0 or absent = what infra/stack.yaml gives the service. */
  readonly heapMb?: number;
  readonly nodeArguments?: readonly string[];
}

/** A shipped service as the stack starts it, with settings of the bench on top. */
export function startService(wish: ServiceWish): Child {
  const { root, addresses } = wish;
  const stack = loadStack(root);
  const service = stack.services.find(({ name }) => name === wish.service);
  if (service === undefined) throw new RangeError(`infra/stack.yaml has no service ${wish.service}`);
  return new Child({
    name: `the ${wish.service} service`,
    command: process.execPath,
    args: [...nodeArguments(stack, wish.heapMb || service.heapMb), ...(wish.nodeArguments ?? []), join(root, service.command)],
    environment: {
      ...process.env,
      ...nodeEnvironment(stack, wish.dataDir),
      NODE_OPTIONS: "",
      LEADSTREAM_KAFKA_BROKERS: addresses.kafka.brokers,
      LEADSTREAM_REGISTRY_URL: addresses.registry.url,
      LEADSTREAM_DATA_DIR: wish.dataDir,
      LEADSTREAM_LOG_LEVEL: "warn",
      ...wish.environment,
    },
    logFile: wish.logFile,
  });
}
