import type { LeadEvent } from "@leadstream/domain-scoring";

/** A record of a lead's inbox with its place in the log. */
export interface LoggedEvent {
  readonly event: LeadEvent;
  /** Log time, ms since epoch. */
  readonly loggedAt: number;
  /** Place in the lead's partition; ascending as it was written. */
  readonly position: number;
}

/**
 * When the event was known to us: its log time. Imported history was known to the system it comes from when it happened, and its log time says only
 * when it was copied.
 */
export function knownAt({ event, loggedAt }: LoggedEvent): number {
  const { imported, occurredAt } = event.value;
  return imported ? Math.min(occurredAt, loggedAt) : loggedAt;
}

/** The order in which a replay takes events: own time, then place. */
export function byOccurrence(a: LoggedEvent, b: LoggedEvent): number {
  return a.event.value.occurredAt - b.event.value.occurredAt || a.position - b.position;
}

/** The order in which events became known. */
export function byKnowledge(a: LoggedEvent, b: LoggedEvent): number {
  return knownAt(a) - knownAt(b) || byOccurrence(a, b);
}
