import type { Fault } from "@leadstream/edge";
import type { EmitItem, EmitOutcome } from "@leadstream/producer";
import { ImportError } from "./errors.ts";
import type { ImportLimits } from "./limits.ts";
import type { MappedEvent } from "./row-mapper.ts";

/** Puts events on the log, in order; an outcome for each. `Emitter` of the producer library is one. */
export interface EventSink {
  emitAll(items: readonly EmitItem[], producer: string): Promise<readonly EmitOutcome[]>;
}

/** Resolves after `ms`, or at once when the signal aborts. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export interface SendOptions {
  readonly sink: EventSink;
  readonly producer: string;
  readonly limits: ImportLimits;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

/** Faults of events that the log will never take, by event id; every other event is acknowledged when it resolves. */
export type Refusals = ReadonlyMap<string, readonly Fault[]>;

/**
 * Sends a batch until each event is acknowledged or refused for good. What the log does not take now is sent again with the same ids for a limited
 * time; then, or when the import is stopped, LOG_UNAVAILABLE is thrown.
 */
export async function sendBatch(events: readonly MappedEvent[], options: SendOptions): Promise<Refusals> {
  const { sink, producer, limits, pause, signal } = options;
  const refusals = new Map<string, readonly Fault[]>();
  let open = events;
  let waitedMs = 0;
  let waitMs = limits.retryFirstMs;
  for (;;) {
    const outcomes = await sink.emitAll(open, producer);
    const failures = open.flatMap((event, index) => {
      const outcome = outcomes[index];
      return outcome === undefined || outcome.ok ? [] : [{ event, error: outcome.error }];
    });
    for (const { event, error } of failures) {
      if (error.code === "INVALID_EVENT") refusals.set(event.eventId, error.faults);
      else if (error.code === "EVENT_TOO_LARGE") refusals.set(event.eventId, [tooLarge]);
      else if (error.code !== "UNAVAILABLE" && error.code !== "BUFFER_FULL") throw error;
    }
    open = failures.flatMap(({ event }) => (refusals.has(event.eventId) ? [] : [event]));
    if (open.length === 0) return refusals;
    if (waitedMs >= limits.retryForMs || signal.aborted) {
      throw new ImportError(
        "LOG_UNAVAILABLE",
        `Kafka did not take ${open.length} of ${events.length} events for ${Math.round(waitedMs / 1000)} s`,
        "Start the stack, then run the same command: it goes on where it stopped.",
        { cause: failures.at(-1)?.error },
      );
    }
    await pause(waitMs, signal);
    waitedMs += waitMs;
    waitMs = Math.min(waitMs * 2, limits.retryAtMostMs);
  }
}

const tooLarge: Fault = { field: "", reason: "is larger than Kafka takes", remedy: "shorten its texts" };
