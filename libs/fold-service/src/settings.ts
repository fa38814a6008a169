import { defaultPartitions } from "@leadstream/schemas";
import { defaultTaskSettings } from "@leadstream/stream";
import { z } from "zod";

const defaults = defaultTaskSettings;
const milliseconds = (otherwise: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(86_400_000).default(otherwise).describe(description);
const count = (otherwise: number, most: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(most).default(otherwise).describe(description);
const bytes = (otherwise: number, most: number, description: string): z.ZodDefault<z.ZodInt> => count(otherwise, most, description, 65_536);

/** Settings that every fold service shares, one environment variable per key; a service adds its own to the shape. */
export const foldServiceShape = {
  kafkaBrokers: z
    .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, "is not host:port"))
    .min(1)
    .describe("host:port of one or more brokers, with commas"),
  registryUrl: z.url({ protocol: /^https?$/ }).describe("the address of the schema registry, such as http://localhost:18081"),
  dataDir: z.string().min(1).describe("a folder for the state of the folds"),
  host: z.string().min(1).default("127.0.0.1").describe("the address for health and metrics"),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("trace, debug, info, warn or error"),
  groupPrefix: z.string().min(1).default("leadstream").describe("the beginning of the names of consumer groups and transactional ids"),
  leadPartitions: count(defaultPartitions.lead, 10_000, "the partition count that the lead topics were made with"),
  teamPartitions: count(defaultPartitions.team, 10_000, "the partition count that team.requests was made with"),
  otherPartitions: count(defaultPartitions.other, 10_000, "the partition count that the other topics were made with"),
  sessionTimeoutMs: milliseconds(10_000, "ms without a heartbeat after which the group takes partitions away", 1_000),
  requestTimeoutMs: milliseconds(15_000, "ms to wait for a broker's answer", 100),
  fetchMaxBytes: bytes(defaults.fetchMaxBytes, 64 << 20, "bytes per fetch"),
  fetchMaxWaitMs: milliseconds(defaults.fetchMaxWaitMs, "ms that a fetch waits for records"),
  commitMaxRecords: count(defaults.commitMaxRecords, 1_000_000, "outputs that force a commit"),
  commitMaxBytes: bytes(defaults.commitMaxBytes, 256 << 20, "bytes of outputs that force a commit"),
  idleCommitMs: milliseconds(defaults.idleCommitMs, "ms after which an offset without outputs is committed"),
  storeIntervalMs: milliseconds(defaults.storeIntervalMs, "ms that the store may be behind the commit"),
  storeMaxStates: count(defaults.storeMaxStates, 1_000_000, "states that the store may be behind the commit"),
  storeMapMb: count(16_384, 1_048_576, "MB of address space that the store of one partition may grow to", 16),
  storeWriteLimitMs: milliseconds(60_000, "ms for one write of a store, after which the process gives up", 1_000),
  cacheBytes: bytes(defaults.cacheBytes, 1 << 30, "bytes of states kept in memory, per partition"),
  maxClockLeadMs: milliseconds(defaults.maxClockLeadMs, "ms that log time may run ahead of the wall clock"),
  progressLimitMs: milliseconds(60_000, "ms without progress after which a partition with work is unhealthy", 1_000),
  shutdownLimitMs: milliseconds(14_000, "ms to drain after SIGTERM", 1_000),
  maxRestarts: count(20, 1_000, "passing faults of a partition in a row before the process gives up", 0),
  restartDelayMs: milliseconds(50, "ms before a partition begins again"),
  restartResetMs: milliseconds(60_000, "ms after which a new row of faults begins"),
  faultPoint: z.string().optional().describe("for fault tests: <topology>/<step>:<hit> kills the process there"),
};

export type FoldServiceSettings = z.output<z.ZodObject<typeof foldServiceShape>>;
