import type { Client } from "@leadstream/config";
import type { Fault } from "@leadstream/edge";
import { type Accepted, type EmitItem, type EmitOutcome, type EventKind, eventKinds, ProducerError } from "@leadstream/producer";
import type { Telemetry } from "@leadstream/telemetry";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Answer, answerOf, batchAnswerOf } from "./answers.ts";
import { CollectorError } from "./errors.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Where events go: validated, sealed and on the log when the promise resolves. */
export interface EventSink {
  emit(kind: EventKind, input: unknown, producer: string): Promise<EmitOutcome>;
  emitAll(items: readonly EmitItem[], producer: string): Promise<EmitOutcome[]>;
}

export interface IntakeLimits {
  readonly batchLimit: number;
  readonly eventsPerSecond: number;
  readonly eventsBurst: number;
  readonly retryAfterMs: number;
}

export interface IntakeOptions {
  readonly sink: EventSink;
  readonly limits: IntakeLimits;
  readonly telemetry: Pick<Telemetry, "metrics">;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** An event as a route reads it out of the body, or why it is none. */
export type ReadEvent = EmitItem | { readonly faults: readonly Fault[] };

/** Takes the events of a request, one or a batch, holds the client to its rate, and answers. */
export class Intake {
  private readonly options: IntakeOptions;
  private readonly buckets = new Map<Client, TokenBucket>();
  private readonly accepted: Readonly<Record<EventKind, { add(): void }>>;

  constructor(options: IntakeOptions) {
    this.options = options;
    const series = eventKinds.map((kind) => [kind, options.telemetry.metrics.eventsAccepted.series({ kind })]);
    this.accepted = Object.fromEntries(series) as Record<EventKind, { add(): void }>;
  }

  /**
   * Answers by itself, now or later; throws what is wrong with the request as a whole. No promise is returned: the framework would watch the
   * response's stream for it. `then` may answer for a single accepted event; null leaves the 202.
   */
  take(
    request: FastifyRequest,
    reply: FastifyReply,
    read: (input: unknown) => ReadEvent,
    then?: (accepted: Accepted) => Promise<Answer<object> | null>,
  ): void {
    const client = request.client as Client;
    const { body } = request;
    const batch = batchOf(body);
    const failed = (error: unknown): void => void reply.send(error);
    if (batch === null) {
      this.spendTokens(client, 1);
      const event = read(body);
      const settle = (outcome: EmitOutcome): void => {
        this.count(event, outcome);
        if (outcome.ok && then !== undefined)
          then(outcome.accepted).then((answer) => this.send(reply, answer ?? answerOf(outcome)), failed);
        else this.send(reply, answerOf(outcome));
      };
      if ("faults" in event) settle(unread(event.faults));
      else this.options.sink.emit(event.kind, event.input, client.name).then(settle).catch(failed);
      return;
    }
    this.checkBatch(batch);
    this.spendTokens(client, batch.length);
    this.emitAll(batch.map(read), client.name)
      .then((outcomes) => this.sendBatch(reply, outcomes))
      .catch(failed);
  }

  private sendBatch(reply: FastifyReply, outcomes: readonly EmitOutcome[]): void {
    const answer = batchAnswerOf(outcomes);
    this.send(
      reply,
      answer,
      answer.body.items.some((item) => item.status === 503),
    );
  }

  private async emitAll(events: readonly ReadEvent[], producer: string): Promise<EmitOutcome[]> {
    const items = events.filter((event): event is EmitItem => !("faults" in event));
    const sent = await this.options.sink.emitAll(items, producer);
    let next = 0;
    return events.map((event) => {
      const outcome = "faults" in event ? unread(event.faults) : (sent[next++] as EmitOutcome);
      this.count(event, outcome);
      return outcome;
    });
  }

  private checkBatch(batch: readonly unknown[]): void {
    const { batchLimit } = this.options.limits;
    if (batch.length === 0) throw new CollectorError("BATCH_EMPTY", "events is empty", "Send at least one event.");
    if (batch.length > batchLimit) {
      throw new CollectorError("BATCH_TOO_LARGE", `events has ${batch.length} entries`, `Send at most ${batchLimit} in one request.`);
    }
  }

  private spendTokens(client: Client, count: number): void {
    const { eventsPerSecond, eventsBurst } = this.options.limits;
    const now = this.options.monotonicMs();
    let bucket = this.buckets.get(client);
    if (bucket === undefined) {
      bucket = new TokenBucket(eventsPerSecond, eventsBurst, now);
      this.buckets.set(client, bucket);
    }
    const retryAfterMs = bucket.take(count, now);
    if (retryAfterMs > 0) {
      const problem = `more than ${eventsPerSecond} events a second with this API key`;
      throw new CollectorError("RATE_LIMITED", problem, "Wait as long as Retry-After says.", { retryAfterMs });
    }
  }

  private count(event: ReadEvent, outcome: EmitOutcome): void {
    if (!outcome.ok) this.options.telemetry.metrics.eventsRejected.add({ code: outcome.error.code });
    else if ("kind" in event) this.accepted[event.kind].add();
  }

  private send(reply: FastifyReply, { status, body }: Answer<object>, retry = status === 503): void {
    if (retry) reply.header("retry-after", retryAfterOf(this.options.limits.retryAfterMs));
    reply.code(status).send(body);
  }
}

function unread(faults: readonly Fault[]): EmitOutcome {
  const error = new ProducerError("INVALID_EVENT", "the kind of the event is not known", "Correct what `faults` names.", { faults });
  return { ok: false, eventId: null, error };
}

/** The header counts whole seconds. */
export function retryAfterOf(retryAfterMs: number): string {
  return String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
}

function batchOf(body: unknown): readonly unknown[] | null {
  if (typeof body !== "object" || body === null || !("events" in body)) return null;
  if (Array.isArray(body.events) && Object.keys(body).length === 1) return body.events;
  const faults = Object.keys(body)
    .filter((key) => key !== "events")
    .slice(0, 10)
    .map((key) => ({ field: key.slice(0, 120), reason: "stands beside events", remedy: "put it into each event" }));
  if (!Array.isArray(body.events)) faults.unshift({ field: "events", reason: "is not a list", remedy: "give a list of events" });
  throw new CollectorError("BODY_INVALID", "the body is neither one event nor a batch", "Send one event, or {events: […]}.", { faults });
}
