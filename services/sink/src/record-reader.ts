import { AvroDecodeError, AvroReader, type DeadLetter, type Decoded, UnknownSchemaIdError } from "@leadstream/schemas";
import { type Clock, type DeadLetterGuard, type InboxTopic, type RecordCursor, StreamError } from "@leadstream/stream";
import type { BlockBuilder } from "./block-builder.ts";
import { type BadRecordPolicy, badRecordPolicyOf, type Fault, judge } from "./judge.ts";
import type { LogPlace } from "./tables/row.ts";

/** About a millisecond of work. */
const RECORDS_PER_TURN = 256;

type Verdict = { readonly record: Decoded } | { readonly fault: Fault };

/** Sink step 2: decodes and judges records, and hands rows to a block and dead letters to a list. */
export class RecordReader {
  private readonly inbox: InboxTopic;
  private readonly incarnation: string;
  private readonly policy: BadRecordPolicy;
  private readonly reader = new AvroReader();
  private readonly guard: DeadLetterGuard | undefined;
  private readonly breathe: () => Promise<void>;
  private left = RECORDS_PER_TURN;

  /** `guard` stops the sink when too much is set aside; recovery reads without it. */
  constructor(inbox: InboxTopic, incarnation: string, clock: Pick<Clock, "breathe">, guard?: DeadLetterGuard) {
    this.inbox = inbox;
    this.guard = guard;
    this.breathe = clock.breathe;
    this.incarnation = incarnation;
    this.policy = badRecordPolicyOf(inbox.topic);
  }

  /**
   * Reads records below `end`. Waits for the registry where a schema id is new; never treats "registry away" as a bad record. Sockets get their turn in
   * between: the block before is announced and inserted meanwhile, and its answers may not wait for a whole chunk.
   */
  async read(cursor: RecordCursor, partition: number, end: number, builder: BlockBuilder, letters: DeadLetter[]): Promise<void> {
    while (cursor.next() && cursor.offset < end) {
      let verdict = this.decode(cursor, false);
      if (typeof verdict === "number") {
        await this.inbox.resolveSchema(verdict);
        verdict = this.decode(cursor, true) as Verdict;
      }
      this.take(cursor, partition, verdict, builder, letters);
      if (--this.left === 0) {
        this.left = RECORDS_PER_TURN;
        await this.breathe();
      }
    }
  }

  /** A number is a schema id to resolve first; the usual record needs no promise. */
  private decode(cursor: RecordCursor, resolved: boolean): Verdict | number {
    if (cursor.valueStart < 0) return { fault: { code: "EMPTY_VALUE", detail: "the record has no value" } };
    try {
      const record = this.inbox.wire.read(this.reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd));
      const fault = judge(this.inbox.topic, record);
      return fault === null ? { record } : { fault };
    } catch (error) {
      if (error instanceof AvroDecodeError) return { fault: { code: "UNDECODABLE", detail: error.message } };
      if (!(error instanceof UnknownSchemaIdError)) throw error;
      if (resolved) return { fault: { code: "UNKNOWN_SCHEMA", detail: "the registry does not know the schema id" } };
      return error.schemaId;
    }
  }

  private take(cursor: RecordCursor, partition: number, verdict: Verdict, builder: BlockBuilder, letters: DeadLetter[]): void {
    const { topic } = this.inbox;
    const place: LogPlace = { topic, incarnation: this.incarnation, partition, offset: cursor.offset, time: cursor.timestamp };
    const outline = { key: keyOf(cursor), bytes: cursor.valueStart < 0 ? 0 : cursor.valueEnd - cursor.valueStart };
    if ("record" in verdict) {
      this.guard?.accepted();
      builder.add(place, outline, verdict.record);
      return;
    }
    if (this.policy === "stop") {
      throw new StreamError(
        "UNDECODABLE_INTERNAL_RECORD",
        `${topic}-${partition} offset ${cursor.offset}: ${verdict.fault.code}, ${verdict.fault.detail}`,
        "Nobody but our own stages may write to this topic; find the writer before going on",
      );
    }
    if (this.policy === "dead-letter") {
      this.guard?.rejected(verdict.fault.code);
      letters.push(this.letter(cursor, partition, verdict.fault));
    }
    builder.add(place, outline, null);
  }

  private letter(cursor: RecordCursor, partition: number, fault: Fault): DeadLetter {
    return {
      topic: this.inbox.topic,
      partition,
      offset: cursor.offset,
      timestamp: cursor.timestamp,
      stage: "sink",
      code: fault.code,
      detail: fault.detail,
      producer: "",
      key: cursor.keyStart < 0 ? null : Buffer.from(cursor.buffer.subarray(cursor.keyStart, cursor.keyEnd)),
      value: cursor.valueStart < 0 ? null : Buffer.from(cursor.buffer.subarray(cursor.valueStart, cursor.valueEnd)),
      headers: cursor.headers().map((header) => ({ name: header.name, value: header.value })),
    };
  }
}

const keyOf = (cursor: RecordCursor): string => (cursor.keyStart < 0 ? "" : cursor.buffer.utf8Slice(cursor.keyStart, cursor.keyEnd));
