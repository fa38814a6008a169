import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine, ServerAddresses } from "@leadstream/infra-local";
import { parse } from "yaml";
import { z } from "zod";
import { collectorPoster } from "../simulate/collector-client.ts";
import { openJournal } from "../simulate/journal.ts";
import { LiveSimulation } from "../simulate/live.ts";
import { watchAssignments, watchMessages } from "../simulate/record-feed.ts";
import { StackClients } from "../stack/clients.ts";
import type { Workplace } from "../workplace.ts";
import { HistoryMark, loadHistory } from "./load-history.ts";

export interface DemoWish {
  readonly seed: number;
  readonly months: number;
  readonly leadsPerDay: number;
  readonly eventsPerSecond: number;
  readonly sellerPaceMs: number;
  readonly rosterPath: string;
}

export const defaultDemo: Omit<DemoWish, "rosterPath"> = {
  seed: 42,
  months: 3,
  leadsPerDay: 60,
  eventsPerSecond: 20,
  sellerPaceMs: 20_000,
};

const rosterShape = z.object({ teams: z.array(z.object({ reps: z.array(z.object({ id: z.string() })) })) });

export const apiKeyFileOf = (dataDir: string): string => join(dataDir, "api-key");

export const repsOf = (rosterPath: string): string[] =>
  rosterShape.parse(parse(readFileSync(rosterPath, "utf8"))).teams.flatMap(({ reps }) => reps.map(({ id }) => id));

/** History first (once), then live traffic until the signal aborts. `note` says in one line what it is doing. */
export class Demo {
  private readonly workplace: Workplace;
  private readonly wish: DemoWish;
  private simulation: LiveSimulation | null = null;
  private progress = "";

  constructor(workplace: Workplace, wish: DemoWish) {
    this.workplace = workplace;
    this.wish = wish;
  }

  get note(): string {
    if (this.simulation === null) return this.progress;
    const { sent, accepted, rejected, surprises } = this.simulation.counts;
    return `simulating ${this.wish.eventsPerSecond} events/s: sent ${sent}, accepted ${accepted}, refused as intended ${rejected - surprises}`;
  }

  async loadHistory(collectorUrl: string, log: LogLine, stop: AbortSignal): Promise<void> {
    const { dataDir } = this.workplace;
    const { seed, months, leadsPerDay, rosterPath } = this.wish;
    const mark = new HistoryMark(dataDir);
    if (mark.loaded) return;
    const tell = (line: string): void => {
      this.progress = line;
      log(line);
    };
    tell("loading three simulated months of history");
    // The day's start: a run that is cut short and begun again on the same day makes the same events.
    const endMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const history = { seed, months, leadsPerDay, endMs, reps: repsOf(rosterPath) };
    const events = await loadHistory(history, collectorPoster(collectorUrl, apiKeyFileOf(dataDir)), tell, stop);
    if (!stop.aborted) mark.note(history, events);
  }

  async live(collectorUrl: string, addresses: ServerAddresses, stop: AbortSignal): Promise<void> {
    const { dataDir } = this.workplace;
    const { seed, eventsPerSecond, sellerPaceMs } = this.wish;
    const runId = `live-${Date.now().toString(36)}`;
    const journal = await openJournal(join(dataDir, `simulation/${runId}.journal`));
    const clients = new StackClients(addresses, dataDir);
    const wish = {
      seed: seed + 1,
      runId,
      eventsPerSecond,
      sellerPaceMs,
      disturbance: { duplicates: 0.01, disorder: 0.05, invalid: 0.005 },
    };
    const simulation = new LiveSimulation(wish, collectorPoster(collectorUrl, apiKeyFileOf(dataDir)), journal);
    this.simulation = simulation;
    try {
      const [kafka, registry] = [await clients.kafka(), await clients.registry()];
      await Promise.all([
        simulation.run(stop),
        watchAssignments(kafka, registry, stop, (assignment) => simulation.assigned(assignment, Date.now())),
        watchMessages(kafka, registry, stop, (message) => simulation.messaged(message, Date.now())),
      ]);
    } finally {
      await journal.close();
      await clients.close();
    }
  }
}
