import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { createTelemetry, faultPointOf, onShutdown, serveAdmin } from "@leadstream/telemetry";
import { sinkConfig } from "./config.ts";
import { observeSink } from "./observe-sink.ts";
import { openSinkIo } from "./open-io.ts";
import { runSink } from "./run-sink.ts";

const config = await exitOnConfigError(() => loadConfig(sinkConfig)); // exits listing every fault at once
const telemetry = createTelemetry({ service: "sink", level: config.logLevel, progressLimitMs: config.progressLimitMs });
let finished: Promise<void> = Promise.resolve();
const shutdown = onShutdown(() => finished, { timeoutMs: config.shutdownLimitMs, log: telemetry.log });

try {
  const admin = await serveAdmin({ port: config.sinkPort, host: config.host, telemetry });
  const io = await openSinkIo(config, telemetry, shutdown.signal); // the only place where clients are made
  telemetry.log.info({ topics: io.topics.length }, "ready");
  finished = runSink(io.topics, {
    settings: { ...config, maxBytes: config.sinkFetchMaxBytes, maxWaitMs: config.sinkFetchMaxWaitMs },
    observer: observeSink(telemetry, faultPointOf(config.faultPoint)),
    stop: shutdown.signal,
    maxRestarts: config.maxRestarts,
    restartDelayMs: config.restartDelayMs,
    restartResetMs: config.restartResetMs,
  }).finally(async () => {
    await io.close();
    await admin.close();
  });
  await finished;
} catch (error) {
  telemetry.log.fatal({ err: error }, error instanceof Error ? error.message : "failed");
  await shutdown.begin("fatal error", 1);
}
