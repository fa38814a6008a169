import { deadLetterPlaces, edgeEventOf } from "./check-events.ts";
import type { Evidence, LogRecord, Violation } from "./evidence.ts";
import { findings, place } from "./report.ts";

/** Records of lead.events that concern no lead and bring no score. */
const withoutScore = new Set(["ModelPublished", "PolicyPublished", "JourneyPublished", "Tick"]);

/** Requests that a team only takes note of. */
const withoutReply = new Set(["release", "cancel", "tick"]);

/** I3: consumed = scored + set aside, record by record; every question to a team is answered. */
export function checkConservation(evidence: Evidence): Violation[] {
  return [...checkScorer(evidence), ...checkTeams(evidence)];
}

function checkScorer(evidence: Evidence): Violation[] {
  const dead = deadLetterPlaces(evidence, "scoring");
  const scored = new Map<string, string[]>();
  for (const { topic: output, records } of evidence.logs) {
    if (output !== "lead.scores") continue;
    for (const { record } of records) {
      if (record?.type !== "Score" || record.value.eventId === null) continue;
      const { topic, partition, offset } = record.value.source;
      const cause = place(topic, partition, offset);
      scored.set(cause, [...(scored.get(cause) ?? []), record.value.eventId]);
    }
  }
  const wrong: string[] = [];
  for (const { topic, partition, records } of evidence.logs) {
    if (topic !== "lead.events") continue;
    for (const each of records) {
      const at = place(topic, partition, each.offset);
      const problem = problemOf(each, scored.get(at) ?? [], dead.has(at));
      if (problem !== null) wrong.push(`${at} ${problem}`);
    }
  }
  return findings("I3", "records of lead.events with the wrong outcome", wrong);
}

function problemOf({ record }: LogRecord, scores: readonly string[], dead: boolean): string | null {
  if (dead) return scores.length > 0 ? "is dead and scored" : null;
  if (record === null) return "cannot be read and is no dead letter";
  if (withoutScore.has(record.type)) return null;
  const event = edgeEventOf(record);
  if (event === null) return `is a ${record.type} and no dead letter`;
  if (scores.length !== 1) return `has ${scores.length} scores`;
  return scores[0] === event.eventId ? null : "has the score of another event";
}

function checkTeams({ logs }: Evidence): Violation[] {
  const asked = new Set<string>();
  const answered = new Set<string>();
  for (const { records } of logs) {
    for (const { record } of records) {
      if (record?.type === "TeamReply") answered.add(record.value.requestId);
      if (record?.type !== "TeamRequest" || withoutReply.has(record.value.kind)) continue;
      asked.add(record.value.requestId);
    }
  }
  const open = [...asked].filter((id) => !answered.has(id));
  return findings("I3", "requests that no team answered", open);
}
