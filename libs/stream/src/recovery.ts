import { StreamError } from "./errors.ts";
import { type CommitMetadata, decodeCommitMetadata } from "./partition-state.ts";
import type { CommittedOffset, LogBounds, StoreHeader } from "./ports.ts";

/** What is known when a task starts (steps 1 to 3). S = store's offset, C = committed offset. */
export interface RecoveryFacts {
  readonly inbox: string;
  readonly bounds: LogBounds;
  readonly store: StoreHeader | null;
  readonly committed: CommittedOffset | null;
  readonly fingerprint: string;
  readonly incarnation: string;
}

/** Step 4's verdict: fold `from` → `to` with outputs suppressed, then live from `to`. */
export interface RecoveryPlan {
  readonly from: number;
  readonly to: number;
  /** Outgoing counters that the suppressed fold must arrive at; null when nothing was committed yet. */
  readonly committed: CommitMetadata | null;
}

/** Step 4 as a table: the first row that applies decides. Throws StreamError where a person has to decide; never resets silently. */
export function planRecovery(facts: RecoveryFacts): RecoveryPlan {
  const { inbox, bounds, store, committed, fingerprint, incarnation } = facts;
  const metadata = committed === null ? null : readMetadata(inbox, committed);
  if (metadata !== null && metadata.incarnation !== incarnation) {
    throw new StreamError(
      "INCARNATION_CHANGED",
      `${inbox} was created anew since its offset was committed`,
      "Delete the group's offsets and the state folder to begin again",
    );
  }
  if (store !== null && store.incarnation !== incarnation) {
    throw new StreamError(
      "INCARNATION_CHANGED",
      `${inbox} was created anew since the state was folded`,
      "Delete the state folder to fold the new topic from its start",
    );
  }
  if (committed !== null && committed.offset > bounds.lastStableOffset) {
    throw new StreamError(
      "COMMIT_BEYOND_LOG",
      `${inbox}: committed offset ${committed.offset} lies beyond the log's end ${bounds.lastStableOffset}: the broker lost acknowledged records`,
      "Restore the broker's log, or reset offsets and state together",
    );
  }
  if (store !== null && committed === null && store.offset > 0) {
    throw new StreamError(
      "STORE_WITHOUT_COMMIT",
      `${inbox}: the store stands at ${store.offset} but the group has no offset (expired or deleted)`,
      "Adopt the store's offset explicitly, or delete the state folder",
    );
  }
  if (store !== null && committed !== null && store.offset > committed.offset) {
    throw new StreamError(
      "STORE_AHEAD_OF_COMMIT",
      `${inbox}: the store stands at ${store.offset}, the group at ${committed.offset}: offsets were reset`,
      "Delete the state folder to rebuild it from the log",
    );
  }
  const from = store?.offset ?? 0;
  if (bounds.logStart > from) {
    throw new StreamError(
      "LOG_TRUNCATED",
      `${inbox} begins at ${bounds.logStart}, state ends at ${from}: records between are gone`,
      "Restore a store that reaches the log's start; inboxes must be kept without limit",
    );
  }
  const to = committed?.offset ?? from;
  if (store !== null && from < to && store.fingerprint !== fingerprint) {
    throw new StreamError(
      "LOGIC_CHANGED_WITH_GAP",
      `${inbox}: offsets ${from} to ${to} were folded by other logic and its state was not saved`,
      "Start the former version once and stop it with SIGTERM (it drains), or delete the state folder to refold everything with the new one",
    );
  }
  return { from, to, committed: metadata };
}

function readMetadata(inbox: string, committed: CommittedOffset): CommitMetadata {
  const metadata = decodeCommitMetadata(committed.metadata);
  if (metadata !== null) return metadata;
  throw new StreamError(
    "REPLAY_DIFFERS",
    `${inbox}: the committed offset ${committed.offset} was not written by this fold`,
    "Use another group id, or delete the group's offsets",
  );
}

/** End of step 5: the fold of S → C must have counted as many outputs as were committed. */
export function checkReplay(inbox: string, plan: RecoveryPlan, outgoing: ReadonlyMap<string, number>): void {
  if (plan.committed === null) return;
  const expected = plan.committed.outgoing;
  const targets = new Set([...Object.keys(expected), ...outgoing.keys()]);
  for (const target of targets) {
    if ((expected[target] ?? 0) === (outgoing.get(target) ?? 0)) continue;
    throw new StreamError(
      "REPLAY_DIFFERS",
      `${inbox}: folding up to ${plan.to} gives ${outgoing.get(target) ?? 0} records for ${target}, ${expected[target] ?? 0} were committed: the logic changed or is not deterministic`,
      "Start the version that wrote them, or begin a new group and topics for the new logic",
    );
  }
}
