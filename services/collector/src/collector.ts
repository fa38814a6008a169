import type { AddressInfo } from "node:net";
import { uuidV7Source } from "@leadstream/producer";
import { createTelemetry, type Telemetry } from "@leadstream/telemetry";
import type { CollectorConfig } from "./config.ts";
import { openIo } from "./io.ts";
import { buildServer } from "./server.ts";

export interface Collector {
  readonly url: string;
  readonly telemetry: Telemetry;
  /** Takes no more requests, answers those under way, then closes everything. */
  close(): Promise<void>;
}

/** Configuration → connections → server. Nothing stays open when a part fails. */
export async function startCollector(config: CollectorConfig, telemetry = telemetryOf(config)): Promise<Collector> {
  const io = await openIo(config, telemetry);
  try {
    const app = await buildServer({
      sink: io.sink,
      results: io.results,
      rosters: io.rosters,
      journeys: io.journeys,
      newId: uuidV7Source(Date.now),
      apiKeys: io.apiKeys,
      telemetry,
      limits: config,
      monotonicMs: () => performance.now(),
    });
    await app.listen({ host: config.host, port: config.collectorPort });
    const { port } = app.server.address() as AddressInfo;
    return {
      url: `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${port}`,
      telemetry,
      async close() {
        await app.close();
        await io.close();
      },
    };
  } catch (error) {
    await io.close();
    throw error;
  }
}

export function telemetryOf(config: CollectorConfig): Telemetry {
  return createTelemetry({ service: "collector", level: config.logLevel, progressLimitMs: config.progressLimitMs });
}
