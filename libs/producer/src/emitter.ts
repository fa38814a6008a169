import { type EdgeContext, type EdgeResult, type Fault, toCapture, toCommand, toSpend, toStatus, toTouch } from "@leadstream/edge";
import { AvroWriter, type RecordName, type Records, type TopicName, topicNames, type WireFormat } from "@leadstream/schemas";
import { ProducerError, translated } from "./errors.ts";

export const eventKinds = ["capture", "touch", "status", "command", "spend"] as const;
export type EventKind = (typeof eventKinds)[number];

/** Sends one record and answers when all in-sync replicas have it; rejects when that is not known. Records of one key keep their order. */
export interface RecordSender {
  send(topic: string, partition: number | null, key: string, value: Buffer): Promise<RecordPlace>;
}
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
}

/** What does not change from event to event. */
export type EmitterContext = Omit<EdgeContext, "now" | "producer">;

export interface EmitterOptions {
  readonly sender: RecordSender;
  readonly wire: WireFormat;
  readonly context: EmitterContext;
  readonly now: () => number;
}

/** One event of a batch, in the shape that the edge knows. */
export interface EmitItem {
  readonly kind: EventKind;
  readonly input: unknown;
}

/** An event that is on the log for good. */
export interface Accepted extends RecordPlace {
  readonly eventId: string;
  /** null for spend, which belongs to no lead. */
  readonly leadId: string | null;
  readonly topic: string;
}
export type EmitOutcome =
  | { readonly ok: true; readonly accepted: Accepted }
  /** `eventId` lets a retry be the same event; null when the input was refused. */
  | { readonly ok: false; readonly eventId: string | null; readonly error: ProducerError };

interface Prepared {
  readonly eventId: string;
  readonly leadId: string | null;
  readonly topic: TopicName;
  readonly key: string;
  readonly value: Buffer;
  readonly erases: boolean;
}

const WRITER_BYTES = 4096;

/** Turns inputs into records on the log: validates, seals, encodes, sends. Each event has its own outcome. */
export class Emitter {
  private readonly options: EmitterOptions;
  private readonly writer = new AvroWriter(WRITER_BYTES);

  constructor(options: EmitterOptions) {
    this.options = options;
  }

  async emit(kind: EventKind, input: unknown, producer: string): Promise<EmitOutcome> {
    const prepared = await this.prepare({ kind, input }, producer);
    return "outcome" in prepared ? prepared.outcome : this.deliver(prepared);
  }

  /** Events of one lead keep their order. An erasure is awaited, so that what follows it is sealed with a new key. */
  async emitAll(items: readonly EmitItem[], producer: string): Promise<EmitOutcome[]> {
    const outcomes: EmitOutcome[] = [];
    for (let start = 0; start < items.length; ) {
      let end = start;
      while (end < items.length && !mayErase(items[end] as EmitItem)) end++;
      const part = items.slice(start, end + 1);
      const prepared = await Promise.all(part.map((item) => this.prepare(item, producer)));
      outcomes.push(...(await Promise.all(prepared.map((one) => ("outcome" in one ? one.outcome : this.deliver(one))))));
      start = end + 1;
    }
    return outcomes;
  }

  private async prepare(item: EmitItem, producer: string): Promise<Prepared | { readonly outcome: EmitOutcome }> {
    const { context, now } = this.options;
    const edge: EdgeContext = { ...context, now: now(), producer };
    try {
      switch (item.kind) {
        case "capture":
          return this.leadEvent("Capture", await toCapture(item.input, edge));
        case "touch":
          return this.leadEvent("Touch", toTouch(item.input, edge));
        case "status":
          return this.leadEvent("Status", await toStatus(item.input, edge));
        case "command":
          return this.leadEvent("Command", toCommand(item.input, edge));
        case "spend":
          return this.spend(toSpend(item.input, edge));
      }
    } catch (error) {
      return { outcome: { ok: false, eventId: null, error: translated(error) } };
    }
  }

  private leadEvent<N extends "Capture" | "Touch" | "Status" | "Command">(
    type: N,
    result: EdgeResult<Records[N]>,
  ): Prepared | { readonly outcome: EmitOutcome } {
    if (!result.ok) return { outcome: refused(result.faults) };
    const { record } = result;
    const erases = "command" in record && record.command === "erase";
    return {
      eventId: record.eventId,
      leadId: record.leadId,
      topic: topicNames.leadEvents,
      key: record.leadId,
      value: this.encode(type, record),
      erases,
    };
  }

  private spend(result: EdgeResult<Records["Spend"]>): Prepared | { readonly outcome: EmitOutcome } {
    if (!result.ok) return { outcome: refused(result.faults) };
    const { record } = result;
    const value = this.encode("Spend", record);
    return { eventId: record.eventId, leadId: null, topic: topicNames.marketingSpend, key: record.channel, value, erases: false };
  }

  private encode<N extends RecordName>(type: N, record: Records[N]): Buffer {
    this.writer.reset();
    this.options.wire.write(this.writer, type, record);
    // A copy: the writer's bytes change with the next event while this one waits for its batch.
    return Buffer.from(this.writer.slice());
  }

  private async deliver(prepared: Prepared): Promise<EmitOutcome> {
    const { eventId, leadId, topic, key, value } = prepared;
    let place: RecordPlace;
    try {
      place = await this.options.sender.send(topic, null, key, value);
    } catch (error) {
      return { ok: false, eventId, error: translated(error) };
    }
    if (prepared.erases) {
      const failure = await this.destroyKey(key);
      if (failure !== null) return { ok: false, eventId, error: failure };
    }
    return { ok: true, accepted: { eventId, leadId, topic, partition: place.partition, offset: place.offset } };
  }

  /** Only after the record is on the log: a key that is gone with no record of why could not be explained. */
  private async destroyKey(leadId: string): Promise<ProducerError | null> {
    try {
      await this.options.context.keys.destroy(leadId);
      return null;
    } catch (cause) {
      return new ProducerError(
        "ERASURE_INCOMPLETE",
        "the erasure is on the log, but the key could not be destroyed",
        "Send the same command with the same event id again.",
        { cause },
      );
    }
  }
}

function refused(faults: readonly Fault[]): EmitOutcome {
  const fields = faults.map((fault) => fault.field || "(input)").join(", ");
  const error = new ProducerError("INVALID_EVENT", `faults in ${fields}`, "Correct what `faults` names.", { faults });
  return { ok: false, eventId: null, error };
}

function mayErase({ kind, input }: EmitItem): boolean {
  return kind === "command" && typeof input === "object" && input !== null && "command" in input && input.command === "erase";
}
