import type { Alert, Assignment } from "@leadstream/schemas";
import { topicNames } from "@leadstream/schemas";
import type { PartitionLog } from "../../faults/src/evidence.ts";
import { readLogs } from "../../faults/src/gather-evidence.ts";
import type { StackUnderTest } from "./stack-under-test.ts";

/** All committed records of some topics, decoded. */
export async function logsOf(stack: StackUnderTest, topics: readonly string[]): Promise<PartitionLog[]> {
  return readLogs(stack.addresses.kafka.brokers, await stack.clients.kafka(), await stack.clients.registry(), topics);
}

export interface Told {
  readonly assignments: readonly Assignment[];
  readonly alerts: readonly Alert[];
  /** Changes and alerts of the lead in the order of their time; of the same instant the alert comes first. */
  readonly story: readonly string[];
}

/** What the router said of one lead. */
export async function toldOf(stack: StackUnderTest, leadId: string): Promise<Told> {
  const logs = await logsOf(stack, [topicNames.leadAlerts, topicNames.leadAssignments]);
  const records = logs.flatMap((log) => log.records).flatMap(({ record }) => (record === null ? [] : [record]));
  const alerts = records.flatMap((each) => (each.type === "Alert" && each.value.leadId === leadId ? [each.value] : []));
  const assignments = records.flatMap((each) => (each.type === "Assignment" && each.value.leadId === leadId ? [each.value] : []));
  const lines = [
    ...alerts.map(({ time, kind }) => ({ time, text: `alert ${kind}` })),
    ...assignments.map(({ time, change }) => ({ time, text: change as string })),
  ];
  return { assignments, alerts, story: lines.sort((left, right) => left.time - right.time).map(({ text }) => text) };
}
