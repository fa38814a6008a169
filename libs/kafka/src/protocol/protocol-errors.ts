/** Error codes of the protocol that we act upon; any other is shown by its number. */
import { KafkaAdapterError } from "../errors.ts";

const names = {
  [-1]: "UNKNOWN_SERVER_ERROR",
  1: "OFFSET_OUT_OF_RANGE",
  2: "CORRUPT_MESSAGE",
  3: "UNKNOWN_TOPIC_OR_PARTITION",
  5: "LEADER_NOT_AVAILABLE",
  6: "NOT_LEADER_OR_FOLLOWER",
  7: "REQUEST_TIMED_OUT",
  9: "REPLICA_NOT_AVAILABLE",
  10: "MESSAGE_TOO_LARGE",
  13: "NETWORK_EXCEPTION",
  14: "COORDINATOR_LOAD_IN_PROGRESS",
  15: "COORDINATOR_NOT_AVAILABLE",
  16: "NOT_COORDINATOR",
  17: "INVALID_TOPIC_EXCEPTION",
  19: "NOT_ENOUGH_REPLICAS",
  20: "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  22: "ILLEGAL_GENERATION",
  25: "UNKNOWN_MEMBER_ID",
  26: "INVALID_SESSION_TIMEOUT",
  27: "REBALANCE_IN_PROGRESS",
  29: "TOPIC_AUTHORIZATION_FAILED",
  30: "GROUP_AUTHORIZATION_FAILED",
  35: "UNSUPPORTED_VERSION",
  36: "TOPIC_ALREADY_EXISTS",
  37: "INVALID_PARTITIONS",
  38: "INVALID_REPLICATION_FACTOR",
  41: "NOT_CONTROLLER",
  45: "OUT_OF_ORDER_SEQUENCE_NUMBER",
  46: "DUPLICATE_SEQUENCE_NUMBER",
  47: "INVALID_PRODUCER_EPOCH",
  48: "INVALID_TXN_STATE",
  49: "INVALID_PRODUCER_ID_MAPPING",
  50: "INVALID_TRANSACTION_TIMEOUT",
  51: "CONCURRENT_TRANSACTIONS",
  52: "TRANSACTION_COORDINATOR_FENCED",
  53: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
  56: "KAFKA_STORAGE_ERROR",
  59: "UNKNOWN_PRODUCER_ID",
  74: "FENCED_LEADER_EPOCH",
  75: "UNKNOWN_LEADER_EPOCH",
  78: "OFFSET_NOT_AVAILABLE",
  79: "MEMBER_ID_REQUIRED",
  87: "INVALID_RECORD",
  82: "FENCED_INSTANCE_ID",
  88: "UNSTABLE_OFFSET_COMMIT",
  90: "PRODUCER_FENCED",
  100: "UNKNOWN_TOPIC_ID",
  120: "TRANSACTION_ABORTABLE",
} as const;

export type ProtocolErrorName = (typeof names)[keyof typeof names] | `ERROR_${number}`;

/** The error's name, or null for 0. */
export function protocolError(code: number): ProtocolErrorName | null {
  if (code === 0) return null;
  return (names as Record<number, ProtocolErrorName>)[code] ?? `ERROR_${code}`;
}

const moved: readonly ProtocolErrorName[] = [
  "NOT_LEADER_OR_FOLLOWER",
  "LEADER_NOT_AVAILABLE",
  "REPLICA_NOT_AVAILABLE",
  "KAFKA_STORAGE_ERROR",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "OFFSET_NOT_AVAILABLE",
  "NETWORK_EXCEPTION",
  "REQUEST_TIMED_OUT",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "NOT_ENOUGH_REPLICAS",
];
const coordinatorMoved: readonly ProtocolErrorName[] = ["NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS"];
const fatal: readonly ProtocolErrorName[] = ["INVALID_TRANSACTION_TIMEOUT", "MESSAGE_TOO_LARGE", "INVALID_RECORD", "UNSUPPORTED_VERSION"];
const fenced: readonly ProtocolErrorName[] = ["PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"];

/** Ask the metadata again, then the right leader. */
export const isLeaderMoved = (error: ProtocolErrorName): boolean => moved.includes(error);
/** Find the coordinator again (or wait for it to load). */
export const isCoordinatorMoved = (error: ProtocolErrorName): boolean => coordinatorMoved.includes(error);
/** No retry mends it: rights, sizes and settings. */
export const isFatal = (error: ProtocolErrorName): boolean => error.endsWith("_AUTHORIZATION_FAILED") || fatal.includes(error);
/** Another producer with the same transactional id has taken over. */
export const isFenced = (error: ProtocolErrorName): boolean => fenced.includes(error);

export function refused(doing: string, error: ProtocolErrorName): KafkaAdapterError {
  if (error === "MESSAGE_TOO_LARGE")
    return new KafkaAdapterError(
      "RECORD_TOO_LARGE",
      `a record is too large ${doing}`,
      "Raise the topic's max.message.bytes, or refuse such records earlier.",
    );
  const denied = error.endsWith("_AUTHORIZATION_FAILED");
  return new KafkaAdapterError(
    "REFUSED",
    `the broker refused ${doing}: ${error}`,
    denied ? "Give this user the rights it needs." : "Look into the broker's log for the reason.",
  );
}

/** The same, for what passes by itself: worth asking again. */
export function unavailable(doing: string, error: ProtocolErrorName): KafkaAdapterError {
  return new KafkaAdapterError(
    "UNAVAILABLE",
    `the cluster is not ready ${doing}: ${error}`,
    "Wait; if it stays so, look into the broker's log.",
  );
}
