import { LeadHistories } from "@leadstream/domain-learning";
import type { ServerAddresses } from "@leadstream/infra-local";
import { topicOffsets } from "@leadstream/kafka";
import { StackClients } from "../stack/clients.ts";
import { csvEvents } from "./csv-events.ts";
import { fileEvents } from "./file-events.ts";
import { readLeadEvents } from "./log-events.ts";

/** Where events come from; plain data, so that it can be handed to a worker. */
export type EventSource =
  | { readonly kind: "stack"; readonly addresses: ServerAddresses; readonly dataDir: string; readonly topic: string }
  | { readonly kind: "file"; readonly path: string }
  /** A CSV file through the mapping of an import; nothing is sent. `now` = log time, ms since epoch. */
  | { readonly kind: "csv"; readonly mappingPath: string; readonly path: string; readonly now: number };

export type SeeProgress = (events: number) => void;

const PROGRESS_EVERY = 10_000;

/** How many parts the source has that can be read side by side; a lead lies in one part. */
export async function partsOf(source: EventSource): Promise<number> {
  if (source.kind !== "stack") return 1;
  const clients = new StackClients(source.addresses, source.dataDir);
  try {
    return (await topicOffsets(await clients.kafka(), source.topic)).length;
  } finally {
    await clients.close();
  }
}

export interface PartRead {
  readonly histories: LeadHistories;
  /** Records or rows that could not be read. */
  readonly passed: number;
}

/** Reads one part into memory, by lead. */
export async function readPart(source: EventSource, part: number, progress: SeeProgress): Promise<PartRead> {
  const histories = new LeadHistories();
  const add = (logged: Parameters<LeadHistories["add"]>[0]): void => {
    histories.add(logged);
    if (histories.events % PROGRESS_EVERY === 0) progress(histories.events);
  };
  if (source.kind === "stack") {
    const clients = new StackClients(source.addresses, source.dataDir);
    try {
      const passed = await readLeadEvents(await clients.kafka(), await clients.registry(), { topic: source.topic, partition: part }, add);
      return { histories, passed };
    } finally {
      await clients.close();
    }
  }
  const tally = { rows: 0, rejectedRows: 0 };
  const events = source.kind === "file" ? fileEvents(source.path) : csvEvents(source.mappingPath, source.path, source.now, tally);
  for await (const logged of events) add(logged);
  return { histories, passed: tally.rejectedRows };
}
