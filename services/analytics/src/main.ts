import { join } from "node:path";
import { connectClickHouse, migrate, prepareDatabase, waitForClickHouse } from "@leadstream/clickhouse";
import { exitOnConfigError, loadConfig, openApiKeys } from "@leadstream/config";
import { createTelemetry, FAILED_EXIT_CODE, onShutdown } from "@leadstream/telemetry";
import { type Access, isLoopback } from "./access.ts";
import { analyticsConfig } from "./config.ts";
import { reportReader } from "./report-reader.ts";
import { buildServer } from "./server.ts";

const config = await exitOnConfigError(() => loadConfig(analyticsConfig));
const telemetry = createTelemetry({ service: "analytics", level: config.logLevel });
const migrations = join(import.meta.dirname, "../../../infra/clickhouse/migrations");

try {
  const options = {
    url: config.clickhouseUrl,
    user: config.clickhouseUser,
    password: config.clickhousePassword,
    database: config.clickhouseDatabase,
    requestTimeoutMs: config.queryLimitMs,
    application: "leadstream-analytics",
  };
  const client = connectClickHouse(options);
  await waitForClickHouse(client, config.clickhouseWaitMs);
  await prepareDatabase(options);
  await migrate(client, migrations, config.clickhouseCluster === undefined ? {} : { cluster: config.clickhouseCluster });
  const access: Access = isLoopback(config.host) ? "this-machine" : await openApiKeys(config.dataDir);
  const app = await buildServer(reportReader(client, config.queryLimitMs), telemetry, access);
  const url = await app.listen({ port: config.analyticsPort, host: config.host });
  onShutdown(() => app.close().then(() => client.close()), { timeoutMs: config.shutdownLimitMs, log: telemetry.log });
  telemetry.log.info({ url, docs: `${url}/docs` }, "ready");
} catch (error) {
  telemetry.log.fatal(error instanceof Error && "code" in error ? { code: error.code } : { err: error }, (error as Error).message);
  process.exit(FAILED_EXIT_CODE);
}
