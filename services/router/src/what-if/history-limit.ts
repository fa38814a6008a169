import { RouterError } from "../errors.ts";

/** Counts what is held of the past. The call that goes over `maxRecords` throws RouterError HISTORY_TOO_LARGE. */
export function historyLimit(maxRecords: number): () => void {
  let held = 0;
  return () => {
    if (++held <= maxRecords) return;
    throw new RouterError(
      "HISTORY_TOO_LARGE",
      `the log holds more than ${maxRecords} signals, assignments and alerts up to --to`,
      "Give an earlier --to, or raise LEADSTREAM_WHAT_IF_MAX_RECORDS: each takes about 1 kB of memory",
    );
  };
}
