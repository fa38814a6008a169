import { KafkaAdapterError } from "@leadstream/kafka";
import { CollectorError } from "../errors.ts";

/** Kafka away: nothing is claimed; the same command may be sent again. */
export async function kafkaOr503<T>(work: Promise<T>, retryAfterMs: number): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof KafkaAdapterError)) throw error;
    const remedy = "Wait as long as Retry-After says, then repeat with the same eventId.";
    throw new CollectorError("UNAVAILABLE", "the log is not reached", remedy, { retryAfterMs, cause: error });
  }
}
