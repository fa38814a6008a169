import type { Assignment, TeamReply, TeamRequest } from "@leadstream/schemas";
import type { Evidence, Violation } from "./evidence.ts";
import { findings } from "./report.ts";

interface Lease {
  epoch: number;
  rep: string | null;
}

/** I4: epochs of a lead run 1, 2, 3 …; each has one owner; none begins before the one before it is closed, or closes it itself. */
export function checkOwners({ logs }: Evidence): Violation[] {
  const leases = new Map<string, Lease>();
  const wrong: string[] = [];
  for (const { topic, records } of logs) {
    if (topic !== "lead.assignments") continue;
    for (const { record } of records) {
      if (record?.type !== "Assignment") continue;
      const lease = leases.get(record.value.leadId) ?? { epoch: 0, rep: null };
      const problem = nextLease(lease, record.value);
      if (problem !== null) wrong.push(`${record.value.leadId} ${record.value.change}: ${problem}`);
      leases.set(record.value.leadId, lease);
    }
  }
  return findings("I4", "leases that contradict each other", wrong);
}

function nextLease(lease: Lease, { epoch, rep, previousRep }: Assignment): string | null {
  const open = lease.rep;
  if (epoch === lease.epoch) {
    if (rep === null) lease.rep = null;
    return rep === null || rep === open ? null : `epoch ${epoch} has a second owner`;
  }
  const follows = epoch === lease.epoch + 1;
  const before = lease.epoch;
  lease.epoch = epoch;
  lease.rep = rep;
  if (!follows) return `epoch ${epoch} follows ${before}`;
  if (rep === null) return `epoch ${epoch} begins without an owner`;
  // A transfer ends the former lease in the record that begins the next.
  return open === null || previousRep === open ? null : `epoch ${epoch} begins while epoch ${before} is open`;
}

/** I4: at every point of a team's own order no rep holds more than his places. */
export function checkCapacity({ logs, capacities }: Evidence): Violation[] {
  const wrong: string[] = [];
  for (const { topic, partition, records } of logs) {
    if (topic !== "team.requests") continue;
    const replies = repliesByCause(logs, partition);
    const holds = new Map<string, string>();
    const held = new Map<string, number>();
    for (const { offset, record } of records) {
      if (record?.type === "TeamRequest") giveBack(record.value, holds, held);
      for (const reply of replies.get(offset) ?? []) {
        const rep = take(reply, holds, held);
        if (rep === null) continue;
        const capacity = capacities.get(rep) ?? 0;
        if (held.get(rep)! > capacity) wrong.push(`${rep} holds ${held.get(rep)} of ${capacity} after ${topic}-${partition}@${offset}`);
      }
    }
  }
  return findings("I4", "reps who hold more than their capacity", wrong);
}

function repliesByCause(logs: Evidence["logs"], partition: number): Map<number, TeamReply[]> {
  const replies = new Map<number, TeamReply[]>();
  for (const { records } of logs) {
    for (const { record } of records) {
      if (record?.type !== "TeamReply" || record.value.source.partition !== partition) continue;
      const { offset } = record.value.source;
      replies.set(offset, [...(replies.get(offset) ?? []), record.value]);
    }
  }
  for (const each of replies.values()) each.sort((left, right) => left.source.n - right.source.n);
  return replies;
}

function giveBack({ kind, requestId }: TeamRequest, holds: Map<string, string>, held: Map<string, number>): void {
  if (kind === "release" || kind === "cancel") drop(requestId, holds, held);
}

function drop(requestId: string, holds: Map<string, string>, held: Map<string, number>): void {
  const rep = holds.get(requestId);
  if (rep === undefined) return;
  holds.delete(requestId);
  held.set(rep, held.get(rep)! - 1);
}

/** The rep who got one more, or null. */
function take({ kind, requestId, rep }: TeamReply, holds: Map<string, string>, held: Map<string, number>): string | null {
  if (kind === "revoked") drop(requestId, holds, held);
  if (kind !== "granted" || rep === null || holds.get(requestId) === rep) return null;
  drop(requestId, holds, held);
  holds.set(requestId, rep);
  held.set(rep, (held.get(rep) ?? 0) + 1);
  return rep;
}
