import { ClickHouseError } from "@clickhouse/client";

/**
 * Server errors that pass by themselves: the same bytes with the same token may be sent again.
 * Everything that isn't listed here is a fault of ours (wrong column, wrong bytes, no such table) and stops the process.
 */
const retryableTypes: ReadonlySet<string> = new Set([
  "TOO_MANY_PARTS",
  "MEMORY_LIMIT_EXCEEDED",
  "TIMEOUT_EXCEEDED",
  "TOO_MANY_SIMULTANEOUS_QUERIES",
  "NO_FREE_CONNECTION",
  "SOCKET_TIMEOUT",
  "NETWORK_ERROR",
  "KEEPER_EXCEPTION",
  "TABLE_IS_READ_ONLY",
  "NOT_ENOUGH_SPACE",
  "CANNOT_WRITE_TO_FILE_DESCRIPTOR",
  "CANNOT_FSYNC",
  "UNKNOWN_STATUS_OF_INSERT",
  "TOO_FEW_LIVE_REPLICAS",
  "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE",
  "ABORTED",
  "QUERY_WAS_CANCELLED",
  "CANNOT_SCHEDULE_TASK",
  "SERVER_OVERLOADED",
]);

/** An insert that touches more than the limit of partitions is wrong for ever, though the server gives it the code of a passing overload. */
const brokenForEver = /Too many partitions for single INSERT block/;

const networkCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_SOCKET",
]);

/** True when the same request may succeed later: overload, memory, time-outs, network, gateways' 5xx. */
export function retryable(error: unknown): boolean {
  if (error instanceof ClickHouseError) {
    return error.type !== undefined && retryableTypes.has(error.type) && !brokenForEver.test(error.message);
  }
  if (typeof error !== "object" || error === null) return false;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && networkCodes.has(code)) return true;
  if (typeof message !== "string") return false;
  if (/^(Timeout error|socket hang up|aborted)/i.test(message)) return true;
  // A proxy in front of the server, or the server while it starts, answers with a body that isn't ClickHouse's.
  return /(?:^|<title>|status (?:code )?)50[0234]\b|Bad Gateway|Service Unavailable|Gateway Time-?out/i.test(message);
}
