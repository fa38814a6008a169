import { AvroDecodeError, AvroReader, type Decoded, UnknownSchemaIdError } from "@leadstream/schemas";
import type { Inbox, InboxTopic, RecordChunk, RecordCursor } from "@leadstream/stream";

/** A committed record of an output topic, with the offset of the input record that caused it. */
export interface CommittedOutput {
  readonly offset: number;
  readonly cause: number;
  readonly key: string | null;
  readonly value: Buffer;
}

/** One input partition of one stage: whose outputs are meant. */
export interface OutputOrigin {
  readonly stage: string;
  readonly topic: string;
  readonly incarnation: string;
  readonly partition: number;
}

const FETCH = { maxBytes: 1 << 20, maxWaitMs: 100 };

/** Reads what one input partition caused in one output partition, in order. Records of other origins on the same topic are passed over. */
export class CommittedOutputs {
  private readonly inbox: Inbox;
  private readonly decoder: Pick<InboxTopic, "wire" | "resolveSchema">;
  private readonly origin: OutputOrigin;
  private readonly reader = new AvroReader();
  private position = 0;
  private end = -1;
  private chunk: RecordChunk | null = null;
  private cursor: RecordCursor | null = null;

  constructor(inbox: Inbox, decoder: Pick<InboxTopic, "wire" | "resolveSchema">, origin: OutputOrigin) {
    this.inbox = inbox;
    this.decoder = decoder;
    this.origin = origin;
  }

  /** The next record, or null at the end of what is committed now. */
  async next(): Promise<CommittedOutput | null> {
    for (;;) {
      if (this.cursor?.next()) {
        const found = await this.mine(this.cursor);
        if (found !== null) return found;
        continue;
      }
      if (!(await this.fetch())) return null;
    }
  }

  async close(): Promise<void> {
    await this.inbox.close();
  }

  private async fetch(): Promise<boolean> {
    if (this.chunk !== null) this.position = this.chunk.next;
    this.chunk = null;
    this.cursor = null;
    if (this.end < 0) this.position = (await this.inbox.bounds()).logStart;
    if (this.position >= this.end) this.end = (await this.inbox.bounds()).lastStableOffset;
    if (this.position >= this.end) return false;
    this.chunk = await this.inbox.fetch(this.position, FETCH);
    this.cursor = this.chunk.cursor();
    return true;
  }

  private async mine(cursor: RecordCursor): Promise<CommittedOutput | null> {
    if (cursor.valueStart < 0) return null;
    const record = await this.decode(cursor);
    const cause = record === null ? null : this.causeOf(record);
    if (cause === null) return null;
    const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
    return {
      offset: cursor.offset,
      cause,
      key: keyStart < 0 ? null : buffer.utf8Slice(keyStart, keyEnd),
      value: Buffer.from(buffer.subarray(valueStart, valueEnd)),
    };
  }

  /** null for bytes that no stage of ours can have written. */
  private async decode(cursor: RecordCursor): Promise<Decoded | null> {
    const { wire } = this.decoder;
    const window = (): AvroReader => this.reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd);
    try {
      try {
        return wire.read(window());
      } catch (error) {
        if (!(error instanceof UnknownSchemaIdError)) throw error;
        await this.decoder.resolveSchema(error.schemaId);
        return wire.read(window());
      }
    } catch (error) {
      if (error instanceof AvroDecodeError) return null;
      throw error;
    }
  }

  private causeOf({ type, value }: Decoded): number | null {
    const { stage, topic, incarnation, partition } = this.origin;
    // A dead letter has coordinates in place of a source; they do not name the topic's incarnation.
    if (type === "DeadLetter") {
      return value.stage === stage && value.topic === topic && value.partition === partition ? value.offset : null;
    }
    if (!("source" in value)) return null;
    const { source } = value;
    return source.topic === topic && source.incarnation === incarnation && source.partition === partition ? source.offset : null;
  }
}
