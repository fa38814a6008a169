import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { resolvePorts } from "./ports.ts";
import { loadStack, parseStack, portVariableOf } from "./stack.ts";

const root = join(import.meta.dirname, "../../..");
const text = readFileSync(join(root, "infra/stack.yaml"), "utf8");

describe("stack.yaml", () => {
  it("is sound, and starts the entrance last", () => {
    const stack = loadStack(root);
    expect(stack.services.map((service) => service.name)).toEqual(["sink", "router", "scoring", "shadow", "analytics", "collector"]);
  });

  it("has one optional service: the shadow", () => {
    const { services } = loadStack(root);
    expect(services.filter(({ optional }) => optional).map(({ name }) => name)).toEqual(["shadow"]);
  });

  it("names the versions that pom, package.json and .nvmrc name", () => {
    const { versions, downloads } = loadStack(root);
    expect(readFileSync(join(root, "infra/local/kafka/pom.xml"), "utf8")).toContain(`<version>${versions.kafka}</version>`);
    expect(downloads.registry.artifact).toContain(`:${versions.registry}:`);
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, "infra/local/package.json"), "utf8")) as {
      optionalDependencies: Record<string, string>;
    };
    expect(optionalDependencies.chdb).toBe(versions.clickhouse);
    expect(readFileSync(join(root, ".nvmrc"), "utf8").trim()).toBe(versions.node.split(".")[0]);
  });

  it("keeps the form that the bootstrap reads without a YAML parser", () => {
    const { versions } = loadStack(root);
    for (const name of ["node", "pnpm"] as const) expect(text).toMatch(new RegExp(`^ {2}${name}: ${versions[name]}$`, "m"));
  });

  it("reports all faults at once, each with its path", () => {
    const broken = text
      .replace("kafka: 4.4.0", "kafka: latest")
      .replace("apache/kafka:4.4.0", "apache/kafka:latest")
      .replace("registry: 18081", "registry: 19092")
      .replace("command: services/sink/src/main.ts", "command: sink.ts")
      .replace("LEADSTREAM_ROUTER_PORT", "LEADSTREAM_ROUTING_PORT")
      .replace("maximumRestarts: 45", "maximumRestarts: many\n  surprise: 1");
    let message = "";
    try {
      parseStack(broken);
    } catch (error) {
      message = String(error);
    }
    for (const path of ["versions.kafka", "images.kafka", "services.0.command", "restart.maximumRestarts", "restart"])
      expect(message).toContain(`  ${path}: `);
    expect(message).toContain("surprise");
  });

  it("reports every clash of names and ports at once", () => {
    const clashing = text
      .replace("registry: 18081", "registry: 19092")
      .replace("LEADSTREAM_ROUTER_PORT", "LEADSTREAM_ROUTING_PORT")
      .replace("- name: scoring", "- name: sink");
    const parsing = (): unknown => parseStack(clashing);
    expect(parsing).toThrow(/ports\.registry: port 19092 is also the port of kafka/);
    expect(parsing).toThrow(/services\.1\.portVariable: must be LEADSTREAM_ROUTER_PORT/);
    expect(parsing).toThrow(/services\.2\.name: sink is listed twice/);
  });

  it("says where YAML itself breaks", () => {
    expect(() => parseStack("versions: [")).toThrow(/is not YAML/);
  });
});

describe("ports", () => {
  const defaults = loadStack(root).ports;

  it("move together by the offset and singly by their variables", () => {
    const ports = resolvePorts(defaults, { LEADSTREAM_PORT_OFFSET: "100", LEADSTREAM_KAFKA_CONTROLLER_PORT: "7000" });
    expect(ports.kafka).toBe(defaults.kafka + 100);
    expect(ports.kafkaController).toBe(7000);
    expect(portVariableOf("kafkaController")).toBe("LEADSTREAM_KAFKA_CONTROLLER_PORT");
  });

  it("are refused all at once when they are no ports or the same", () => {
    const resolving = (): unknown => resolvePorts(defaults, { LEADSTREAM_KAFKA_PORT: "0", LEADSTREAM_SINK_PORT: "12x" });
    expect(resolving).toThrow(/LEADSTREAM_KAFKA_PORT="0"[\s\S]*LEADSTREAM_SINK_PORT="12x"/);
    expect(() => resolvePorts(defaults, { LEADSTREAM_KAFKA_PORT: "7000", LEADSTREAM_SINK_PORT: "7000" })).toThrow(
      /LEADSTREAM_SINK_PORT and LEADSTREAM_KAFKA_PORT are both 7000/,
    );
  });
});
