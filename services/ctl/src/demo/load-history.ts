import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalStackError, type LogLine } from "@leadstream/infra-local";
import { type HistoryWish, type SimulatedEvent, simulateHistory } from "../simulate/history.ts";
import type { EventPoster } from "../simulate/live.ts";

const BATCH = 500;
const BATCHES_AT_ONCE = 4;
const ATTEMPTS = 20;
const RETRY_DELAY_MS = 500;

/** Sends a simulated history in order of time through the collector. Returns how many events it has; throws when some stay unaccepted. */
export async function loadHistory(wish: HistoryWish, poster: EventPoster, log: LogLine, stop: AbortSignal): Promise<number> {
  const events = simulateHistory(wish);
  const step = BATCH * BATCHES_AT_ONCE;
  let told = 0;
  for (let start = 0; start < events.length && !stop.aborted; start += step) {
    const slices = Array.from({ length: BATCHES_AT_ONCE }, (_, index) => events.slice(start + index * BATCH, start + (index + 1) * BATCH));
    await Promise.all(slices.filter((slice) => slice.length > 0).map((slice) => postAll(slice, poster, stop)));
    const done = Math.min(events.length, start + step);
    const percent = Math.floor((done / events.length) * 100);
    if (percent < told + 20 && done < events.length) continue;
    told = percent;
    log(`history: ${done} of ${events.length} events (${percent} %)`);
  }
  return events.length;
}

async function postAll(events: readonly SimulatedEvent[], poster: EventPoster, stop: AbortSignal): Promise<void> {
  let left = events;
  for (let attempt = 0; left.length > 0; attempt++) {
    if (stop.aborted) return;
    if (attempt === ATTEMPTS)
      throw new LocalStackError(
        "SERVICE_GAVE_UP",
        `the collector did not accept ${left.length} events of the history: look at ./leadstream logs collector`,
      );
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    const results = await poster.post(left).catch(() => null);
    if (results === null) continue;
    const refused = results.find(({ status }) => status === 400);
    if (refused !== undefined)
      throw new LocalStackError(
        "SERVICE_GAVE_UP",
        "the collector refused an event of the simulated history as invalid: simulator and collector are of different versions",
      );
    left = left.filter((_, index) => results[index]!.status !== 202);
  }
}

/** Event ids are made from the seed, so a history that was cut short is sent again and counted once; a finished one is left alone. */
export class HistoryMark {
  private readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, "run/demo-history.json");
  }

  get loaded(): boolean {
    return existsSync(this.path);
  }

  note(wish: HistoryWish, events: number): void {
    writeFileSync(this.path, JSON.stringify({ seed: wish.seed, months: wish.months, endMs: wish.endMs, events }));
  }
}
