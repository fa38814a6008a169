import type { Batch } from "./batches.ts";
import { ImportError } from "./errors.ts";
import type { ImportKind } from "./field-tree.ts";
import type { ImportLimits } from "./limits.ts";
import type { ImportProgress, ProgressFile } from "./progress-file.ts";
import type { RejectsReport } from "./rejects-report.ts";
import { type Refusals, type SendOptions, sendBatch } from "./send-batch.ts";

/** Counts since the first row of the file, also those of earlier runs. */
export type Tally = Pick<ImportProgress, "rows" | "sent" | "alreadyThere" | "rejectedRows" | "rejectsBytes">;
export type ImportIdentity = Pick<ImportProgress, "name" | "file" | "fileSha256" | "keyed">;

export const newTally = (): Tally => ({
  rows: 0,
  sent: { capture: 0, touch: 0, status: 0, spend: 0 },
  alreadyThere: 0,
  rejectedRows: 0,
  rejectsBytes: 0,
});

export interface ImportReport {
  readonly name: string;
  readonly file: string;
  /** `stopped` = by a signal; the same command goes on. `finished-earlier` = nothing was done now. */
  readonly state: "finished" | "stopped" | "finished-earlier";
  readonly rows: number;
  /** Rows that an earlier run had settled. */
  readonly rowsBefore: number;
  readonly sent: Readonly<Record<ImportKind, number>>;
  readonly alreadyThere: number;
  readonly rejectedRows: number;
  /** null when no row was rejected. */
  readonly rejectsPath: string | null;
  readonly elapsedMs: number;
}

export type ProgressListener = (state: { readonly name: string; readonly totalRows: number; readonly tally: Tally }) => void;

export interface RunOptions {
  readonly identity: ImportIdentity;
  readonly tally: Tally;
  /** About how many rows the file has. */
  readonly totalRows: number;
  readonly rejects: RejectsReport;
  /** null = nothing is noted. */
  readonly progressFile: ProgressFile | null;
  /** null = nothing is sent. */
  readonly send: SendOptions | null;
  readonly limits: ImportLimits;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
  readonly now: () => number;
}

/** Settles one batch after the other; the next one is prepared while this one is on its way. */
export async function runImport(batches: AsyncGenerator<Batch, void, undefined>, options: RunOptions): Promise<ImportReport> {
  const { identity, rejects, signal } = options;
  const startedMs = options.now();
  const before = options.tally.rows;
  let { tally } = options;
  // From now on another run knows that events may be on their way to the store.
  await note(tally, "running", options);
  let ahead = batches.next();
  let complete = false;
  try {
    while (!signal.aborted) {
      const { value: batch, done } = await ahead;
      if (done) {
        complete = true;
        break;
      }
      ahead = batches.next();
      // Its fault is met when its turn comes; until then nobody waits for it.
      ahead.catch(() => {});
      tally = await settle(batch, tally, options);
      options.progress({ name: identity.name, totalRows: options.totalRows, tally });
    }
    await note(tally, complete ? "finished" : "running", options);
  } finally {
    await ahead.catch(() => {});
    await batches.return();
    await rejects.close();
  }
  const rejectsPath = tally.rejectedRows === 0 ? null : rejects.path;
  return reportOf(complete ? "finished" : "stopped", identity, tally, before, options.now() - startedMs, rejectsPath);
}

/** Order matters: events acknowledged, rejects on the disk, then the progress that says so. */
async function settle(batch: Batch, tally: Tally, options: RunOptions): Promise<Tally> {
  const { send, rejects, limits } = options;
  const refusals: Refusals = send === null || batch.events.length === 0 ? new Map() : await sendBatch(batch.events, send);
  const sent = { ...tally.sent };
  for (const event of batch.events) if (!refusals.has(event.eventId)) sent[event.kind]++;
  for (const { row, line, faults } of batch.rejected) rejects.add(row, line, faults);
  const refusedRows = new Set<number>();
  for (const [eventId, faults] of refusals) {
    const { row, line } = batch.origins.get(eventId) ?? { row: 0, line: 0 };
    refusedRows.add(row);
    rejects.add(row, line, faults);
  }
  await rejects.flush();
  const next: Tally = {
    rows: batch.lastRow,
    sent,
    alreadyThere: tally.alreadyThere + batch.alreadyThere,
    rejectedRows: tally.rejectedRows + batch.rejected.length + refusedRows.size,
    rejectsBytes: rejects.bytes,
  };
  await note(next, "running", options);
  if (next.rejectedRows > limits.rejectedRows && next.rejectedRows * 2 > next.rows) {
    throw new ImportError(
      "TOO_MANY_REJECTS",
      `${next.rejectedRows} of ${next.rows} rows were rejected`,
      `Correct the mapping, or the file; the reasons are in ${rejects.path}.`,
    );
  }
  return next;
}

async function note(tally: Tally, state: ImportProgress["state"], options: RunOptions): Promise<void> {
  const rejectsPath = tally.rejectedRows === 0 ? null : options.rejects.path;
  await options.progressFile?.write({ ...options.identity, ...tally, state, rejectsPath, at: new Date(options.now()).toISOString() });
}

export function reportOf(
  state: ImportReport["state"],
  { name, file }: ImportIdentity,
  { rows, sent, alreadyThere, rejectedRows }: Tally,
  rowsBefore: number,
  elapsedMs: number,
  rejectsPath: string | null,
): ImportReport {
  return { name, file, state, rows, rowsBefore, sent, alreadyThere, rejectedRows, rejectsPath, elapsedMs };
}
