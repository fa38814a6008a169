/**
 * One side of the bench in a process of its own, so that no heap weighs on another: fills its store, then measures one pass per message.
 * Argument: TimersWish as JSON. Ends when its parent goes.
 */
import type { RecordSegment } from "@leadstream/kafka";
import { timedFeed } from "../in-process/timed-feed.ts";
import { ClockedCases } from "./clocked-cases.ts";
import type { ClockedLeads } from "./clocked-leads.ts";
import { ClockedScores } from "./clocked-scores.ts";
import { fillStore, START_MS, WINDOW_MS } from "./filled-store.ts";
import type { TimersWish } from "./timers-side.ts";

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

process.on("message", async () => {
  const before = await made(wish.storeEvery);
  process.send?.(await timedFeed(fold, before, await made(wish.events)));
});
process.once("disconnect", () => process.exit());
process.send?.("filled");
