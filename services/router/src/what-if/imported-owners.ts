import type { Assignment, Change, StatusKind } from "@leadstream/schemas";
import type { PartitionRecords } from "./history.ts";

const changes: Partial<Readonly<Record<StatusKind, Change>>> = {
  contacted: "contacted",
  follow_up: "followed_up",
  sql_accepted: "accepted",
  opportunity: "opportunity",
  sql_rejected: "rejected",
  returned: "handed_back",
  won: "won",
  lost: "lost",
  closed: "closed",
};
const ending: ReadonlySet<Change> = new Set(["rejected", "handed_back", "won", "lost", "closed"]);

/**
 * Owners as imported history tells them: a lead belongs to the rep that a status names, from that status on, until it ends or another is named. The router
 * gives imported leads to nobody, so its own records know of none. What history does not say is empty: teams, clocks, waiting.
 */
export function importedOwners(partitions: readonly PartitionRecords[]): Assignment[] {
  const owners = new Map<string, { rep: string; epoch: number }>();
  const found: Assignment[] = [];
  const worked = partitions.flatMap(({ signals, ownTimes }, partition) =>
    signals.flatMap((signal) => {
      const time = signal.imported && signal.status !== null && signal.rep !== null ? ownTimes.get(signal.source.offset) : undefined;
      return time === undefined ? [] : [{ partition, signal, time }];
    }),
  );
  worked.sort(
    (one, other) => one.time - other.time || one.partition - other.partition || one.signal.source.offset - other.signal.source.offset,
  );
  for (const { signal, time } of worked) {
    const { leadId, status, score, grade, amount } = signal;
    const change = status === null ? undefined : changes[status];
    if (change === undefined || signal.rep === null) continue;
    const owner = owners.get(leadId) ?? null;
    const epoch = owner?.rep === signal.rep ? owner.epoch : (owner?.epoch ?? 0) + 1;
    const record = (kind: Change, rep: string | null): void => {
      const offset = found.length;
      found.push({
        ...blank,
        source: { ...blank.source, offset },
        time,
        leadId,
        epoch,
        change: kind,
        rep,
        previousRep: owner?.rep ?? null,
        score,
        grade,
        amount,
      });
    };
    if (owner?.rep !== signal.rep) record(owner === null ? "assigned" : "transferred", signal.rep);
    record(change, ending.has(change) ? null : signal.rep);
    if (ending.has(change)) owners.delete(leadId);
    else owners.set(leadId, { rep: signal.rep, epoch });
  }
  return found;
}

const blank: Assignment = {
  source: { topic: "imported", incarnation: "", partition: 0, offset: 0, n: 0, seq: 0 },
  time: 0,
  leadId: "",
  epoch: 0,
  change: "assigned",
  state: "leased",
  rep: null,
  previousRep: null,
  team: null,
  pool: null,
  rule: null,
  reason: null,
  why: [],
  collaborators: [],
  formerOwners: [],
  coolDowns: [],
  commandId: null,
  score: 0,
  grade: null,
  remindAt: null,
  escalateAt: null,
  recycleAt: null,
  leaseUntil: null,
  amount: null,
  policyVersion: 0,
  due: 0,
};
