import { createServer } from "node:net";
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

/** Ports nobody listens on now; all are held open together while they are chosen, so that they differ. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port: 0, host: "127.0.0.1" }, () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
