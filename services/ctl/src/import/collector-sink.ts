import { type EmitItem, type EmitOutcome, ProducerError } from "@leadstream/producer";
import { z } from "zod";
import { ImportError } from "./errors.ts";
import type { EventSink } from "./send-batch.ts";

const EVENTS_PER_REQUEST = 500;
const REQUEST_TIMEOUT_MS = 30_000;

const fault = z.object({ field: z.string(), reason: z.string(), remedy: z.string() });
const accepted = z.object({
  status: z.literal(202),
  eventId: z.string(),
  leadId: z.string().nullable(),
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
});
const refused = z.object({
  status: z.int(),
  eventId: z.string().nullish(),
  message: z.string().default(""),
  faults: z.array(fault).default([]),
});
const answerShape = z.object({ items: z.array(z.union([accepted, refused])) });
type Item = z.output<typeof answerShape>["items"][number];

/**
 * Sends through the collector's HTTP interface: the way for personal data while the stack runs, because the collector alone has the leads' keys open.
 * Requests follow one another, so that the events of a lead keep their order.
 */
export function collectorSink(url: string, apiKey: string): EventSink {
  return {
    async emitAll(items) {
      const outcomes: EmitOutcome[] = [];
      for (let start = 0; start < items.length; start += EVENTS_PER_REQUEST) {
        const part = items.slice(start, start + EVENTS_PER_REQUEST);
        const answers = await post(url, apiKey, part);
        outcomes.push(...part.map((_, index) => outcomeOf(answers?.[index])));
      }
      return outcomes;
    },
  };
}

/** null when nobody answered, or with "not now". */
async function post(url: string, apiKey: string, items: readonly EmitItem[]): Promise<readonly Item[] | null> {
  const events = items.map(({ kind, input }) => ({ type: kind, ...(input as object) }));
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": apiKey },
      body: JSON.stringify({ events }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    status = response.status;
    body = await response.json();
  } catch {
    return null;
  }
  const answer = answerShape.safeParse(body);
  if (answer.success) return answer.data.items;
  if (status === 429 || status >= 500) return null;
  throw new ImportError(
    "COLLECTOR_REFUSED",
    `the collector refused a batch with status ${status}`,
    status === 401 ? "Check the API key in the data folder." : "Check that the collector is of the same version.",
  );
}

function outcomeOf(item: Item | undefined): EmitOutcome {
  if (item === undefined) return failed("UNAVAILABLE", "the collector did not take the event", null);
  if ("topic" in item) {
    const { eventId, leadId, topic, partition, offset } = item;
    return { ok: true, accepted: { eventId, leadId, topic, partition, offset } };
  }
  const code = item.status === 400 ? "INVALID_EVENT" : item.status === 413 ? "EVENT_TOO_LARGE" : "UNAVAILABLE";
  return failed(code, item.message, item.eventId ?? null, item.faults);
}

function failed(
  code: "UNAVAILABLE" | "INVALID_EVENT" | "EVENT_TOO_LARGE",
  problem: string,
  eventId: string | null,
  faults: readonly z.output<typeof fault>[] = [],
): EmitOutcome {
  return { ok: false, eventId, error: new ProducerError(code, problem, "Send it again with the same event id.", { faults }) };
}
