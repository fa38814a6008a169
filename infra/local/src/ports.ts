import { randomInt } from "node:crypto";
import { type AddressInfo, createServer, type Server } from "node:net";
import { LocalStackError } from "./errors.ts";
import { type PortName, type Ports, portVariableOf } from "./stack.ts";

const offsetVariable = "LEADSTREAM_PORT_OFFSET";

const numberOf = (name: string, text: string, minimum: number, maximum: number, faults: string[]): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  faults.push(`  ${name}="${text}" is not a whole number from ${minimum} to ${maximum}`);
  return minimum;
};

/** Default ports moved by LEADSTREAM_PORT_OFFSET, each overridden by LEADSTREAM_<NAME>_PORT; throws PORT_INVALID with every fault. */
export const resolvePorts = (defaults: Ports, environment: NodeJS.ProcessEnv): Ports => {
  const faults: string[] = [];
  const offset = environment[offsetVariable] ? numberOf(offsetVariable, environment[offsetVariable], 0, 40_000, faults) : 0;
  const variableOf = new Map<number, string>();
  const ports = { ...defaults };
  for (const name of Object.keys(defaults) as PortName[]) {
    const variable = portVariableOf(name);
    const given = environment[variable];
    ports[name] = given ? numberOf(variable, given, 1, 65_535, faults) : defaults[name] + offset;
    if (ports[name] > 65_535) faults.push(`  ${name}: ${ports[name]} is past 65535; lower ${offsetVariable}`);
    const other = variableOf.get(ports[name]);
    if (other !== undefined && faults.length === 0) faults.push(`  ${variable} and ${other} are both ${ports[name]}`);
    variableOf.set(ports[name], variable);
  }
  if (faults.length > 0)
    throw new LocalStackError("PORT_INVALID", `these ports cannot be used; correct or unset them:\n${faults.join("\n")}`);
  return ports;
};

const tryListen = (port: number): Promise<number | NodeJS.ErrnoException> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });

/** Throws PORT_TAKEN naming every port of `names` that cannot be listened on, and the variable that moves it. */
export const assertPortsFree = async (ports: Ports, names: readonly PortName[]): Promise<void> => {
  const faults: string[] = [];
  for (const name of names) {
    const answer = await tryListen(ports[name]);
    if (typeof answer === "number") continue;
    const reason = answer.code === "EADDRINUSE" ? "is taken by another program" : `cannot be opened (${answer.code})`;
    faults.push(`  port ${ports[name]} (${name}) ${reason}: free it, or set ${portVariableOf(name)}`);
  }
  if (faults.length === 0) return;
  throw new LocalStackError("PORT_TAKEN", `${faults.join("\n").trim()}\n  ${offsetVariable}=100 moves all ports of this checkout at once.`);
};

/** Below the range from which systems take the near end of outgoing connections, which would take a chosen port before it is used. */
const lowestFreePort = 20_000;
const highestFreePort = 32_000;
const freePortTries = 200;

const holdRandomPort = (): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port: randomInt(lowestFreePort, highestFreePort), host: "127.0.0.1", exclusive: true }, () => resolve(server));
  });

/** Ports nobody listens on now; all are held open together while they are chosen, so that they differ. */
export const freePorts = async (count: number): Promise<number[]> => {
  const held: Server[] = [];
  for (let tries = 0; held.length < count && tries < count + freePortTries; tries += 1) {
    const server = await holdRandomPort();
    if (server !== undefined) held.push(server);
  }
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  if (ports.length === count) return ports;
  throw new LocalStackError(
    "PORT_TAKEN",
    `no ${count} free ports were found between ${lowestFreePort} and ${highestFreePort}; close some programs`,
  );
};
