import { join } from "node:path";
import { loadHistory } from "../demo/load-history.ts";
import { apiKeyFileOf, repsOf } from "../demo/run-demo.ts";
import { collectorPoster } from "../simulate/collector-client.ts";
import { openJournal } from "../simulate/journal.ts";
import { LiveSimulation } from "../simulate/live.ts";
import { watchAssignments, watchMessages } from "../simulate/record-feed.ts";
import { StackClients } from "../stack/clients.ts";
import { runningStack, type Workplace } from "../workplace.ts";
import { progressLog } from "./progress.ts";

export interface SimulateWish {
  readonly rate: number;
  readonly events?: number;
  readonly months?: number;
  readonly leadsPerDay: number;
  readonly seed: number;
  readonly sellerPace: number;
  readonly duplicates: number;
  readonly disorder: number;
  readonly invalid: number;
  readonly journal?: string;
}

/** Traffic for the running stack: history of some months, or live until Ctrl-C or `events`. Ends with what was answered. */
export async function simulate(workplace: Workplace, wish: SimulateWish): Promise<void> {
  const { urls, addresses } = runningStack(workplace);
  const { dataDir, root } = workplace;
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const poster = collectorPoster(urls.collector!, apiKeyFileOf(dataDir));
  if (wish.months !== undefined) {
    const reps = repsOf(join(root, "infra/examples/rosters/demo-team.yaml"));
    const endMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const events = await loadHistory(
      { seed: wish.seed, months: wish.months, leadsPerDay: wish.leadsPerDay, endMs, reps },
      poster,
      progressLog(),
      stop.signal,
    );
    console.log(`${events} events of history are on the log`);
    return;
  }
  const runId = `sim${wish.seed}-${Date.now().toString(36)}`;
  const path = wish.journal ?? join(dataDir, `simulation/${runId}.journal`);
  const journal = await openJournal(path);
  const { duplicates, disorder, invalid } = wish;
  const simulation = new LiveSimulation(
    { seed: wish.seed, runId, eventsPerSecond: wish.rate, disturbance: { duplicates, disorder, invalid }, sellerPaceMs: wish.sellerPace },
    poster,
    journal,
  );
  const clients = new StackClients(addresses, dataDir);
  const watching = new AbortController();
  try {
    const [kafka, registry] = [await clients.kafka(), await clients.registry()];
    const watch = Promise.all([
      watchAssignments(kafka, registry, watching.signal, (assignment) => simulation.assigned(assignment, Date.now())),
      watchMessages(kafka, registry, watching.signal, (message) => simulation.messaged(message, Date.now())),
    ]);
    await simulation.run(stop.signal, wish.events);
    watching.abort();
    await watch;
  } finally {
    await journal.close();
    await clients.close();
  }
  console.log(JSON.stringify({ ...simulation.counts, journal: path }));
}
