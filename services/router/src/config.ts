import { foldServiceShape } from "@leadstream/fold-service";
import { z } from "zod";

/** One environment variable per key: `commitMaxRecords` is LEADSTREAM_COMMIT_MAX_RECORDS. Every limit of the service stands here. */
export const routerConfig = z
  .object({
    ...foldServiceShape,
    whatIfMaxRecords: z
      .int()
      .min(1)
      .max(100_000_000)
      .default(2_000_000)
      .describe("records of the past that what-if holds in memory, about 1 kB each; more are refused"),
    routerPort: z.int().min(0).max(65_535).default(18_092).describe("the port for health and metrics"),
  })
  .refine((config) => config.requestTimeoutMs >= config.fetchMaxWaitMs, {
    path: ["fetchMaxWaitMs"],
    message: "is above requestTimeoutMs: every quiet fetch would time out",
  });

export type RouterConfig = z.output<typeof routerConfig>;
