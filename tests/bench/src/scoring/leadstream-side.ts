import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ServerAddresses } from "@leadstream/infra-local";
import { topicNames } from "@leadstream/schemas";
import { startService } from "../harness/service-child.ts";
import type { Side } from "./side.ts";

export interface LeadstreamWish {
  readonly root: string;
  readonly workFolder: string;
  readonly addresses: ServerAddresses;
  readonly sessionTimeoutMs: number;
  /** 0 = what infra/stack.yaml gives the service. */
  readonly heapMb: number;
  /** Further settings of the service, as environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
}

const DAY_MS = "86400000";

/** The shipped scoring service as the stack starts it; only its own ticks are off, because the peer has none. */
export function leadstreamSide(wish: LeadstreamWish): Side {
  const { root, workFolder, addresses, heapMb, nodeArguments = [] } = wish;
  const dataDir = (run: string): string => join(workFolder, `leadstream-${run}`);
  return {
    name: "leadstream",
    scores: topicNames.leadScores,
    signals: topicNames.leadSignals,
    groupOf: (run) => `bench-${run}.scoring`,
    ownTopics: () => [],
    start(run) {
      mkdirSync(dataDir(run), { recursive: true });
      return startService({
        root,
        service: "scoring",
        addresses,
        dataDir: dataDir(run),
        logFile: join(workFolder, `leadstream-${run}.log`),
        heapMb,
        nodeArguments,
        environment: {
          LEADSTREAM_GROUP_PREFIX: `bench-${run}`,
          LEADSTREAM_SCORING_PORT: "0",
          LEADSTREAM_TICK_EVERY_MS: DAY_MS,
          LEADSTREAM_SESSION_TIMEOUT_MS: String(wish.sessionTimeoutMs),
          ...wish.environment,
        },
      });
    },
    loseDisk: (run) => rmSync(dataDir(run), { recursive: true, force: true }),
  };
}
