import { type EdgeContext, type EdgeResult, type Fault, toCapture, toCommand, toSpend, toStatus, toTouch } from "@leadstream/edge";
import { AvroWriter, type RecordName, type Records, type TopicName, topicNames, type WireFormat } from "@leadstream/schemas";
import { ProducerError, translated } from "./errors.ts";

export const eventKinds = ["capture", "touch", "status", "command", "spend"] as const;
export type EventKind = (typeof eventKinds)[number];

/** Sends one record and answers when all in-sync replicas have it; rejects when that is not known. Records of one key keep their order. */
export interface RecordSender {
  send(topic: string, partition: number | null, key: string | null, value: Buffer): Promise<RecordPlace>;
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

interface Refused {
  readonly outcome: EmitOutcome;
}
type MaybeLater<T> = T | Promise<T>;

const WRITER_BYTES = 4096;

/** Turns inputs into records on the log: validates, seals, encodes, sends. Each event has its own outcome. */
export class Emitter {
  private readonly options: EmitterOptions;
  private readonly writer = new AvroWriter(WRITER_BYTES);

  constructor(options: EmitterOptions) {
    this.options = options;
  }

  emit(kind: EventKind, input: unknown, producer: string): Promise<EmitOutcome> {
    const prepared = this.prepare({ kind, input }, producer);
    return prepared instanceof Promise ? prepared.then((each) => this.finish(each)) : this.finish(prepared);
  }

  /** Events of one lead keep their order. An erasure is awaited, so that what follows it is sealed with a new key. */
  async emitAll(items: readonly EmitItem[], producer: string): Promise<EmitOutcome[]> {
    const outcomes: EmitOutcome[] = [];
    for (let start = 0; start < items.length; ) {
      let end = start;
      while (end < items.length && !mayErase(items[end] as EmitItem)) end++;
      const part = items.slice(start, end + 1);
      const prepared = await allOf(part.map((item) => this.prepare(item, producer)));
      outcomes.push(...(await Promise.all(prepared.map((each) => this.finish(each)))));
      start = end + 1;
    }
    return outcomes;
  }

  /** A promise only where something is sealed: the others are the greater part, and each promise is felt at the rate of the edge. */
  private prepare({ kind, input }: EmitItem, producer: string): MaybeLater<Prepared | Refused> {
    const { context, now } = this.options;
    const edge: EdgeContext = { ...context, now: now(), producer };
    try {
      switch (kind) {
        case "capture":
          return toCapture(input, edge).then((result) => this.leadEvent("Capture", result), unprepared);
        case "touch":
          return this.leadEvent("Touch", toTouch(input, edge));
        case "status":
          return toStatus(input, edge).then((result) => this.leadEvent("Status", result), unprepared);
        case "command":
          return this.leadEvent("Command", toCommand(input, edge));
        case "spend":
          return this.spend(toSpend(input, edge));
      }
    } catch (error) {
      return unprepared(error);
    }
  }

  private leadEvent<N extends "Capture" | "Touch" | "Status" | "Command">(type: N, result: EdgeResult<Records[N]>): Prepared | Refused {
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

  private spend(result: EdgeResult<Records["Spend"]>): Prepared | Refused {
    if (!result.ok) return { outcome: refused(result.faults) };
    const { record } = result;
    const value = this.encode("Spend", record);
    return { eventId: record.eventId, leadId: null, topic: topicNames.marketingSpend, key: record.channel, value, erases: false };
  }

  private encode<N extends RecordName>(type: N, record: Records[N]): Buffer {
    this.writer.reset();
    this.options.wire.write(this.writer, type, record);
    return this.writer.slice();
  }

  private finish(prepared: Prepared | Refused): Promise<EmitOutcome> {
    if ("outcome" in prepared) return Promise.resolve(prepared.outcome);
    const { eventId, leadId, topic, key, value, erases } = prepared;
    const accepted = ({ partition, offset }: RecordPlace): MaybeLater<EmitOutcome> => {
      const outcome: EmitOutcome = { ok: true, accepted: { eventId, leadId, topic, partition, offset } };
      return erases ? this.erased(key, outcome) : outcome;
    };
    const failed = (error: unknown): EmitOutcome => ({ ok: false, eventId, error: translated(error) });
    return this.options.sender.send(topic, null, key, value).then(accepted, failed);
  }

  private async erased(leadId: string, outcome: EmitOutcome & { readonly ok: true }): Promise<EmitOutcome> {
    const failure = await this.destroyKey(leadId);
    return failure === null ? outcome : { ok: false, eventId: outcome.accepted.eventId, error: failure };
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

function unprepared(error: unknown): Refused {
  return { outcome: { ok: false, eventId: null, error: translated(error) } };
}

function allOf<T>(values: readonly MaybeLater<T>[]): readonly T[] | Promise<T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
}

function refused(faults: readonly Fault[]): EmitOutcome {
  const fields = faults.map((fault) => fault.field || "(input)").join(", ");
  const error = new ProducerError("INVALID_EVENT", `faults in ${fields}`, "Correct what `faults` names.", { faults });
  return { ok: false, eventId: null, error };
}

function mayErase({ kind, input }: EmitItem): boolean {
  return kind === "command" && typeof input === "object" && input !== null && "command" in input && input.command === "erase";
}
