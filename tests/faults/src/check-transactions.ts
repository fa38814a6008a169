import type { Source } from "@leadstream/schemas";
import { type Evidence, folds, type Violation } from "./evidence.ts";
import { findings, place } from "./report.ts";

/** I8: nothing torn is visible: sequences without hole or repetition, no output of an uncommitted input, no transaction left open. */
export function checkTransactions(evidence: Evidence): Violation[] {
  const { logs, ledger } = evidence;
  const committed = finalOffsets(evidence);
  const next = new Map<string, number>();
  const torn: string[] = [];
  const early: string[] = [];
  for (const { topic, partition, records } of logs) {
    // What pretends to be derived on a topic of the edge is poison, and the scorer's business.
    if (topic === "lead.events") continue;
    for (const { offset, record } of records) {
      const source = record === null ? null : sourceOf(record.value);
      if (source === null) continue;
      const line = `${source.topic}/${source.incarnation}/${source.partition} to ${topic}-${partition}`;
      const expected = next.get(line) ?? 0;
      if (source.seq !== expected) torn.push(`${line} at ${offset}: ${source.seq} where ${expected} is due`);
      next.set(line, source.seq + 1);
      const limit = committed.get(`${source.topic}-${source.partition}`);
      if (limit !== undefined && source.offset >= limit) early.push(`${place(topic, partition, offset)} caused by ${source.offset}`);
    }
  }
  const open = logs
    .filter(({ end, highWatermark }) => highWatermark > end)
    .map(({ topic, partition, end }) => place(topic, partition, end));
  const onLog = new Set(logs.flatMap(({ topic, partition, records }) => records.map(({ offset }) => place(topic, partition, offset))));
  const invented = ledger.map(({ topic, partition, offset }) => place(topic, partition, offset)).filter((each) => !onLog.has(each));
  return [
    ...findings("I8", "sequences with a hole or a repetition", torn),
    ...findings("I8", "outputs of an input that is not committed", early),
    ...findings("I8", "transactions that are still open", open),
    ...findings("I8", "rows in ClickHouse of records that are not committed data", invented),
  ];
}

const sourceOf = (value: object): Source | null => ("source" in value ? (value.source as Source) : null);

/** Final committed offset by inbox partition. */
function finalOffsets({ offsets }: Evidence): ReadonlyMap<string, number> {
  const groupOf = new Map<string, string>(folds.map(({ name, inbox }) => [inbox, name]));
  const found = new Map<string, number>();
  for (const { group, topic, partition, offset } of offsets) if (groupOf.get(topic) === group) found.set(`${topic}-${partition}`, offset);
  return found;
}
