import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ServerAddresses } from "@leadstream/infra-local";
import { topicNames } from "@leadstream/schemas";
import { type Measured, together } from "../harness/measured.ts";
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
  /** Processes that share the partitions, each with a disk of its own; 1 when absent. */
  readonly instances?: number;
}

const DAY_MS = "86400000";

/** The shipped scoring service as the stack starts it; only its own ticks are off, because the peer has none. */
export function leadstreamSide(wish: LeadstreamWish): Side {
  const { root, workFolder, addresses, heapMb, nodeArguments = [], instances = 1 } = wish;
  const place = (run: string): string => join(workFolder, `leadstream-${run}`);
  const startOne = (run: string, instance: number): Measured => {
    const dataDir = join(place(run), String(instance));
    mkdirSync(dataDir, { recursive: true });
    return startService({
      root,
      service: "scoring",
      addresses,
      dataDir,
      logFile: `${place(run)}-${instance}.log`,
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
  };
  return {
    name: instances === 1 ? "leadstream" : `leadstream ${instances} instances`,
    scores: topicNames.leadScores,
    signals: topicNames.leadSignals,
    groupOf: (run) => `bench-${run}.scoring`,
    ownTopics: () => [],
    start: (run) => together(Array.from({ length: instances }, (_, instance) => startOne(run, instance))),
    loseDisk: (run) => rmSync(place(run), { recursive: true, force: true }),
  };
}
