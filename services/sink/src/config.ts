import { defaultPartitions } from "@leadstream/schemas";
import { z } from "zod";
import { defaultSinkSettings as defaults } from "./sink-io.ts";

const milliseconds = (otherwise: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(86_400_000).default(otherwise).describe(description);
const count = (otherwise: number, most: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(most).default(otherwise).describe(description);

/** One environment variable per key: `blockLingerMs` is LEADSTREAM_BLOCK_LINGER_MS. Every limit of the service stands here. */
export const sinkConfig = z
  .object({
    kafkaBrokers: z
      .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, "is not host:port"))
      .min(1)
      .describe("host:port of one or more brokers, with commas"),
    registryUrl: z.url({ protocol: /^https?$/ }).describe("the address of the schema registry, such as http://localhost:18081"),
    clickhouseUrl: z.url({ protocol: /^https?$/ }).describe("ClickHouse's HTTP address, such as http://localhost:18123"),
    clickhouseUser: z.string().min(1).default("leadstream").describe("ClickHouse's user"),
    clickhousePassword: z.string().default("").describe("ClickHouse's password"),
    clickhouseDatabase: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not an identifier")
      .default("leadstream")
      .describe("the database; it is made and migrated at start"),
    clickhouseCluster: z.string().optional().describe("the name of a ClickHouse cluster, where tables shall be replicated"),
    dataDir: z.string().min(1).describe("a folder for schema ids and group member ids"),
    host: z.string().min(1).default("127.0.0.1").describe("the address for health and metrics"),
    sinkPort: z.int().min(0).max(65_535).default(18_093).describe("the port for health and metrics"),
    logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("trace, debug, info, warn or error"),
    groupPrefix: z.string().min(1).default("leadstream").describe("the beginning of the names of consumer groups"),
    leadPartitions: count(defaultPartitions.lead, 10_000, "the partition count that the lead topics were made with"),
    teamPartitions: count(defaultPartitions.team, 10_000, "the partition count that team.requests was made with"),
    otherPartitions: count(defaultPartitions.other, 10_000, "the partition count that the other topics were made with"),
    sessionTimeoutMs: milliseconds(10_000, "ms without a heartbeat after which the group takes partitions away", 1_000),
    requestTimeoutMs: milliseconds(15_000, "ms to wait for a broker's answer", 100),
    sinkFetchMaxBytes: count(defaults.maxBytes, 64 << 20, "bytes per fetch and partition", 65_536),
    sinkFetchMaxWaitMs: milliseconds(defaults.maxWaitMs, "ms that a fetch waits for records"),
    blockMaxRows: count(defaults.blockMaxRows, 1_000_000, "rows, all tables together, that close a block"),
    blockMaxBytes: count(defaults.blockMaxBytes, 256 << 20, "bytes that close a block", 65_536),
    blockLingerMs: milliseconds(defaults.blockLingerMs, "ms after which a block is closed", 10),
    insertTimeoutMs: milliseconds(60_000, "ms to wait for the answer to one insert", 1_000),
    insertBackoffMs: milliseconds(100, "ms before an insert is sent again; doubled each time", 1),
    insertMaximumBackoffMs: milliseconds(5_000, "ms between two attempts at most", 1),
    insertLimitMs: milliseconds(3_600_000, "ms without ClickHouse after which the process gives up; the block stays announced", 1_000),
    clickhouseWaitMs: milliseconds(60_000, "ms to wait for ClickHouse at start", 100),
    deadLetterMaxRun: count(100, 1_000_000, "dead letters in a row before the service stops"),
    deadLetterMaxRatio: z.number().min(0).max(1).default(0.5).describe("share of dead letters before the service stops, 0 to 1"),
    deadLetterWindow: count(1_000, 10_000_000, "records over which that share is taken", 10),
    progressLimitMs: milliseconds(60_000, "ms without progress after which a topic with an announced block is unhealthy", 1_000),
    shutdownLimitMs: milliseconds(14_000, "ms to drain after SIGTERM", 1_000),
    maxRestarts: count(20, 1_000, "passing faults of a topic in a row before the process gives up", 0),
    restartDelayMs: milliseconds(50, "ms before a topic begins again"),
    restartResetMs: milliseconds(60_000, "ms after which a new row of faults begins"),
    faultPoint: z.string().optional().describe("for fault tests: sink/<step>:<hit> kills the process there"),
  })
  .refine((config) => config.sinkFetchMaxWaitMs < config.requestTimeoutMs, {
    path: ["sinkFetchMaxWaitMs"],
    message: "is not below requestTimeoutMs: every quiet fetch would time out",
  })
  .refine((config) => config.insertBackoffMs <= config.insertMaximumBackoffMs, {
    path: ["insertBackoffMs"],
    message: "is above insertMaximumBackoffMs",
  });

export type SinkConfig = z.output<typeof sinkConfig>;
