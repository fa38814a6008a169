import { topicNames } from "@leadstream/schemas";
import type { Cluster } from "../harness/cluster.ts";
import type { Measured } from "../harness/measured.ts";
import { until } from "../harness/poll.ts";
import type { ProcessUsage } from "../harness/process-usage.ts";
import type { Prefilled } from "./prefill.ts";

/** How far a group's commits are, at an instant. */
export interface Progress extends ProcessUsage {
  readonly atMs: number;
  /** Touches that are folded and whose outputs are committed. */
  readonly events: number;
}

const POLL_MS = 10;
const MEMORY_EVERY = 20;

/** Committed touches of a group: offsets are materialised by the broker only when the transaction's outputs are. */
export async function committedTouches(cluster: Cluster, groupId: string, prefilled: Pick<Prefilled, "starts" | "ends">): Promise<number> {
  const [found] = await cluster.admin.fetchOffsets({ groupId, topics: [topicNames.leadEvents] });
  let events = 0;
  for (const { partition, offset } of found?.partitions ?? []) {
    const end = prefilled.ends[partition] ?? 0;
    events += Math.max(0, Math.min(Number(offset), end) - prefilled.starts[partition]!);
  }
  return events;
}

/** Watches the commits of a running process until `events` touches are done. Gives the first look at which they were. */
export async function watchUntil(
  cluster: Cluster,
  child: Measured,
  groupId: string,
  prefilled: Prefilled,
  events: number,
  limitMs: number,
): Promise<Progress & { readonly peakAnonymousBytes: number }> {
  let peak = 0;
  let looks = 0;
  const reached = await until(`${events} committed touches of ${groupId}`, limitMs, POLL_MS, async () => {
    child.assertRunning();
    const done = await committedTouches(cluster, groupId, prefilled);
    if (looks++ % MEMORY_EVERY === 0) peak = Math.max(peak, child.usage().anonymousBytes);
    if (done < events) return null;
    return { atMs: performance.now(), events: done, ...child.usage() };
  });
  return { ...reached, peakAnonymousBytes: Math.max(peak, reached.anonymousBytes) };
}
