import { Worker } from "node:worker_threads";
import { StreamError } from "@leadstream/stream";
import {
  AT_WORK,
  type NumberedOrder,
  type NumberedOutcome,
  SHARED_WORDS,
  STOPPING,
  type WriteOrder,
  type WriteOutcome,
} from "./write-orders.ts";

/** The thread makes short-lived objects only. */
const YOUNG_GENERATION_MB = 8;

/** A flush that takes longer does not hold up the end of the process. */
const STOP_LIMIT_MS = 5_000;

interface Waiting {
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: StreamError) => void;
  /** Also keeps the process alive until the answer is there. */
  readonly limit: NodeJS.Timeout;
}

/** Gives orders to the thread that writes, and hears its answers. A thread that ends or does not answer is a fault of the whole process. */
class StoreWriter {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly shared = new Int32Array(new SharedArrayBuffer(SHARED_WORDS * Int32Array.BYTES_PER_ELEMENT));
  private orders = 0;
  private lost: StreamError | null = null;

  constructor() {
    this.worker = new Worker(new URL("./store-writer-thread.ts", import.meta.url), {
      name: "store-writer",
      workerData: this.shared,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.worker.on("message", ({ number, outcome }: NumberedOutcome) => this.settle(number)?.resolve(outcome));
    this.worker.on("error", (error) => this.lose("ended with an error", error));
    this.worker.on("exit", (code) => this.lose(`ended with ${code}`));
    process.on("exit", () => this.stop());
    // Last: a listener for messages would hold the process again.
    this.worker.unref();
  }

  /** Resolves with the outcome. Rejects with STORE_WRITER_LOST when there is none within the limit, or when the thread ends. */
  ask(order: WriteOrder, limitMs: number): Promise<WriteOutcome> {
    return new Promise((resolve, reject) => {
      if (this.lost !== null) throw this.lost;
      const number = this.orders++;
      const limit = setTimeout(() => this.lose(`did not answer within ${limitMs} ms`), limitMs);
      this.waiting.set(number, { resolve, reject, limit });
      this.worker.postMessage({ number, order } satisfies NumberedOrder, order.kind === "write" ? [order.changes.buffer] : []);
    });
  }

  /**
   * The process ends, and with it the thread, wherever it is. Inside a transaction that would be for ever: the library waits for its end, and nobody
   * is left to end it. So the thread leaves its transaction first; where it does not, the process ends as a killed one, which a store survives.
   */
  private stop(): void {
    const { shared } = this;
    const endMs = performance.now() + STOP_LIMIT_MS;
    Atomics.store(shared, STOPPING, 1);
    for (let atWork = Atomics.load(shared, AT_WORK); atWork > 0; atWork = Atomics.load(shared, AT_WORK)) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) process.kill(process.pid, "SIGKILL");
      else Atomics.wait(shared, AT_WORK, atWork, leftMs);
    }
  }

  private settle(number: number): Waiting | undefined {
    const waiting = this.waiting.get(number);
    clearTimeout(waiting?.limit);
    this.waiting.delete(number);
    return waiting;
  }

  /** For good: what it was writing may be written or not, which only a new process can know. */
  private lose(what: string, cause?: unknown): void {
    this.lost ??= new StreamError(
      "STORE_WRITER_LOST",
      `the thread that writes the stores ${what}`,
      "Start this process again: it continues from the stores as they are; if it comes back, look at the disk and at the memory",
      { cause },
    );
    for (const number of [...this.waiting.keys()]) this.settle(number)!.reject(this.lost);
  }
}

let writer: StoreWriter | null = null;

/** One per process, begun with the first write: programs that only read do not pay for it. */
export function storeWriter(): StoreWriter {
  writer ??= new StoreWriter();
  return writer;
}
