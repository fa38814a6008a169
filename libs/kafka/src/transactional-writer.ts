/** The TransactionalWriter port. Numbers are the steps of the fold protocol (docs/guarantees.md). */
import type { CommittedOffset, Outbox, TransactionalWriter } from "@leadstream/stream";
import type { KafkaConnection } from "./connect.ts";
import { KafkaAdapterError } from "./errors.ts";
import { retriable } from "./inbox.ts";
import { KafkaOutbox } from "./outbox.ts";
import { type TransactionIdentity, TransactionProtocol } from "./transaction-protocol.ts";

export interface TransactionalWriterOptions extends TransactionIdentity {
  /** Limit of each step with its repetitions. Below the broker's ten seconds for a transaction. */
  readonly timeoutMs?: number;
  /** A partition's outputs are cut into batches of at most this size: below the topic's max.message.bytes. */
  readonly maximumBatchBytes?: number;
}

const DEFAULT_TIMEOUT_MS = 8_000;
const DEFAULT_BATCH_BYTES = 900_000;

export function createTransactionalWriter(connection: KafkaConnection, options: TransactionalWriterOptions): TransactionalWriter {
  return new KafkaTransactionalWriter(connection, options);
}

class KafkaTransactionalWriter implements TransactionalWriter {
  private readonly protocol: TransactionProtocol;
  private readonly pending: KafkaOutbox;
  private ready = false;
  private committing = false;

  constructor(connection: KafkaConnection, options: TransactionalWriterOptions) {
    this.protocol = new TransactionProtocol(connection, options, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    this.pending = new KafkaOutbox(options.maximumBatchBytes ?? DEFAULT_BATCH_BYTES);
  }

  async initialise(): Promise<void> {
    this.ready = false;
    this.pending.clear();
    await this.passing(() => this.protocol.initialise());
    this.ready = true;
  }

  committed(acknowledged: number): Promise<CommittedOffset | null> {
    return this.passing(() => this.protocol.committed(acknowledged));
  }

  outbox(): Outbox {
    return this.pending;
  }

  async commit(position: number, metadata: string): Promise<void> {
    if (this.committing) throw new Error("a commit is under way: await it before the next one");
    if (!this.ready) throw new Error("the writer is not initialised since its start or its last error: go to step 2");
    this.committing = true;
    this.ready = false;
    const lanes = this.pending.take();
    try {
      await this.passing(async () => {
        await this.protocol.begin(lanes);
        await this.protocol.sendAndCommitOffset(lanes, position, metadata);
        await this.protocol.end();
      });
      this.ready = true;
    } catch (error) {
      this.protocol.reset();
      this.pending.clear();
      throw error;
    } finally {
      this.committing = false;
    }
  }

  async close(): Promise<void> {
    this.ready = false;
    this.protocol.close();
  }

  private async passing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KafkaAdapterError) throw retriable(error);
      throw error;
    }
  }
}
