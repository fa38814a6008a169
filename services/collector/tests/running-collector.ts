import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerAddresses } from "@leadstream/infra-local";
import { createTelemetry } from "@leadstream/telemetry";
import { type Collector, collectorConfig, startCollector } from "../src/index.ts";

export interface RunningCollector extends Collector {
  readonly key: string;
  post(path: string, body: unknown, key?: string): Promise<Answer>;
  get(path: string): Promise<Answer>;
}
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The shapes of answers are what these tests look at.
  readonly body: {
    readonly eventId: string;
    readonly leadId: string;
    readonly partition: number;
    readonly offset: number;
    readonly code: string;
    readonly items: readonly { readonly status: number; readonly eventId: string; readonly partition: number; readonly offset: number }[];
  };
}

export async function runCollector(
  servers: Pick<ServerAddresses, "kafka" | "registry">,
  dataDir: string,
  overrides: Record<string, unknown> = {},
): Promise<RunningCollector> {
  const config = collectorConfig.parse({
    kafkaBrokers: servers.kafka.brokers.split(","),
    registryUrl: servers.registry.url,
    dataDir,
    collectorPort: 0,
    ...overrides,
  });
  const quiet = createTelemetry({ service: "collector", level: "fatal", progressLimitMs: config.progressLimitMs, processMetrics: false });
  const collector = await startCollector(config, quiet);
  const key = readFileSync(join(dataDir, "api-key"), "utf8").trim();
  return {
    ...collector,
    key,
    async get(path) {
      const answer = await fetch(collector.url + path, { headers: { "x-api-key": key } });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer["body"] };
    },
    async post(path, body, with_ = key) {
      const answer = await fetch(collector.url + path, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": with_ },
        body: JSON.stringify(body),
      });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer["body"] };
    },
  };
}
