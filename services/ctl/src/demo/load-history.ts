import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine } from "@leadstream/infra-local";
import { simulateHistory, type HistoryWish, type SimulatedEvent } from "../simulate/history.ts";

/** Sends one event to the log; resolves when it is there for good, rejects otherwise. */
export type EmitEvent = (event: SimulatedEvent) => Promise<void>;

const IN_FLIGHT = 2_000;

/** Emits a simulated history in order of time, with many events under way at once. Returns how many. */
export async function loadHistory(wish: HistoryWish, emit: EmitEvent, log: LogLine, stop: AbortSignal): Promise<number> {
  const events = simulateHistory(wish);
  let done = 0;
  let told = 0;
  for (let start = 0; start < events.length && !stop.aborted; start += IN_FLIGHT) {
    const slice = events.slice(start, start + IN_FLIGHT);
    await Promise.all(slice.map(emit));
    done += slice.length;
    const percent = Math.floor((done / events.length) * 100);
    if (percent >= told + 20 || done === events.length) {
      told = percent;
      log(`history: ${done} of ${events.length} events (${percent} %)`);
    }
  }
  return done;
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

  read(): string {
    return readFileSync(this.path, "utf8");
  }
}
