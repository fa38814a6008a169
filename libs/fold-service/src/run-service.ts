import { flushCompileCache } from "node:module";
import { type Lifecycle, run, type Topology } from "@leadstream/stream";
import { createTelemetry, faultPointOf, onShutdown, serveAdmin, systemClock } from "@leadstream/telemetry";
import { observeTasks } from "./observe-tasks.ts";
import { type FoldIo, openFoldIo } from "./open-io.ts";
import type { FoldServiceSettings } from "./settings.ts";

export interface FoldServiceOptions {
  readonly service: string;
  readonly port: number;
  readonly settings: FoldServiceSettings;
  /** Package folders whose code decides what a state is. */
  readonly logicFolders: readonly string[];
}

/** Opens the clients, serves health and metrics, runs the topologies until SIGTERM has drained them. A fatal fault ends the process with 1. */
export async function runFoldService(options: FoldServiceOptions, topologies: (io: FoldIo) => readonly Topology[]): Promise<void> {
  const { service, settings } = options;
  const telemetry = createTelemetry({ service, level: settings.logLevel, progressLimitMs: settings.progressLimitMs });
  let finished: Promise<void> = Promise.resolve();
  const shutdown = onShutdown(() => finished, { timeoutMs: settings.shutdownLimitMs, log: telemetry.log });
  try {
    const io = await openFoldIo(service, settings, options.logicFolders);
    const admin = await serveAdmin({ port: options.port, host: settings.host, telemetry });
    const lifecycle: Lifecycle = {
      clock: systemClock,
      settings,
      observer: { ...observeTasks(telemetry), faultPoint: faultPointOf(settings.faultPoint) },
      stop: shutdown.signal,
      maxRestarts: settings.maxRestarts,
      restartDelayMs: settings.restartDelayMs,
      restartResetMs: settings.restartResetMs,
    };
    const running = run(topologies(io), lifecycle);
    // Node writes what it compiled when it exits; a process that is killed leaves it to its successor all the same.
    flushCompileCache();
    finished = running.finally(async () => {
      await io.close();
      await admin.close();
    });
    await finished;
  } catch (error) {
    telemetry.log.fatal({ err: error }, error instanceof Error ? error.message : "failed");
    await shutdown.begin("fatal error", 1);
  }
}
