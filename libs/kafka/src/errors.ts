/** What went wrong between us and Kafka or the registry, where no error of the stream runtime says it. */
export type KafkaAdapterErrorCode =
  | "UNAVAILABLE"
  | "BUFFER_FULL"
  | "RECORD_TOO_LARGE"
  | "REFUSED"
  | "CORRUPT_BATCH"
  | "UNSUPPORTED_BROKER"
  | "AUTHENTICATION_FAILED"
  | "TOPIC_MISSING"
  | "TOPIC_DIFFERS"
  | "FENCED"
  | "REGISTRY_UNAVAILABLE"
  | "UNKNOWN_SCHEMA_ID"
  | "SCHEMA_REFUSED"
  | "CLOSED";

/** The one error class of this package. `remedy` says what to do; messages never hold values of a record. */
export class KafkaAdapterError extends Error {
  override readonly name = "KafkaAdapterError";
  readonly code: KafkaAdapterErrorCode;
  readonly remedy: string;
  constructor(code: KafkaAdapterErrorCode, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
    this.remedy = remedy;
  }
}
