/** Bounds of one import. */
export interface ImportLimits {
  /** Events that are sent together and acknowledged before the next ones go. A row is never split. */
  readonly batchEvents: number;
  readonly batchRows: number;
  /** Rows of one side file; they are held in memory. */
  readonly sideRows: number;
  /** Natural keys of rows that are held in memory to find repeats. */
  readonly keys: number;
  /** Rejected rows after which the mapping, not the data, is thought to be wrong. */
  readonly rejectedRows: number;
  readonly recordBytes: number;
  /** How long a batch that the log does not take is sent again. */
  readonly retryForMs: number;
  readonly retryFirstMs: number;
  readonly retryAtMostMs: number;
}

export const defaultLimits: ImportLimits = {
  batchEvents: 2_000,
  batchRows: 500,
  sideRows: 1_000_000,
  keys: 5_000_000,
  rejectedRows: 10_000,
  recordBytes: 1 << 20,
  retryForMs: 60_000,
  retryFirstMs: 100,
  retryAtMostMs: 5_000,
};
