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

/** What the store has. */
export interface AlreadyThere {
  /** Whether it has any event whose id begins so. Asked once, by a first run: where it has none no more questions follow. */
  anyOf(prefix: string): Promise<boolean>;
  /** Ids of those events that it has. */
  among(events: readonly EventPlace[]): Promise<ReadonlySet<string>>;
}

/** Where nobody is asked. */
export const nothingThere: AlreadyThere = { anyOf: async () => false, among: async () => new Set() };

const tables: Readonly<Record<ImportKind, string>> = { capture: "captures", touch: "touches", status: "statuses", spend: "spend" };

/** Ids are written into the query's text (a parameter would go into its address, which is short), so nothing else may pass. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:~#=+-]*$/;
/** Of a query's text; the servers take 256 KiB. */
const QUERY_CHARACTERS = 150_000;

/** Asks ClickHouse. Where lead ids are known the tables' order finds the rows; otherwise a column is read. Throws STORE_UNAVAILABLE. */
export function presenceIn(client: ClickHouseClient): AlreadyThere {
  return {
    async anyOf(prefix) {
      for (const table of Object.values(tables)) {
        const query = `SELECT event_id FROM ${table} WHERE startsWith(event_id, ${quoted([prefix])}) LIMIT 1`;
        if ((await askFor(client, query)).length > 0) return true;
      }
      return false;
    },
    async among(events) {
      const there = new Set<string>();
      for (const part of partsOf(events)) {
        const answers = await Promise.all(presenceQueries(part).map((query) => askFor(client, query)));
        for (const id of answers.flat()) there.add(id);
      }
      return there;
    },
  };
}

/** Parts whose queries are short enough. */
function* partsOf(events: readonly EventPlace[]): Generator<readonly EventPlace[]> {
  let start = 0;
  let characters = 0;
  for (const [index, { eventId, leadId }] of events.entries()) {
    characters += eventId.length + (leadId?.length ?? 0) + 6;
    if (characters <= QUERY_CHARACTERS || index === start) continue;
    yield events.slice(start, index);
    start = index;
    characters = eventId.length + (leadId?.length ?? 0) + 6;
  }
  if (start < events.length) yield events.slice(start);
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
