import type { RecordSegment } from "@leadstream/kafka";
import { anonymousBytesOf } from "../harness/process-usage.ts";
import type { StoredFold } from "./stored-fold.ts";

export interface TimedFeed {
  readonly elapsedMs: number;
  /** Of all threads. */
  readonly cpuMicros: number;
  readonly mainThreadMicros: number;
  readonly timersFired: number;
  readonly anonymousBytes: number;
}

/**
 * Times `segments` in the midst of a stream: `before` ends with a write to the store, `segments` hold whole intervals of the store. So one write is
 * under way at the start, another at the end, and as many end in between as begin.
 */
export async function timedFeed(
  stored: StoredFold,
  before: readonly RecordSegment[],
  segments: readonly RecordSegment[],
): Promise<TimedFeed> {
  // What the making of the records left behind is not the fold's.
  globalThis.gc?.();
  await stored.feed(before);
  const firedBefore = stored.counts.timersFired;
  const usageBefore = process.cpuUsage();
  const threadBefore = process.threadCpuUsage();
  const startedMs = performance.now();
  await stored.feed(segments);
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(usageBefore);
  const thread = process.threadCpuUsage(threadBefore);
  const timersFired = stored.counts.timersFired - firedBefore;
  const anonymousBytes = anonymousBytesOf(process.pid);
  await stored.settle();
  return { elapsedMs, cpuMicros: user + system, mainThreadMicros: thread.user + thread.system, timersFired, anonymousBytes };
}
