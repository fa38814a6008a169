/**
 * One side of the bench in a process of its own, so that no heap weighs on another: fills its store, then measures one pass per message.
 * Argument: TimersWish as JSON. Ends when its parent goes.
 */
import type { RecordSegment } from "@leadstream/kafka";
import { anonymousBytesOf } from "../harness/process-usage.ts";
import type { StoredFold } from "../in-process/stored-fold.ts";
import { ClockedCases } from "./clocked-cases.ts";
import type { ClockedLeads } from "./clocked-leads.ts";
import { ClockedScores } from "./clocked-scores.ts";
import { fillStore, START_MS, WINDOW_MS } from "./filled-store.ts";
import type { TimersPass, TimersWish } from "./timers-side.ts";

const wish = JSON.parse(process.argv[2] ?? "{}") as TimersWish;
const leads: ClockedLeads = wish.fold === "cases" ? new ClockedCases() : new ClockedScores();
const fold = await fillStore(leads, wish.openLeads, wish);
let acted = 0;

/** The clock goes on from the instant at which the first clock rings, as fast as one in `eventsPerTimer` events needs. */
function made(events: number): Promise<readonly RecordSegment[]> {
  const { openLeads, activeLeads, eventsPerTimer } = wish;
  const msPerEvent = WINDOW_MS / openLeads / eventsPerTimer;
  for (let index = 0; index < events; index++) {
    const at = START_MS + leads.firstDueMs + Math.floor(++acted * msPerEvent);
    // Those opened last: their own clocks ring after all that are measured.
    leads.act(openLeads - 1 - ((acted * 7_919) % activeLeads), at);
  }
  return leads.log.take();
}

/** In the midst of a stream: one write to the store is under way at the start, another at the end, and as many end in between as begin. */
async function measure(stored: StoredFold): Promise<TimersPass> {
  const before = await made(wish.storeEvery);
  const segments = await made(wish.events);
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
  await stored.settle();
  return {
    elapsedMs,
    cpuMicros: user + system,
    mainThreadMicros: thread.user + thread.system,
    timersFired,
    anonymousBytes: anonymousBytesOf(process.pid),
  };
}

process.on("message", async () => process.send?.(await measure(fold)));
process.once("disconnect", () => process.exit());
process.send?.("filled");
