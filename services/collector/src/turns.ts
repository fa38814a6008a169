import { CollectorError } from "./errors.ts";

/** Work on one log, one piece after the other; `limit` pieces may wait. */
export class Turns {
  private readonly limit: number;
  /** What there is too much of, as the error says it. */
  private readonly what: string;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(limit: number, what: string) {
    this.limit = limit;
    this.what = what;
  }

  /** Throws OVERLOADED when too many wait already. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.waiting >= this.limit) {
      throw new CollectorError("OVERLOADED", `too many ${this.what} are under way`, "Wait as long as Retry-After says.", {
        retryAfterMs: 1_000,
      });
    }
    this.waiting++;
    try {
      return await this.follow(work);
    } finally {
      this.waiting--;
    }
  }

  /** Waits for its turn whatever the number: for who was let in before. */
  follow<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
