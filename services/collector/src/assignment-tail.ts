import { KafkaAdapterError, type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import { type Assignment, AvroDecodeError, AvroReader, topicNames, UnknownSchemaIdError } from "@leadstream/schemas";

type Inbox = Awaited<ReturnType<typeof openInbox>>;

export interface AssignmentTailOptions {
  readonly connection: KafkaConnection;
  readonly registry: Pick<Registry, "wire" | "resolveUnknown">;
  /** How many records of each partition's end are read at the start, so that late commands are known after a restart. */
  readonly recallRecords: number;
  readonly maxWaitMs: number;
  /** Pause after a fault. */
  readonly retryDelayMs: number;
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly see: (assignment: Assignment) => void;
  /** A fault that the tail tries to get over, told once until records are read again. */
  readonly complain: (error: unknown) => void;
}

const FETCH_BYTES = 1 << 20;

/**
 * Shows every committed assignment from about now on, until the signal aborts. A spectator: it belongs to no group, commits nothing, and what it
 * cannot read costs a caller the waiting, never an event.
 */
export async function tailAssignments(options: AssignmentTailOptions): Promise<void> {
  const partitions = await patiently(
    options,
    async () => (await options.connection.topic(topicNames.leadAssignments, true)).leaders.length,
  );
  await Promise.all(Array.from({ length: partitions ?? 0 }, (_, partition) => new PartitionTail(options, partition).run()));
}

class PartitionTail {
  private readonly options: AssignmentTailOptions;
  private readonly partition: number;
  private readonly reader = new AvroReader();
  private position = -1;

  constructor(options: AssignmentTailOptions, partition: number) {
    this.options = options;
    this.partition = partition;
  }

  async run(): Promise<void> {
    await patiently(this.options, async (recovered) => {
      const inbox = await openInbox(this.options.connection, topicNames.leadAssignments, this.partition);
      // A fetch that waits at the broker must not hold the shutdown back.
      const close = (): void => void inbox.close();
      this.options.signal.addEventListener("abort", close, { once: true });
      try {
        await this.follow(inbox, recovered);
      } finally {
        this.options.signal.removeEventListener("abort", close);
        await inbox.close();
      }
    });
  }

  private async follow(inbox: Inbox, recovered: () => void): Promise<void> {
    const { recallRecords, maxWaitMs, signal } = this.options;
    const { logStart, lastStableOffset } = await inbox.bounds();
    if (this.position < logStart || this.position > lastStableOffset) this.position = Math.max(logStart, lastStableOffset - recallRecords);
    while (!signal.aborted) {
      const chunk = await inbox.fetch(this.position, { maxBytes: FETCH_BYTES, maxWaitMs });
      recovered();
      const cursor = chunk.cursor();
      while (cursor.next()) await this.show(cursor.buffer, cursor.valueStart, cursor.valueEnd);
      this.position = chunk.next;
    }
  }

  private async show(buffer: Buffer, start: number, end: number): Promise<void> {
    const { registry, see, complain } = this.options;
    const read = (): void => {
      const record = registry.wire.read(this.reader.window(buffer, start, end));
      if (record.type === "Assignment") see(record.value);
    };
    try {
      try {
        read();
      } catch (error) {
        if (!(error instanceof UnknownSchemaIdError)) throw error;
        await registry.resolveUnknown(error.schemaId);
        read();
      }
    } catch (error) {
      // Whom an unreadable record answered will hear nothing; those behind it shall.
      if (!(error instanceof AvroDecodeError || error instanceof KafkaAdapterError)) throw error;
      complain(error);
    }
  }
}

/** Tries until it ends well or the signal aborts: Kafka or the topic may not be there yet, or be away for a while. */
async function patiently<T>(
  { retryDelayMs, signal, sleep, complain }: AssignmentTailOptions,
  attempt: (recovered: () => void) => Promise<T>,
): Promise<T | null> {
  let told = false;
  const recovered = (): void => {
    told = false;
  };
  while (!signal.aborted) {
    try {
      return await attempt(recovered);
    } catch (error) {
      if (signal.aborted) break;
      if (!told) complain(error);
      told = true;
      await sleep(retryDelayMs, signal);
    }
  }
  return null;
}
