import { DISTURBED_SHARE, ForeignLoad } from "../harness/foreign-load.ts";
import type { Sample } from "../harness/report.ts";
import { rounded } from "../harness/statistics.ts";
import type { TimedFeed } from "./timed-feed.ts";

/** What a pass of `events` through a fold took. */
export interface FeedSample extends Sample {
  readonly eventsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  /** Of it: the thread that folds, without those of the store and of the collector. */
  readonly mainThreadMicrosPerEvent: number;
  readonly anonymousMb: number;
}

export type Measured = "eventsPerSecond" | "cpuMicrosPerEvent" | "mainThreadMicrosPerEvent" | "anonymousMb";

/** Waits for the pass and watches what else the machine does. */
export async function feedSample(side: string, events: number, pass: () => Promise<TimedFeed>): Promise<FeedSample & TimedFeed> {
  const foreign = new ForeignLoad();
  const feed = await pass();
  const foreignLoad = foreign.share();
  return {
    ...feed,
    side,
    eventsPerSecond: rounded((events / feed.elapsedMs) * 1_000),
    cpuMicrosPerEvent: rounded(feed.cpuMicros / events, 3),
    mainThreadMicrosPerEvent: rounded(feed.mainThreadMicros / events, 3),
    anonymousMb: rounded(feed.anonymousBytes / 2 ** 20, 3),
    foreignLoad: rounded(foreignLoad, 2),
    disturbed: foreignLoad > DISTURBED_SHARE,
  };
}
