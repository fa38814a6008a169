import type { Evidence, StoredOutput, Violation } from "./evidence.ts";
import { findings, place } from "./report.ts";

/** Where an output stands, and which record caused it. */
type Step = Omit<StoredOutput, "table"> & { readonly where: string };

/** I5: per lead, the records that caused its scores, signals and assignments follow one another as on their log, in topics and in ClickHouse. */
export function checkOrder({ logs, storedOutputs }: Evidence): Violation[] {
  const inTopics: Step[] = [];
  for (const { topic, partition, records } of logs) {
    if (topic === "team.requests" || topic === "lead.events") continue;
    for (const { offset, record } of records) {
      if (record === null || !("source" in record.value) || !("leadId" in record.value)) continue;
      const { source, leadId } = record.value;
      inTopics.push({ where: topic, leadId, partition, offset, sourceTopic: source.topic, sourceOffset: source.offset, n: source.n });
    }
  }
  const inTables = storedOutputs.map(({ table, ...rest }) => ({ ...rest, where: table }));
  return [
    ...findings("I5", "outputs of a lead out of order in a topic", outOfOrder(inTopics)),
    ...findings("I5", "outputs of a lead out of order in ClickHouse", outOfOrder(inTables)),
  ];
}

function outOfOrder(steps: readonly Step[]): string[] {
  const last = new Map<string, Step>();
  const wrong: string[] = [];
  for (const step of steps.toSorted((left, right) => left.offset - right.offset)) {
    // A team answers a lead from the team's partition: each of them is an order of its own. A signal without a lead belongs to its partition.
    const line = `${step.where} ${step.partition} ${step.leadId} ${step.sourceTopic}`;
    const before = last.get(line);
    if (step.sourceTopic !== "team.requests" && before !== undefined && !(before.offset === step.offset) && !follows(before, step)) {
      wrong.push(`${step.leadId} at ${place(step.where, step.partition, step.offset)}`);
    }
    last.set(line, step);
  }
  return wrong;
}

const follows = (before: Step, step: Step): boolean =>
  step.sourceOffset > before.sourceOffset || (step.sourceOffset === before.sourceOffset && step.n > before.n);
