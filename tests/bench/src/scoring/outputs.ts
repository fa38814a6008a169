import { type KafkaConnection, openInbox, topicOffsets } from "@leadstream/kafka";
import { AvroReader, type Decoded, defaultPartitions, type WireFormat } from "@leadstream/schemas";
import type { Inbox, RecordCursor } from "@leadstream/stream";
import { BenchError } from "../harness/bench-error.ts";

const LIMITS = { maxBytes: 4 << 20, maxWaitMs: 500 };

/** Walks the committed records of one partition up to the end that it had when it was opened. */
class CommittedRecords {
  private readonly inbox: Inbox;
  private readonly end: number;
  private readonly wire: WireFormat;
  private readonly reader = new AvroReader();
  private position = 0;
  private cursor: RecordCursor | null = null;
  private after = 0;

  constructor(inbox: Inbox, end: number, wire: WireFormat) {
    this.inbox = inbox;
    this.end = end;
    this.wire = wire;
  }

  async next(): Promise<Decoded | null> {
    for (;;) {
      if (this.cursor?.next()) return this.wire.read(this.reader.window(this.cursor.buffer, this.cursor.valueStart, this.cursor.valueEnd));
      if (this.cursor !== null) this.position = this.after;
      if (this.position >= this.end) return null;
      const chunk = await this.inbox.fetch(this.position, LIMITS);
      this.after = chunk.next;
      this.cursor = chunk.cursor();
    }
  }
}

/** The record without what is the writer's own: its dense numbers and the name of the topic's incarnation. */
function comparable(record: Decoded): string {
  const { type, value } = record as Decoded<"Score" | "Signal">;
  const { source, ...rest } = value;
  return JSON.stringify({ type, partition: source.partition, offset: source.offset, n: source.n, ...rest });
}

/**
 * Compares two topics record by record, partition by partition, in order. Returns the number of records. Throws OUTPUTS_DIFFER with the first
 * pair that is not equal. `secondMayEndEarly`: the second was written from the beginning of the inbox only.
 */
export async function compareTopics(
  kafka: KafkaConnection,
  wire: WireFormat,
  first: string,
  second: string,
  secondMayEndEarly = false,
): Promise<number> {
  const [firstEnds, secondEnds] = [await topicOffsets(kafka, first), await topicOffsets(kafka, second)];
  let compared = 0;
  for (let partition = 0; partition < defaultPartitions.lead; partition++) {
    const inboxes = [await openInbox(kafka, first, partition), await openInbox(kafka, second, partition)] as const;
    const left = new CommittedRecords(inboxes[0], firstEnds[partition]!.lastStableOffset, wire);
    const right = new CommittedRecords(inboxes[1], secondEnds[partition]!.lastStableOffset, wire);
    try {
      for (;;) {
        const [a, b] = [await left.next(), await right.next()];
        if (b === null && (a === null || secondMayEndEarly)) break;
        const [textA, textB] = [a && comparable(a), b && comparable(b)];
        if (textA !== textB)
          throw new BenchError("OUTPUTS_DIFFER", `partition ${partition}, record ${compared}:\n${first}: ${textA}\n${second}: ${textB}`);
        compared++;
      }
    } finally {
      await Promise.all(inboxes.map((inbox) => inbox.close()));
    }
  }
  return compared;
}
