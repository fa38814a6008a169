import { StreamError } from "./errors.ts";

/** When a stage stops instead of setting records aside: a bad release must stop the line, not empty it. */
export interface DeadLetterLimit {
  /** Dead letters in a row. */
  readonly maxRun: number;
  /** Share of dead letters among the last `window` records, 0 to 1. */
  readonly maxRatio: number;
  readonly window: number;
}

export class DeadLetterGuard {
  private run = 0;
  private seen = 0;
  private dead = 0;
  private readonly limit: DeadLetterLimit;
  private readonly inbox: string;

  constructor(inbox: string, limit: DeadLetterLimit) {
    this.inbox = inbox;
    this.limit = limit;
  }

  accepted(): void {
    this.run = 0;
    this.count();
  }

  /** Throws when one more would pass a limit. */
  rejected(code: string): void {
    this.run++;
    this.dead++;
    const { maxRun, maxRatio, window } = this.limit;
    if (this.run > maxRun || (this.seen >= window / 2 && this.dead > maxRatio * window)) {
      throw new StreamError(
        "DEAD_LETTER_LIMIT",
        `${this.inbox}: ${this.run} dead letters in a row, ${this.dead} among the last ${this.seen + 1} records (latest: ${code})`,
        "Look at lead.dead-letters; mend the producer or raise the limit, then start again",
      );
    }
    this.count();
  }

  private count(): void {
    if (++this.seen < this.limit.window) return;
    this.seen = 0;
    this.dead = 0;
  }
}
