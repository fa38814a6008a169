/**
 * One side of the bench in a process of its own, so that no heap weighs on another: fills its store, then measures one pass per message.
 * Argument: TimersWish as JSON. Ends when its parent goes.
 */
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
function appendPass({ openLeads, events, activeLeads, eventsPerTimer }: TimersWish): void {
  const msPerEvent = WINDOW_MS / openLeads / eventsPerTimer;
  for (let index = 0; index < events; index++) {
    const at = START_MS + leads.firstDueMs + Math.floor(++acted * msPerEvent);
    // Those opened last: their own clocks ring after all that are measured.
    leads.act(openLeads - 1 - ((acted * 7_919) % activeLeads), at);
  }
}

async function measure(stored: StoredFold): Promise<TimersPass> {
  appendPass(wish);
  const segments = await leads.log.take();
  // What the making of the records left behind is not the fold's.
  globalThis.gc?.();
  const firedBefore = stored.counts.timersFired;
  const before = process.cpuUsage();
  const threadBefore = process.threadCpuUsage();
  const startedMs = performance.now();
  await stored.feed(segments);
  await stored.settle();
  const elapsedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  const thread = process.threadCpuUsage(threadBefore);
  return {
    elapsedMs,
    cpuMicros: user + system,
    mainThreadMicros: thread.user + thread.system,
    timersFired: stored.counts.timersFired - firedBefore,
    anonymousBytes: anonymousBytesOf(process.pid),
  };
}

process.on("message", async () => process.send?.(await measure(fold)));
process.once("disconnect", () => process.exit());
process.send?.("filled");
