import { z } from "zod";

const milliseconds = (otherwise: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(86_400_000).default(otherwise).describe(description);

/** One environment variable per key: `commitMaxRecords` is LEADSTREAM_COMMIT_MAX_RECORDS. Every limit of the service stands here. */
export const scoringConfig = z
  .object({
    kafkaBrokers: z
      .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, "is not host:port"))
      .min(1)
      .describe("host:port of one or more brokers, with commas"),
    registryUrl: z.url({ protocol: /^https?$/ }).describe("the address of the schema registry, such as http://localhost:18081"),
    dataDir: z.string().min(1).describe("a folder for the state of the folds"),
    host: z.string().min(1).default("127.0.0.1").describe("the address for health and metrics"),
    scoringPort: z.int().min(0).max(65_535).default(18_091).describe("the port for health and metrics"),
    logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("trace, debug, info, warn or error"),
    groupId: z.string().min(1).default("leadstream-scoring").describe("the name of the consumer group"),
    sessionTimeoutMs: milliseconds(30_000, "ms without a heartbeat after which the group takes partitions away", 6_000),
    transactionTimeoutMs: milliseconds(10_000, "ms after which the broker ends an abandoned transaction", 1_000),
    requestTimeoutMs: milliseconds(15_000, "ms to wait for a broker's answer", 100),
    fetchMaxBytes: z
      .int()
      .min(65_536)
      .max(64 << 20)
      .default(4 << 20)
      .describe("bytes per fetch"),
    fetchMaxWaitMs: milliseconds(250, "ms that a fetch waits for records"),
    commitMaxRecords: z.int().min(1).max(1_000_000).default(50_000).describe("outputs that force a commit"),
    commitMaxBytes: z
      .int()
      .min(65_536)
      .max(256 << 20)
      .default(16 << 20)
      .describe("bytes of outputs that force a commit"),
    idleCommitMs: milliseconds(1_000, "ms after which an offset without outputs is committed"),
    storeIntervalMs: milliseconds(500, "ms that the store may be behind the commit"),
    storeMaxStates: z.int().min(1).max(1_000_000).default(50_000).describe("states that the store may be behind the commit"),
    cacheStates: z.int().min(100).max(10_000_000).default(100_000).describe("leads kept in memory per partition"),
    storeMapMb: z.int().min(16).max(1_048_576).default(4_096).describe("MB that the store of one partition may grow to"),
    maxClockLeadMs: milliseconds(300_000, "ms that log time may run ahead of the wall clock"),
    tickEveryMs: milliseconds(1_000, "ms of silence after which time is noticed on an idle partition", 100),
    deadLetterMaxRun: z.int().min(1).max(1_000_000).default(1_000).describe("dead letters in a row before the service stops"),
    deadLetterMaxRatio: z.number().min(0).max(1).default(0.5).describe("share of dead letters before the service stops, 0 to 1"),
    deadLetterWindow: z.int().min(10).max(10_000_000).default(10_000).describe("records over which that share is taken"),
    progressLimitMs: milliseconds(60_000, "ms without progress after which a partition with work is unhealthy", 1_000),
    shutdownLimitMs: milliseconds(20_000, "ms to drain after SIGTERM", 1_000),
    maxRestarts: z.int().min(0).max(1_000).default(20).describe("passing faults of a partition in a row before the process gives up"),
    restartDelayMs: milliseconds(200, "ms before a partition begins again"),
    restartResetMs: milliseconds(60_000, "ms after which a new row of faults begins"),
  })
  .refine((config) => config.requestTimeoutMs < config.sessionTimeoutMs, {
    path: ["requestTimeoutMs"],
    message: "is not below sessionTimeoutMs: a slow broker would cost the partitions",
  })
  .refine((config) => config.fetchMaxWaitMs < config.requestTimeoutMs, {
    path: ["fetchMaxWaitMs"],
    message: "is not below requestTimeoutMs: every quiet fetch would time out",
  });

export type ScoringConfig = z.output<typeof scoringConfig>;
