import type { EdgeContext, Fault } from "@leadstream/edge";
import type { CsvRow } from "./csv-file.ts";
import { ImportError } from "./errors.ts";
import type { ImportLimits } from "./limits.ts";
import type { AlreadyThere } from "./presence.ts";
import type { MappedEvent, MappedRow, RowMapper } from "./row-mapper.ts";
import { validateRow } from "./validate-row.ts";

export interface RejectedRow {
  readonly row: number;
  readonly line: number;
  readonly faults: readonly Fault[];
}

/** Rows that are settled together. */
export interface Batch {
  /** Number of its last row. */
  readonly lastRow: number;
  /** To be sent, in the order of rows. */
  readonly events: readonly MappedEvent[];
  /** Row and line of each event that is to be sent, by event id. */
  readonly origins: ReadonlyMap<string, { readonly row: number; readonly line: number }>;
  /** Events that the store has. */
  readonly alreadyThere: number;
  readonly rejected: readonly RejectedRow[];
}

export interface BatchOptions {
  readonly mapper: RowMapper;
  /** Rows that an earlier run has settled. */
  readonly settledRows: number;
  /** Rows bring keys of their own, which must differ. */
  readonly keyed: boolean;
  readonly context: EdgeContext;
  readonly alreadyThere: AlreadyThere;
  readonly limits: ImportLimits;
}

interface OpenBatch {
  lastRow: number;
  rows: number;
  events: MappedEvent[];
  origins: Map<string, { row: number; line: number }>;
  rejected: RejectedRow[];
}

const emptyBatch = (): OpenBatch => ({ lastRow: 0, rows: 0, events: [], origins: new Map(), rejected: [] });

/** Maps and judges rows and gathers them into batches. Rows that were settled before only move the mapper. */
export async function* batchesOf(rows: AsyncIterable<CsvRow>, options: BatchOptions): AsyncGenerator<Batch, void, undefined> {
  const { mapper, settledRows, context, limits } = options;
  const keys = options.keyed ? new KeyRegister(limits.keys) : null;
  let open = emptyBatch();
  for await (const row of rows) {
    if (row.number <= settledRows) {
      if ("cells" in row) keys?.add(mapper.pass(row.number, row.cells), row.number);
      continue;
    }
    open.lastRow = row.number;
    open.rows++;
    if ("cells" in row) await take(open, row, mapper.map(row.number, row.cells), keys, context);
    else reject(open, row, [{ field: "row", reason: row.reason, remedy: row.remedy }]);
    if (open.rows < limits.batchRows && open.events.length < limits.batchEvents) continue;
    yield await closed(open, options.alreadyThere);
    open = emptyBatch();
  }
  if (open.rows > 0) yield await closed(open, options.alreadyThere);
}

async function take(
  open: OpenBatch,
  { number, line }: CsvRow,
  mapped: MappedRow,
  keys: KeyRegister | null,
  context: EdgeContext,
): Promise<void> {
  const first = mapped.key === "" ? undefined : keys?.add(mapped.key, number);
  if (first !== undefined) mapped.faults.add("key", `is that of row ${first} as well`, "give every row a key of its own");
  if (mapped.faults.empty) await validateRow(mapped, context);
  if (!mapped.faults.empty) {
    reject(open, { number, line }, mapped.faults.all());
    return;
  }
  for (const event of mapped.events) {
    open.events.push(event);
    open.origins.set(event.eventId, { row: number, line });
  }
}

function reject(open: OpenBatch, { number, line }: { readonly number: number; readonly line: number }, faults: readonly Fault[]): void {
  open.rejected.push({ row: number, line, faults });
}

async function closed({ lastRow, events, origins, rejected }: OpenBatch, alreadyThere: AlreadyThere): Promise<Batch> {
  const there = events.length === 0 ? new Set<string>() : await alreadyThere.among(events);
  const missing = there.size === 0 ? events : events.filter(({ eventId }) => !there.has(eventId));
  return { lastRow, events: missing, origins, alreadyThere: events.length - missing.length, rejected };
}

/** Rows with one key would have the same event ids, and the second would be taken for a repeat of the first. */
class KeyRegister {
  private readonly rows = new Map<string, number>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Number of the row that had the key before; undefined when it is new. */
  add(key: string, row: number): number | undefined {
    const first = this.rows.get(key);
    if (first !== undefined) return first;
    if (this.rows.size >= this.limit) {
      throw new ImportError(
        "TOO_MANY_KEYS",
        `the file has more than ${this.limit} rows with keys`,
        "Split it; the parts may be imported one by one.",
      );
    }
    this.rows.set(key, row);
    return undefined;
  }
}
