import type { Alert, Assignment, JourneyMoved, MessageRequested, Signal } from "@leadstream/schemas";

/** A roster of one team as it was published, with its time on the log. */
export interface PublishedTeam {
  readonly teamId: string;
  readonly publishedAt: number;
  readonly document: string;
}

/** A journey as it was published, with its time on the log; one may end another of its name. */
export interface PublishedJourney {
  readonly publishedAt: number;
  readonly document: string;
}

/** The past as the log tells it: what the scorer said, and what the router made of it. */
export interface History {
  /** Signals of leads in the order of their times; no ticks, no policies. */
  readonly signals: readonly Signal[];
  readonly teams: readonly PublishedTeam[];
  readonly assignments: readonly Assignment[];
  readonly alerts: readonly Alert[];
  readonly journeys: readonly PublishedJourney[];
  readonly moves: readonly JourneyMoved[];
  readonly messages: readonly MessageRequested[];
}

/** The records of one partition, in their order. */
export interface PartitionRecords {
  readonly signals: readonly Signal[];
  /** Own times of imported signals, by the offset of the event that caused them; empty when history is taken at its log time. */
  readonly ownTimes: ReadonlyMap<number, number>;
}

/**
 * Partitions merged by time; records of one instant keep the order of partition and offset. With own times, imported history happens when it happened:
 * as if the leads had come in live.
 */
export function mergeSignals(partitions: readonly PartitionRecords[], to: number): Signal[] {
  const merged = partitions.flatMap(({ signals, ownTimes }, partition) =>
    signals.map((signal, order) => {
      const own = signal.imported ? ownTimes.get(signal.source.offset) : undefined;
      return { partition, order, signal: own === undefined ? signal : { ...signal, time: own, imported: false } };
    }),
  );
  merged.sort((one, other) => one.signal.time - other.signal.time || one.partition - other.partition || one.order - other.order);
  return merged.filter(({ signal }) => signal.time < to).map(({ signal }) => signal);
}
