import type { Fault } from "@leadstream/edge";
import { KafkaAdapterError } from "@leadstream/kafka";

export type ProducerErrorCode =
  | "INVALID_EVENT"
  | "UNAVAILABLE"
  | "BUFFER_FULL"
  | "EVENT_TOO_LARGE"
  | "ERASURE_INCOMPLETE"
  | "IDENTITY_KEY_INVALID"
  | "CLOSED";

/** The one error of this package. Messages never hold values of an event. */
export class ProducerError extends Error {
  override readonly name = "ProducerError";
  readonly code: ProducerErrorCode;
  readonly problem: string;
  readonly remedy: string;
  /** Every fault of the event, with code INVALID_EVENT; otherwise empty. */
  readonly faults: readonly Fault[];
  constructor(
    code: ProducerErrorCode,
    problem: string,
    remedy: string,
    options: ErrorOptions & { readonly faults?: readonly Fault[] } = {},
  ) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
    this.faults = options.faults ?? [];
  }
}

const RETRY = "Send it again with the same event id.";

/** Faults of Kafka, the registry and the key store in this package's words; anything else is a bug of ours and is thrown on. */
export function translated(error: unknown): ProducerError {
  if (error instanceof ProducerError) return error;
  if (error instanceof KafkaAdapterError) {
    const options = { cause: error };
    if (error.code === "BUFFER_FULL") return new ProducerError("BUFFER_FULL", "too many events wait for Kafka", RETRY, options);
    if (error.code === "CLOSED") return new ProducerError("CLOSED", "the producer is closed", RETRY, options);
    if (error.code === "RECORD_TOO_LARGE") {
      return new ProducerError("EVENT_TOO_LARGE", "the event is larger than Kafka takes", "Shorten its texts.", options);
    }
    return new ProducerError("UNAVAILABLE", `Kafka did not take the event (${error.code})`, RETRY, options);
  }
  if (error instanceof Error && error.name === "KeyStoreError") {
    return new ProducerError("UNAVAILABLE", "the key store did not answer", RETRY, { cause: error });
  }
  throw error;
}
