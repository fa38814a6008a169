import { readFileSync } from "node:fs";
import { z } from "zod";
import type { SimulatedEvent } from "./history.ts";
import type { EventPoster, PostResult } from "./live.ts";

const batchAnswer = z.object({ items: z.array(z.object({ status: z.int(), eventId: z.string().nullish() })) });
const REQUEST_TIMEOUT_MS = 20_000;

/** Speaks with the collector as any producer would. */
export function collectorPoster(url: string, apiKeyFile: string): EventPoster {
  const apiKey = readFileSync(apiKeyFile, "utf8").trim();
  return {
    async post(events: readonly SimulatedEvent[]): Promise<readonly PostResult[]> {
      const response = await fetch(`${url}/v1/events`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": apiKey },
        body: JSON.stringify({ events: events.map(({ type, input }) => ({ ...input, type })) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      const answer = batchAnswer.safeParse(await response.json());
      if (!answer.success) return events.map(() => ({ eventId: null, status: response.status }));
      return answer.data.items.map(({ status, eventId }) => ({ status, eventId: eventId ?? null }));
    },
  };
}
