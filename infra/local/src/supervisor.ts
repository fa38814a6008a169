import { LocalStackError } from "./errors.ts";
import type { LogLine } from "./log-line.ts";
import { OptionalServices } from "./optional-services.ts";
import { identify } from "./process-identity.ts";
import { allServers, bootAll, type RunningServers, type ServerAddresses, startServers } from "./servers.ts";
import { type ServiceContext, servicePort, startService } from "./service-process.ts";
import { loadStack, type PortName, type Ports, type ServerName, type Stack } from "./stack.ts";
import { removeStackState, type StackState, writeStackState } from "./stack-state.ts";
import { Supervised, type SupervisedStatus } from "./supervised.ts";

export type StackOptions = {
  root: string;
  dataDir: string;
  ports: Ports;
  log: LogLine;
  /** Runs when the servers serve and before services start: topics, schemas, migrations, published configuration. */
  prepare(addresses: ServerAddresses): Promise<void>;
  /** For all services, beside the variables of stack.yaml. */
  environment?: Readonly<Record<string, string>>;
  /** Whether an optional service shall run now; asked again and again. Default: none of them. */
  wanted?: (name: string) => boolean;
  /** Ends the start; everything is stopped again and INTERRUPTED thrown. */
  signal?: AbortSignal;
  stack?: Stack;
};

export type RunningStack = {
  addresses: ServerAddresses;
  urls: Readonly<Record<string, string>>;
  /** From the call of startStack until every service was healthy. */
  readyMs: number;
  statuses(): SupervisedStatus[];
  /** Resolves with a name when a process was given up on; the rest keeps running until stop(). */
  gaveUp: Promise<string>;
  /** For fault tests: takes a service or a server away and brings it back. */
  down(name: string, signal: NodeJS.Signals): Promise<void>;
  up(name: string): Promise<void>;
  /** Services in reverse start order, each drained; then ClickHouse, registry, Kafka. */
  stop(): Promise<void>;
};

const isServer = (name: string): name is ServerName => allServers.some((server) => server === name);

const addressesOf = ({ kafka, registry, clickhouse }: ServerAddresses): ServerAddresses => ({ kafka, registry, clickhouse });

export const urlsOf = (stack: Stack, ports: Ports, addresses: ServerAddresses): Record<string, string> => ({
  kafka: addresses.kafka.brokers,
  registry: addresses.registry.url,
  clickhouse: addresses.clickhouse.url,
  ...Object.fromEntries(stack.services.map((service) => [service.name, `http://127.0.0.1:${servicePort(service, ports)}`])),
});

/** The state file of one run; every change of a process is written at once. */
class StatePublisher {
  readonly #dataDir: string;
  readonly #startedAt = new Date().toISOString();
  #state: StackState | undefined;
  #collect: () => StackState["processes"] = () => [];

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  begin(addresses: ServerAddresses, urls: Record<string, string>, collect: () => StackState["processes"]): void {
    this.#collect = collect;
    const { pid, startToken } = identify(process.pid) ?? { pid: process.pid, startToken: "" };
    const moments = { startedAt: this.#startedAt, readyAt: null, readyMs: null };
    this.#state = { version: 1, pid, startToken, phase: "starting", ...moments, urls, addresses, processes: [] };
    this.refresh();
  }

  change(fields: Partial<Pick<StackState, "phase" | "readyAt" | "readyMs">>): void {
    if (this.#state !== undefined) this.#state = { ...this.#state, ...fields };
    this.refresh();
  }

  refresh(): void {
    if (this.#state !== undefined) writeStackState(this.#dataDir, { ...this.#state, processes: this.#collect() });
  }

  end(): void {
    this.#state = undefined;
    removeStackState(this.#dataDir);
  }
}

type Parts = {
  servers: RunningServers;
  services: readonly Supervised[];
  optional: OptionalServices;
  publisher: StatePublisher;
  log: LogLine;
};

const stopAll = async ({ servers, services, optional, publisher, log }: Parts): Promise<void> => {
  publisher.change({ phase: "stopping" });
  await optional.end();
  for (const service of [...services].reverse()) {
    log(`${service.name}: stopping`);
    await service.stop();
  }
  log("stopping ClickHouse, registry, Kafka");
  await servers.stop();
  publisher.end();
};

const watchGaveUp = (statuses: () => SupervisedStatus[]): { promise: Promise<string>; check(): void } => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const check = (): void => {
    const given = statuses().find((status) => status.state === "gave up");
    if (given !== undefined) resolve(given.name);
  };
  return { promise, check };
};

/** Servers, then prepare(), then services; resolves when every service that is not optional is healthy. When a part fails, everything is stopped again. */
export const startStack = async (options: StackOptions): Promise<RunningStack> => {
  const { root, dataDir, ports, log, signal } = options;
  const beganMs = performance.now();
  const stack = options.stack ?? loadStack(root);
  const publisher = new StatePublisher(dataDir);
  let onChange = (): void => publisher.refresh();
  const common = { root, dataDir, ports, stack, ...(signal === undefined ? {} : { signal }) };
  const names = stack.services.map((service) => service.name as PortName);
  const servers = await startServers({ ...common, log, restart: stack.restart, onChange: () => onChange(), services: names });
  const addresses = addressesOf(servers);
  const context: ServiceContext = { root, dataDir, ports, stack, addresses, environment: options.environment ?? {} };
  const services = stack.services.map(
    (service) =>
      new Supervised({
        name: service.name,
        policy: stack.restart,
        drainMs: stack.restart.drainMs,
        log,
        onChange: () => onChange(),
        start: (aborted) => startService(service, context, aborted),
      }),
  );
  const isOptional = ({ name }: { name: string }): boolean => stack.services.some((service) => service.name === name && service.optional);
  const always = services.filter((service) => !isOptional(service));
  const optional = new OptionalServices({
    services: services.filter(isOptional),
    wanted: options.wanted ?? (() => false),
    lookMs: stack.restart.lookMs,
    retryMs: stack.restart.maximumBackoffMs,
    log,
  });
  const serviceStatuses = (): SupervisedStatus[] => [...always.map((service) => service.status()), ...optional.statuses()];
  const statuses = (): SupervisedStatus[] => [...servers.statuses(), ...serviceStatuses()];
  // A stack without an optional service has no hole.
  const gaveUp = watchGaveUp(() => statuses().filter((status) => !isOptional(status)));
  const urls = urlsOf(stack, ports, addresses);
  const parts = { servers, services: always, optional, publisher, log };
  try {
    publisher.begin(addresses, urls, () => [
      ...servers.statuses().map((status) => ({ ...status, kind: "server" as const })),
      ...serviceStatuses().map((status) => ({ ...status, kind: "service" as const })),
    ]);
    onChange = () => {
      publisher.refresh();
      gaveUp.check();
    };
    await options.prepare(addresses);
    await bootAll(always, log, signal);
    optional.begin();
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
  const readyMs = Math.round(performance.now() - beganMs);
  publisher.change({ phase: "running", readyAt: new Date().toISOString(), readyMs });
  const named = (name: string): Supervised => {
    const service = services.find((each) => each.name === name);
    if (service === undefined) throw new LocalStackError("NOT_RUNNING", `${name} is no service; one of ${names.join(", ")}`);
    return service;
  };
  return {
    addresses,
    urls,
    readyMs,
    statuses,
    gaveUp: gaveUp.promise,
    down: (name, by) => (isServer(name) ? servers.down(name, by) : named(name).down(by)),
    up: (name) => (isServer(name) ? servers.up(name) : named(name).start()),
    stop: () => stopAll(parts),
  };
};
