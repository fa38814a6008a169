import { exitOnConfigError, loadConfig } from "@leadstream/config";
import { FAILED_EXIT_CODE, onShutdown } from "@leadstream/telemetry";
import { startCollector, telemetryOf } from "./collector.ts";
import { collectorConfig } from "./config.ts";

const config = await exitOnConfigError(() => loadConfig(collectorConfig));
const telemetry = telemetryOf(config);
try {
  const collector = await startCollector(config, telemetry);
  onShutdown(() => collector.close(), { timeoutMs: config.shutdownLimitMs, log: telemetry.log });
  telemetry.log.info({ url: collector.url, docs: `${collector.url}/docs` }, "ready");
} catch (error) {
  // The message says what is wrong and what to do; where it happened helps nobody who starts a service.
  telemetry.log.fatal(error instanceof Error && "code" in error ? { code: error.code } : { err: error }, (error as Error).message);
  process.exit(FAILED_EXIT_CODE);
}
