import { checkNothingLost, checkNothingTwice } from "./check-events.ts";
import { checkConservation } from "./check-hops.ts";
import { checkOffsets } from "./check-offsets.ts";
import { checkOrder } from "./check-order.ts";
import { checkCapacity, checkOwners } from "./check-owners.ts";
import { checkReplays } from "./check-replays.ts";
import { checkTransactions } from "./check-transactions.ts";
import type { Evidence, Violation } from "./evidence.ts";

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Rows that ClickHouse holds more than once and its readers deduplicate: a metric, no fault. */
  readonly physicalDuplicates: number;
  /** From the log's time of an event to that of its score. */
  readonly captureToScoreP99Ms: number;
}

/** The invariants of docs/guarantees.md over what a run left behind. Pure: the same evidence, the same verdict. */
export function checkInvariants(evidence: Evidence): Verdict {
  return {
    violations: [
      ...checkNothingLost(evidence), // I1
      ...checkNothingTwice(evidence), // I2
      ...checkConservation(evidence), // I3
      ...checkOwners(evidence), // I4
      ...checkCapacity(evidence), // I4
      ...checkOrder(evidence), // I5
      ...checkOffsets(evidence), // I6, I10
      ...checkReplays(evidence), // I7, I9
      ...checkTransactions(evidence), // I8
    ],
    physicalDuplicates: evidence.ledger.reduce((sum, { copies }) => sum + copies - 1, 0),
    captureToScoreP99Ms: captureToScoreP99Ms(evidence),
  };
}

function captureToScoreP99Ms({ logs }: Evidence): number {
  const delays: number[] = [];
  for (const { topic, records } of logs) {
    if (topic !== "lead.scores") continue;
    for (const { record, logTime } of records) {
      if (record?.type === "Score" && record.value.eventId !== null) delays.push(logTime - record.value.time);
    }
  }
  delays.sort((left, right) => left - right);
  return delays[Math.floor(delays.length * 0.99)] ?? 0;
}
