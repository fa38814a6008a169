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
 * Times `segments` in the midst of a stream: a write to the store begins before and another at the end. So one is under way at the start and one at
 * the end, and as many end in between as begin.
 */
export async function timedFeed(
  stored: StoredFold,
  before: readonly RecordSegment[],
  segments: readonly RecordSegment[],
): Promise<TimedFeed> {
  // What the making of the records left behind is not the fold's.
  globalThis.gc?.();
  await stored.feed(before);
  await stored.beginWrite();
  const firedBefore = stored.counts.timersFired;
  const usageBefore = process.cpuUsage();
  const threadBefore = process.threadCpuUsage();
  const startedMs = performance.now();
  await stored.feed(segments);
  await stored.beginWrite();
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(usageBefore);
  const thread = process.threadCpuUsage(threadBefore);
  const timersFired = stored.counts.timersFired - firedBefore;
  const anonymousBytes = anonymousBytesOf(process.pid);
  await stored.settle();
  return { elapsedMs, cpuMicros: user + system, mainThreadMicros: thread.user + thread.system, timersFired, anonymousBytes };
}
