import { z } from "zod";

const milliseconds = (otherwise: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(3_600_000).default(otherwise).describe(description);

/** One environment variable per key: `clickhouseUrl` is LEADSTREAM_CLICKHOUSE_URL. */
export const analyticsConfig = z.object({
  clickhouseUrl: z.url({ protocol: /^https?$/ }).describe("ClickHouse's HTTP address, such as http://localhost:18123"),
  clickhouseUser: z.string().min(1).default("leadstream").describe("ClickHouse's user"),
  clickhousePassword: z.string().default("").describe("ClickHouse's password"),
  clickhouseDatabase: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not an identifier")
    .default("leadstream")
    .describe("the database that the sink fills"),
  clickhouseCluster: z.string().optional().describe("the name of a ClickHouse cluster, where tables shall be replicated"),
  clickhouseWaitMs: milliseconds(60_000, "ms to wait for ClickHouse at start", 100),
  queryLimitMs: milliseconds(20_000, "ms that one query may take", 100),
  dataDir: z.string().min(1).default(".leadstream/data").describe("the folder with api-keys.json, read where the address is not loopback"),
  host: z.string().min(1).default("127.0.0.1").describe("the address to listen on; on another than loopback readers need an API key"),
  analyticsPort: z.int().min(0).max(65_535).default(18_090).describe("the port of the API and the dashboard"),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("trace, debug, info, warn or error"),
  shutdownLimitMs: milliseconds(10_000, "ms to finish requests after SIGTERM", 1_000),
});

export type AnalyticsConfig = z.output<typeof analyticsConfig>;
