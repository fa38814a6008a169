import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { errorText, LocalStackError } from "./errors.ts";

const version = z.string().regex(/^\d+\.\d+\.\d+$/, "must be an exact version such as 1.2.3");
const sha512 = z.string().regex(/^[0-9a-f]{128}$/, "must be 128 hexadecimal digits");
const port = z.int().min(1024).max(65_535);
const durationMs = z.int().min(1);
const variableName = z.string().regex(/^LEADSTREAM_[A-Z_]+$/, "must look like LEADSTREAM_NAME");
const image = z.string().regex(/^[^:\s]+:(?!latest$)[^:\s]+$/, "must name an image with a tag other than latest");
const server = z.enum(["kafka", "registry", "clickhouse"]);
const javaNeed = z.strictObject({ minimumVersion: z.int().min(17), heapMb: z.int().min(64) });

const service = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, "must be one lower-case word"),
  command: z.string().regex(/^services\/[a-z]+\/src\/[a-z]+\.ts$/, "must look like services/<name>/src/main.ts"),
  healthPath: z.string().startsWith("/"),
  portVariable: variableName,
  needs: z.array(server),
  heapMb: z.int().min(32),
  /** Runs only while it is wanted. */
  optional: z.boolean().default(false),
});

const stackSchema = z
  .strictObject({
    versions: z.strictObject({ node: version, pnpm: version, kafka: version, registry: version, clickhouse: version }),
    downloads: z.strictObject({
      kafka: z.strictObject({ jars: z.int().min(1), sha512 }),
      registry: z.strictObject({ artifact: z.string().min(1), sha512 }),
    }),
    images: z.strictObject({ kafka: image, registry: image, clickhouse: image }),
    nodeArguments: z.array(z.string().regex(/^--[a-z-]+(=.+)?$/, "must look like --name or --name=value")),
    nodeEnvironment: z.record(z.string().regex(/^[A-Z_]+$/, "must look like NAME"), z.string()),
    java: z.strictObject({ kafka: javaNeed, registry: javaNeed }),
    ports: z.strictObject({
      kafka: port,
      kafkaController: port,
      registry: port,
      registryManagement: port,
      clickhouse: port,
      collector: port,
      analytics: port,
      scoring: port,
      router: port,
      sink: port,
      shadow: port,
    }),
    environment: z.strictObject({
      kafkaBrokers: variableName,
      registryUrl: variableName,
      clickhouseUrl: variableName,
      clickhouseUser: variableName,
      clickhousePassword: variableName,
      dataDirectory: variableName,
      host: variableName,
    }),
    services: z.array(service).min(1),
    restart: z.strictObject({
      maximumRestarts: z.int().min(0),
      windowMs: durationMs,
      initialBackoffMs: durationMs,
      maximumBackoffMs: durationMs,
      drainMs: durationMs,
      readyMs: durationMs,
      lookMs: durationMs,
    }),
  })
  .superRefine((stack, context) => {
    const fault = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const nameOf = new Map<number, string>();
    for (const [name, value] of Object.entries(stack.ports)) {
      const other = nameOf.get(value);
      if (other !== undefined) fault(["ports", name], `port ${value} is also the port of ${other}; give each its own`);
      nameOf.set(value, name);
    }
    const seen = new Set<string>();
    for (const [index, each] of stack.services.entries()) {
      if (seen.has(each.name)) fault(["services", index, "name"], `${each.name} is listed twice`);
      seen.add(each.name);
      if (!(each.name in stack.ports)) fault(["services", index, "name"], `${each.name} has no entry under ports`);
      const expected = portVariableOf(each.name);
      if (each.portVariable !== expected) fault(["services", index, "portVariable"], `must be ${expected}`);
    }
    if (stack.restart.maximumBackoffMs < stack.restart.initialBackoffMs)
      fault(["restart", "maximumBackoffMs"], "must not be smaller than initialBackoffMs");
  });

export type Stack = z.infer<typeof stackSchema>;
export type StackService = Stack["services"][number];
export type PortName = keyof Stack["ports"];
export type Ports = Stack["ports"];
export type ServerName = z.infer<typeof server>;

/** kafkaController -> LEADSTREAM_KAFKA_CONTROLLER_PORT */
export const portVariableOf = (name: string): string => `LEADSTREAM_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}_PORT`;

/** Parses the text of stack.yaml; throws STACK_INVALID with every fault in one message. */
export const parseStack = (text: string, file = "infra/stack.yaml"): Stack => {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new LocalStackError("STACK_INVALID", `${file} is not YAML: ${errorText(error)}`, { cause: error });
  }
  const result = stackSchema.safeParse(raw);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join(".") || "(top)"}: ${issue.message}`);
  throw new LocalStackError("STACK_INVALID", `${file} has ${faults.length} fault(s); correct each of them:\n${faults.join("\n")}`);
};

/** How Node is to run a service with so much heap, before the name of its program. */
export const nodeArguments = (stack: Stack, heapMb: number): string[] => [`--max-old-space-size=${heapMb}`, ...stack.nodeArguments];

export const loadStack = (root: string): Stack => parseStack(readFileSync(join(root, "infra/stack.yaml"), "utf8"));
