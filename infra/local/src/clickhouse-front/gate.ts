import { ClickHouseException, errorNumber } from "./clickhouse-error.ts";

type Waiter = { enter: () => void; leave: (error: Error) => void; timer: NodeJS.Timeout };

/** Lets a fixed number of calls in and queues the rest in order; throws 202 when the queue is full or the wait too long. */
export class Gate {
  readonly #queue: Waiter[] = [];
  readonly #limits: { concurrent: number; queued: number; waitMs: number };
  #inside = 0;

  constructor(limits: { concurrent: number; queued: number; waitMs: number }) {
    this.#limits = limits;
  }

  get inside(): number {
    return this.#inside;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#inside < this.#limits.concurrent) {
      this.#inside += 1;
      return Promise.resolve();
    }
    const full = (reason: string) =>
      new ClickHouseException(
        errorNumber.tooManySimultaneousQueries,
        `Too many simultaneous queries: ${reason}. Maximum: ${this.#limits.concurrent}.`,
      );
    if (this.#queue.length >= this.#limits.queued) return Promise.reject(full(`${this.#queue.length} already wait`));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        enter: resolve,
        leave: reject,
        timer: setTimeout(() => {
          this.#queue.splice(this.#queue.indexOf(waiter), 1);
          reject(full(`waited ${this.#limits.waitMs} ms`));
        }, this.#limits.waitMs),
      };
      this.#queue.push(waiter);
    });
  }

  #leave(): void {
    const waiter = this.#queue.shift();
    if (waiter === undefined) {
      this.#inside -= 1;
      return;
    }
    clearTimeout(waiter.timer);
    waiter.enter();
  }
}
