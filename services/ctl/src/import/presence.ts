import type { ClickHouseClient } from "@leadstream/clickhouse";
import { ImportError } from "./errors.ts";
import type { ImportKind } from "./field-tree.ts";

/** An event as the store would hold it. */
export interface EventPlace {
  readonly kind: ImportKind;
  readonly eventId: string;
  /** null where it is not known before the event is sent. */
  readonly leadId: string | null;
}

/** Which of these events the store has. */
export type AlreadyThere = (events: readonly EventPlace[]) => Promise<ReadonlySet<string>>;

const tables: Readonly<Record<ImportKind, string>> = { capture: "captures", touch: "touches", status: "statuses", spend: "spend" };

/** Ids are written into the query's text (a parameter would go into its address, which is short), so nothing else may pass. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:~#=+-]*$/;
/** Below the servers' limit of a query's text, 256 KiB. */
const IDS_PER_QUERY = 600;

/** Asks ClickHouse. Where lead ids are known the tables' order finds the rows; otherwise a column is read. Throws STORE_UNAVAILABLE. */
export function presenceIn(client: ClickHouseClient): AlreadyThere {
  return async (events) => {
    const there = new Set<string>();
    for (let start = 0; start < events.length; start += IDS_PER_QUERY) {
      for (const query of presenceQueries(events.slice(start, start + IDS_PER_QUERY))) {
        for (const id of await askFor(client, query)) there.add(id);
      }
    }
    return there;
  };
}

/** One query for each kind of event. An id that the edge would refuse is in no table and not asked for. */
export function presenceQueries(events: readonly EventPlace[]): string[] {
  return (Object.keys(tables) as ImportKind[]).flatMap((kind) => {
    const asked = events.filter((event) => event.kind === kind && ID.test(event.eventId));
    if (asked.length === 0) return [];
    const leads = new Set(asked.map(({ leadId }) => leadId));
    const known = [...leads].every((lead) => lead !== null && ID.test(lead));
    const byLead = known ? `lead_id IN (${quoted(leads as Set<string>)}) AND ` : "";
    return [`SELECT DISTINCT event_id FROM ${tables[kind]} WHERE ${byLead}event_id IN (${quoted(asked.map(({ eventId }) => eventId))})`];
  });
}

function quoted(ids: Iterable<string>): string {
  return Array.from(ids, (id) => `'${id}'`).join(",");
}

async function askFor(client: ClickHouseClient, query: string): Promise<string[]> {
  try {
    const answer = await client.query({ query, format: "JSONEachRow" });
    return (await answer.json<{ event_id: string }>()).map((row) => row.event_id);
  } catch (cause) {
    throw new ImportError(
      "STORE_UNAVAILABLE",
      "ClickHouse did not say which events it has",
      "Start the stack, then run the same command: it goes on where it stopped.",
      { cause },
    );
  }
}
