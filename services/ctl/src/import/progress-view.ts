import type { ProgressListener } from "./run-import.ts";

/** Where progress is shown; a part of `NodeJS.WriteStream`. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressView {
  readonly listener: ProgressListener;
  /** Ends the bar's line. */
  close(): void;
}

const BAR_CELLS = 28;
const REDRAW_MS = 100;
const LINE_EVERY_PERCENT = 10;
const CLEAR_LINE = "\r\x1b[K";

/** A bar that is drawn over itself on a terminal; otherwise a plain line at every tenth of the way. `now` never goes back. */
export function progressView(output: ProgressOutput, now: () => number): ProgressView {
  const terminal = output.isTTY === true;
  const startedMs = now();
  let startRows: number | null = null;
  let drawnMs = Number.NEGATIVE_INFINITY;
  let told = -1;
  return {
    listener: ({ name, totalRows, tally }) => {
      startRows ??= tally.rows;
      const percent = totalRows === 0 ? 100 : Math.min(100, Math.floor((tally.rows * 100) / totalRows));
      const seconds = (now() - startedMs) / 1000;
      const rate = seconds > 0 ? Math.round((tally.rows - startRows) / seconds) : 0;
      const events = Object.values(tally.sent).reduce((sum, count) => sum + count, 0);
      const parts = [`${tally.rows} rows`, `${events} events`];
      if (tally.alreadyThere > 0) parts.push(`${tally.alreadyThere} there already`);
      if (tally.rejectedRows > 0) parts.push(`${tally.rejectedRows} rows rejected`);
      if (rate > 0) parts.push(`${rate} rows/s`);
      const text = `${String(percent).padStart(3)} %  ${parts.join(", ")}`;
      if (!terminal) {
        if (percent < told + LINE_EVERY_PERCENT && percent < 100) return;
        if (percent === told) return;
        told = percent;
        output.write(`import ${name}: ${text}\n`);
        return;
      }
      if (now() - drawnMs < REDRAW_MS && percent < 100) return;
      drawnMs = now();
      const full = Math.floor((percent / 100) * BAR_CELLS);
      const line = `${name} ${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)} ${text}`;
      output.write(CLEAR_LINE + line.slice(0, (output.columns ?? 120) - 1));
    },
    close: () => {
      if (terminal && drawnMs !== Number.NEGATIVE_INFINITY) output.write("\n");
    },
  };
}
