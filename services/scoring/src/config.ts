import { foldServiceShape } from "@leadstream/fold-service";
import { z } from "zod";

/** One environment variable per key: `tickEveryMs` is LEADSTREAM_TICK_EVERY_MS. Every limit of the service stands here or in the shared shape. */
export const scoringConfig = z
  .object({
    ...foldServiceShape,
    scoringPort: z.int().min(0).max(65_535).default(18_091).describe("the port for health and metrics"),
    shadowPort: z.int().min(0).max(65_535).default(18_094).describe("the port for health and metrics of the shadow"),
    tickEveryMs: z.int().min(100).max(86_400_000).default(1_000).describe("ms of silence after which time is noticed on an idle partition"),
    deadLetterMaxRun: z.int().min(1).max(1_000_000).default(1_000).describe("dead letters in a row before the service stops"),
    deadLetterMaxRatio: z.number().min(0).max(1).default(0.5).describe("share of dead letters before the service stops, 0 to 1"),
    deadLetterWindow: z.int().min(10).max(10_000_000).default(10_000).describe("records over which that share is taken"),
  })
  .refine((config) => config.fetchMaxWaitMs < config.requestTimeoutMs, {
    path: ["fetchMaxWaitMs"],
    message: "is not below requestTimeoutMs: every quiet fetch would time out",
  });

export type ScoringConfig = z.output<typeof scoringConfig>;
