/** The TickWriter port: a tick is an ordinary record of the inbox, with acks=all and outside transactions. */
import type { TickWriter } from "@leadstream/stream";
import { KafkaAdapterError } from "./errors.ts";
import { retriable } from "./inbox.ts";
import type { Producer } from "./producer.ts";

/** `value`: the encoded Tick, the same each time, because a tick carries nothing. */
export function createTickWriter(producer: Producer, topic: string, value: Buffer): TickWriter {
  return {
    async append(partition) {
      try {
        await producer.send(topic, partition, null, value);
      } catch (error) {
        // A full buffer passes as well: the next occasion writes the tick.
        throw error instanceof KafkaAdapterError && error.code === "BUFFER_FULL"
          ? retriable(new KafkaAdapterError("UNAVAILABLE", error.message, error.remedy))
          : retriable(error);
      }
    },
  };
}
