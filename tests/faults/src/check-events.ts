import type { Capture, Command, Decoded, Spend, Status, Touch } from "@leadstream/schemas";
import type { Evidence, Violation } from "./evidence.ts";
import { findings, place } from "./report.ts";

export type EdgeEvent = Capture | Touch | Status | Command;

const tables = { Capture: "captures", Touch: "touches", Status: "statuses", Command: "commands" } as const;
const causes = ["capture", "touch", "status", "command", "erase"] as const;

/** What the scorer calls the event in its score. */
const causeOf = ({ type, value }: Decoded): string => (type === "Command" && value.command === "erase" ? "erase" : type.toLowerCase());

export function edgeEventOf(record: Decoded | null): EdgeEvent | null {
  return record !== null && record.type in tables ? (record.value as EdgeEvent) : null;
}

/** `<topic>-<partition>@<offset>` of every record that some stage set aside. */
export function deadLetterPlaces({ logs }: Pick<Evidence, "logs">, stage?: string): Set<string> {
  const places = new Set<string>();
  for (const { records } of logs) {
    for (const { record } of records) {
      if (record?.type !== "DeadLetter" || (stage !== undefined && record.value.stage !== stage)) continue;
      places.add(place(record.value.topic, record.value.partition, record.value.offset));
    }
  }
  return places;
}

/** I1: what was answered 2xx is on the log, and every data record below the log's end is in ClickHouse or among the dead letters. */
export function checkNothingLost(evidence: Evidence): Violation[] {
  const { journal, logs, ledger } = evidence;
  const onLog = new Set<string>();
  for (const { records } of logs) {
    for (const { record } of records) {
      const event = edgeEventOf(record) ?? (record?.type === "Spend" ? (record.value as Spend) : null);
      if (event !== null) onLog.add(event.eventId);
    }
  }
  const lost = [...journal].filter((id) => !onLog.has(id));
  const held = new Set(ledger.map(({ topic, partition, offset }) => place(topic, partition, offset)));
  const dead = deadLetterPlaces(evidence);
  const missing = logs.flatMap(({ topic, partition, records }) =>
    records.map(({ offset }) => place(topic, partition, offset)).filter((each) => !held.has(each) && !dead.has(each)),
  );
  return [
    ...findings("I1", "accepted events that are not on the log", lost),
    ...findings("I1", "records that are neither in ClickHouse nor dead letters", missing),
  ];
}

/** I2: readers of ClickHouse see each event once, and each event of a lead counted once. */
export function checkNothingTwice(evidence: Evidence): Violation[] {
  const dead = deadLetterPlaces(evidence, "scoring");
  const inLog = new Map<string, Set<string>>(Object.values(tables).map((table) => [table, new Set()]));
  const judged = new Map<string, Set<string>>(causes.map((cause) => [cause, new Set()]));
  const counted = new Map<string, number>();
  for (const { topic, partition, records } of evidence.logs) {
    for (const { record, offset } of records) {
      const event = edgeEventOf(record);
      if (event !== null && topic === "lead.events") {
        const id = `${event.leadId} ${event.eventId}`;
        inLog.get(tables[record!.type as keyof typeof tables])!.add(id);
        if (!dead.has(place(topic, partition, offset))) judged.get(causeOf(record!))!.add(id);
      }
      if (topic === "lead.scores" && record?.type === "Score" && record.value.eventId !== null && record.value.verdict !== "duplicate") {
        const id = `${record.value.leadId} ${record.value.eventId}`;
        counted.set(id, (counted.get(id) ?? 0) + 1);
      }
    }
  }
  const stored = [...inLog].flatMap(([table, ids]) => {
    const rows = evidence.storedEvents.get(table) ?? new Set();
    const absent = [...ids].filter((id) => !rows.has(id)).map((id) => `${id} is not in ${table}`);
    const invented = [...rows].filter((id) => !ids.has(id)).map((id) => `${id} of ${table} is not on the log`);
    return [...absent, ...invented];
  });
  const views = [...judged]
    .filter(([cause, ids]) => (evidence.countedEvents.get(cause) ?? 0) !== ids.size)
    .map(([cause, ids]) => `${cause}: the view counts ${evidence.countedEvents.get(cause) ?? 0}, the log holds ${ids.size}`);
  const often = [...counted].filter(([, times]) => times > 1).map(([id, times]) => `${id} counted ${times} times`);
  const never = [...judged.values()].flatMap((ids) => [...ids].filter((id) => !counted.has(id)).map((id) => `${id} never counted`));
  return [
    ...findings("I2", "distinct events that log and tables do not share", stored),
    ...findings("I2", "counts on deduplicated views that are wrong", views),
    ...findings("I2", "events that did not count exactly once", [...often, ...never]),
  ];
}
