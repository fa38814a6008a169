import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { brokerTuning } from "./kafka-server.ts";
import { nodeEnvironment, servicePort, stackEnvironment } from "./service-process.ts";
import { loadStack, type PortName, portVariableOf, type ServerName } from "./stack.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const stack = loadStack(root);

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
      command: z.array(z.string()).optional(),
      profiles: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.union([z.string(), z.number()])),
      ports: z.array(z.string()).optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
      healthcheck: z.object({ test: z.array(z.string()), interval: z.string(), retries: z.number() }).optional(),
    }),
  ),
});

const compose = composeSchema.parse(parse(read("docker-compose.yml"), { merge: true }));
const serverNames: readonly ServerName[] = ["kafka", "registry", "clickhouse"];

const part = (name: string) => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};

/** `127.0.0.1:${LEADSTREAM_X_PORT:-1}:2` */
const publishedPort = (name: string, inside: number): string =>
  `127.0.0.1:\${${portVariableOf(name)}:-${stack.ports[name as PortName]}}:${inside}`;

describe("docker-compose.yml against infra/stack.yaml", () => {
  it("runs the servers, one preparation and every service, nothing else", () => {
    const names = [...serverNames, "prepare", ...stack.services.map((service) => service.name)];
    expect(Object.keys(compose.services).sort()).toEqual(names.sort());
  });

  it("starts optional services only under a profile of their name, the others always", () => {
    for (const name of [...serverNames, "prepare"]) expect(part(name).profiles).toBeUndefined();
    for (const { name, optional } of stack.services) expect([name, part(name).profiles]).toEqual([name, optional ? [name] : undefined]);
  });

  it("uses the images of the stack, all with exact tags", () => {
    for (const name of serverNames) expect(part(name).image).toBe(stack.images[name]);
    expect(stack.images.kafka).toContain(`:${stack.versions.kafka}`);
    expect(stack.images.registry).toContain(`:${stack.versions.registry}`);
    expect(read("docker-compose.yml")).not.toMatch(/:latest\b/);
  });

  it("publishes each port on loopback, under the variable that moves it", () => {
    expect(part("kafka").ports).toEqual([publishedPort("kafka", stack.ports.kafka)]);
    expect(part("registry").ports).toEqual([publishedPort("registry", 8080)]);
    expect(part("clickhouse").ports).toEqual([publishedPort("clickhouse", 8123)]);
    for (const service of stack.services)
      expect(part(service.name).ports).toEqual([publishedPort(service.name, servicePort(service, stack.ports))]);
  });

  it("gives the broker the same tuning as the local one", () => {
    const { environment } = part("kafka");
    const expected = Object.entries(brokerTuning).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll(".", "_")}`,
      String(value),
    ]);
    const actual = Object.entries(environment).map(([name, value]) => [name, String(value)]);
    expect(actual).toEqual(expect.arrayContaining(expected));
    expect(environment.KAFKA_HEAP_OPTS).toBe(`-Xmx${stack.java.kafka.heapMb}m`);
  });

  it("keeps the registry's ids on disk and refuses what is not BACKWARD", () => {
    const { environment } = part("registry");
    expect(environment.APICURIO_DATASOURCE_URL).toMatch(/^jdbc:h2:file:\/data\/.*;WRITE_DELAY=0$/);
    expect(environment.APICURIO_RULES_GLOBAL_COMPATIBILITY).toBe("BACKWARD");
    expect(environment.JAVA_OPTS_APPEND).toContain(`-Xmx${stack.java.registry.heapMb}m`);
  });

  it("gives every service the variables that the local runner gives", () => {
    const addresses = { kafka: { brokers: "" }, registry: { url: "" }, clickhouse: { url: "", user: "", password: "" } };
    const portVariables = stack.services.map((service) => service.portVariable);
    const shared = Object.keys(stackEnvironment({ stack, dataDir: "", ports: stack.ports, addresses })).filter(
      (name) => !portVariables.includes(name),
    );
    for (const service of stack.services) {
      const { environment, command, build } = part(service.name);
      expect(Object.keys(environment).sort()).toEqual([...shared, service.portVariable].sort());
      expect(environment[service.portVariable]).toBe(servicePort(service, stack.ports));
      expect(command).toEqual([`--max-old-space-size=${service.heapMb}`, service.command]);
      expect(build?.dockerfile).toBe("infra/Dockerfile");
    }
    expect(Object.keys(part("prepare").environment).sort()).toEqual([...shared].sort());
    expect(part("clickhouse").environment.CLICKHOUSE_PASSWORD).toBe(part("sink").environment[stack.environment.clickhousePassword]);
  });

  it("starts in order: servers healthy, then the preparation, then services", () => {
    const healthy = { condition: "service_healthy" };
    expect(part("prepare").depends_on).toEqual({ kafka: healthy, registry: healthy, clickhouse: healthy });
    for (const service of stack.services) {
      const servers = Object.fromEntries(service.needs.map((name) => [name, healthy]));
      expect(part(service.name).depends_on).toEqual({ prepare: { condition: "service_completed_successfully" }, ...servers });
    }
  });

  it("checks the health of everything that stays", () => {
    for (const name of serverNames) expect(part(name).healthcheck?.test.length).toBeGreaterThan(1);
    for (const service of stack.services) {
      const url = `http://127.0.0.1:${servicePort(service, stack.ports)}${service.healthPath}`;
      expect(part(service.name).healthcheck?.test).toEqual(["CMD", "node", "infra/container-health.mjs", url]);
    }
  });
});

describe("infra/Dockerfile against infra/stack.yaml", () => {
  it("uses the pinned Node and pnpm and the frozen lockfile", () => {
    const dockerfile = read("infra/Dockerfile");
    expect(dockerfile).toContain(`FROM node:${stack.versions.node}-slim\n`);
    expect(dockerfile).toContain(` pnpm@${stack.versions.pnpm}\n`);
    expect(dockerfile).toContain("pnpm install --frozen-lockfile");
  });

  it("runs Node as the local runner does", () => {
    const entry = /^ENTRYPOINT (.+)$/m.exec(read("infra/Dockerfile"))?.[1] ?? "[]";
    expect(JSON.parse(entry)).toEqual(["node", ...stack.nodeArguments]);
  });

  it("gives Node the variables that the local runner gives, compiled code on the volume among them", () => {
    const dataDir = String(part("sink").environment[stack.environment.dataDirectory]);
    const given = [...read("infra/Dockerfile").matchAll(/^ENV ([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
    expect(Object.fromEntries(given)).toEqual(nodeEnvironment(stack, dataDir));
  });
});
