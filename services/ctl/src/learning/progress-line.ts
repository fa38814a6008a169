import { whole } from "./table.ts";

/** One line on a terminal that tells how many events were read; nothing where there is no terminal. */
export class ProgressLine {
  private readonly output: NodeJS.WriteStream;
  private readonly beganMs = performance.now();
  private shownMs = 0;

  constructor(output: NodeJS.WriteStream = process.stderr) {
    this.output = output;
  }

  readonly see = (events: number): void => {
    const now = performance.now();
    if (!this.output.isTTY || now - this.shownMs < 100) return;
    this.shownMs = now;
    const seconds = (now - this.beganMs) / 1000;
    this.output.write(`\r\x1b[K  ${whole(events)} events read, ${whole(events / Math.max(0.1, seconds))} a second`);
  };

  close(): void {
    if (this.output.isTTY) this.output.write("\r\x1b[K");
  }
}
