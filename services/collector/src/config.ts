import { normaliseCountry } from "@leadstream/edge";
import { z } from "zod";

const milliseconds = (otherwise: number, description: string, least = 1): z.ZodDefault<z.ZodInt> =>
  z.int().min(least).max(3_600_000).default(otherwise).describe(description);

/** One environment variable per key: `batchLimit` is LEADSTREAM_BATCH_LIMIT. Every limit of the service stands here. */
export const collectorConfig = z
  .object({
    kafkaBrokers: z
      .array(z.string().regex(/^[^\s:]+:\d{1,5}$/, "is not host:port"))
      .min(1)
      .describe("host:port of one or more brokers, with commas"),
    registryUrl: z.url({ protocol: /^https?$/ }).describe("the address of the schema registry, such as http://localhost:18081"),
    dataDir: z.string().min(1).describe("a folder for keys; back it up, sealed data is unreadable without it"),
    host: z.string().min(1).default("127.0.0.1").describe("the address to listen on"),
    collectorPort: z.int().min(0).max(65_535).default(18_080).describe("the port to listen on"),
    logLevel: z.enum(["trace", "debug", "info", "warn", "error"]).default("info").describe("trace, debug, info, warn or error"),
    defaultCountry: z
      .string()
      .refine((country) => normaliseCountry(country) === country, "is no ISO 3166-1 alpha-2 code")
      .optional()
      .describe("the country of national phone numbers of leads that name no country, as CN"),
    defaultCurrency: z
      .string()
      .regex(/^[A-Z]{3}$/, "is no ISO 4217 code")
      .optional()
      .describe("the currency of amounts that name none, as EUR"),
    bodyLimitBytes: z
      .int()
      .min(1_024)
      .max(64 << 20)
      .default(4 << 20)
      .describe("bytes of a request body"),
    batchLimit: z.int().min(1).max(100_000).default(1_000).describe("events of one request"),
    eventsPerSecond: z.number().positive().max(10_000_000).default(20_000).describe("events a second that one API key may send"),
    eventsBurst: z.int().min(1).max(100_000_000).default(40_000).describe("events that one API key may send at once after a pause"),
    requestsInFlight: z.int().min(1).max(100_000).default(512).describe("requests worked on at once before new ones are refused"),
    bytesInFlight: z
      .int()
      .min(1_024)
      .max(2 ** 30)
      .default(8 << 20)
      .describe("bytes of request bodies worked on at once before new ones are refused; parsed they take several times as much memory"),
    retryAfterMs: milliseconds(1_000, "ms that a client is asked to wait after a 503", 1_000),
    requestTimeoutMs: milliseconds(30_000, "ms in which a client must have sent its request", 1_000),
    kafkaRequestTimeoutMs: milliseconds(5_000, "ms to wait for a broker's answer", 100),
    deliveryTimeoutMs: milliseconds(10_000, "ms after which an event that Kafka did not acknowledge is answered with 503", 500),
    lingerMs: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe("ms that events wait for company, at most 5; at 0 they are gathered only while a send to their broker is under way"),
    sendRecords: z.int().min(1).max(100_000).default(2_000).describe("events of one Kafka batch"),
    bufferBytes: z
      .int()
      .min(1 << 20)
      .max(2 ** 30)
      .default(32 << 20)
      .describe("bytes that may wait for Kafka before new ones are refused"),
    kafkaRetries: z.int().min(0).max(100).default(8).describe("attempts after the first to reach Kafka at the start"),
    kafkaRetryDelayMs: milliseconds(200, "ms before the first of those attempts"),
    probeEveryMs: milliseconds(1_000, "ms between looks at Kafka while it is away", 100),
    commandsKept: z.int().min(1).max(10_000_000).default(100_000).describe("commands whose result is remembered"),
    commandWaiters: z.int().min(0).max(100_000).default(128).describe("requests that may wait for the result of a command at once"),
    commandWaitLimitMs: milliseconds(10_000, "ms that a request may wait for the result of a command"),
    commandRecallRecords: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(5_000)
      .describe("records of lead.assignments per partition that are read at the start to know late commands"),
    commandFetchWaitMs: milliseconds(500, "ms that an idle look for results waits at the broker", 10),
    rosterPollMs: milliseconds(50, "ms between two looks at the log for the decision on a change of the roster"),
    rosterChangesWaiting: z.int().min(1).max(10_000).default(64).describe("changes of the roster that may wait for their turn"),
    progressLimitMs: milliseconds(15_000, "ms without an acknowledgement after which the service is unhealthy", 1_000),
    shutdownLimitMs: milliseconds(20_000, "ms to drain after SIGTERM", 1_000),
  })
  .refine((config) => config.eventsBurst >= config.batchLimit, {
    path: ["eventsBurst"],
    message: "is below batchLimit: a full batch could never be sent",
  })
  .refine((config) => config.bytesInFlight >= config.bodyLimitBytes, {
    path: ["bytesInFlight"],
    message: "is below bodyLimitBytes: a full body could never be taken",
  })
  .refine((config) => config.bufferBytes >= 2 * config.bodyLimitBytes, {
    path: ["bufferBytes"],
    message: "is below twice bodyLimitBytes: a full batch could never be buffered",
  })
  .refine((config) => config.commandFetchWaitMs < config.kafkaRequestTimeoutMs, {
    path: ["commandFetchWaitMs"],
    message: "is not below kafkaRequestTimeoutMs: every quiet look would time out",
  })
  .refine((config) => config.deliveryTimeoutMs < config.shutdownLimitMs, {
    path: ["deliveryTimeoutMs"],
    message: "is not below shutdownLimitMs: a drain would cut off events that are under way",
  })
  .refine((config) => config.kafkaRequestTimeoutMs < config.deliveryTimeoutMs, {
    path: ["kafkaRequestTimeoutMs"],
    message: "is not below deliveryTimeoutMs: one slow answer would use up the whole time",
  });

export type CollectorConfig = z.output<typeof collectorConfig>;
