import { rosterKey } from "@leadstream/domain-routing";
import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import {
  type Alert,
  type Assignment,
  AvroReader,
  type Decoded,
  type JourneyMoved,
  type MessageRequested,
  type Signal,
  type TopicName,
  topicNames,
  UnknownSchemaIdError,
} from "@leadstream/schemas";
import { type History, mergeSignals, type PublishedJourney, type PublishedTeam } from "./history.ts";
import { historyLimit } from "./history-limit.ts";
import { importedOwners } from "./imported-owners.ts";

export interface HistoryWish {
  /** Signals at or after it are left out, ms since epoch. */
  readonly to: number;
  /** Imported history happens at its own time instead of that of the import. */
  readonly ownTimes: boolean;
  /** More records than this are not held; RouterError HISTORY_TOO_LARGE. */
  readonly maxRecords: number;
}

interface LoggedRecord {
  readonly record: Decoded;
  readonly key: string;
  readonly timestamp: number;
}

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 500 };

/** Reads without a group and commits nothing: from the start of the log to its last stable offset of now. */
export async function readHistory(kafka: KafkaConnection, registry: Registry, { to, ownTimes, maxRecords }: HistoryWish): Promise<History> {
  const hold = historyLimit(maxRecords);
  // Imported history may happen earlier than its records say.
  const wanted = (time: number): boolean => ownTimes || time < to;
  const journeys: PublishedJourney[] = [];
  const partitions = await everyPartition(kafka, topicNames.leadSignals, async (partition) => {
    const signals: Signal[] = [];
    await readRecords(kafka, registry, topicNames.leadSignals, partition, ({ record }) => {
      if (record.type !== "Signal") return;
      const { kind, time, document } = record.value;
      // Every partition has a copy.
      if (kind === "journey" && partition === 0 && document !== null) journeys.push({ publishedAt: time, document });
      if (record.value.leadId === "" || !wanted(time)) return;
      hold();
      signals.push(record.value);
    });
    return { signals, ownTimes: ownTimes ? await timesOf(kafka, registry, partition) : new Map<number, number>() };
  });
  const teams: PublishedTeam[] = [];
  await everyPartition(kafka, topicNames.teamRequests, (partition) =>
    readRecords(kafka, registry, topicNames.teamRequests, partition, ({ record, key, timestamp }) => {
      const holds = (record.type === "RosterPublished" && key !== rosterKey) || (record.type === "RosterDecided" && record.value.done);
      if (holds) teams.push({ teamId: key, publishedAt: timestamp, document: record.value.document });
    }),
  );
  const assignments: Assignment[] = [];
  const alerts: Alert[] = [];
  const moves: JourneyMoved[] = [];
  const messages: MessageRequested[] = [];
  const keep = ({ type, value }: Decoded): void => {
    if (type !== "Assignment" && type !== "Alert" && type !== "JourneyMoved" && type !== "MessageRequested") return;
    if (!wanted(value.time)) return;
    hold();
    if (type === "Assignment") assignments.push(value);
    else if (type === "Alert") alerts.push(value);
    else if (type === "JourneyMoved") moves.push(value);
    else messages.push(value);
  };
  for (const topic of [topicNames.leadAssignments, topicNames.leadAlerts, topicNames.leadMessages]) {
    await everyPartition(kafka, topic, (partition) => readRecords(kafka, registry, topic, partition, ({ record }) => keep(record)));
  }
  const imported = importedOwners(partitions);
  const known = new Set(imported.map(({ leadId }) => leadId));
  // Until it acts itself, the router only repeats what history says of an imported lead, at the time of the import.
  const own = assignments.filter(({ leadId, epoch }) => epoch > 0 || !known.has(leadId));
  return { signals: mergeSignals(partitions, to), teams, assignments: [...imported, ...own], alerts, journeys, moves, messages };
}

/** When imported events happened, by their offset: the scorer has judged that. */
async function timesOf(kafka: KafkaConnection, registry: Registry, partition: number): Promise<Map<number, number>> {
  const times = new Map<number, number>();
  await readRecords(kafka, registry, topicNames.leadScores, partition, ({ record }) => {
    if (record.type === "Score" && record.value.imported) times.set(record.value.source.offset, record.value.effectiveAt);
  });
  return times;
}

async function everyPartition<T>(kafka: KafkaConnection, topic: TopicName, read: (partition: number) => Promise<T>): Promise<T[]> {
  const { leaders } = await kafka.topic(topic);
  return Promise.all(leaders.map((_, partition) => read(partition)));
}

async function readRecords(
  kafka: KafkaConnection,
  registry: Registry,
  topic: TopicName,
  partition: number,
  see: (logged: LoggedRecord) => void,
): Promise<void> {
  const inbox = await openInbox(kafka, topic, partition);
  const reader = new AvroReader();
  try {
    const { logStart, lastStableOffset } = await inbox.bounds();
    for (let position = logStart; position < lastStableOffset; ) {
      const chunk = await inbox.fetch(position, FETCH);
      const cursor = chunk.cursor();
      while (cursor.next()) {
        const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor;
        const read = (): Decoded => registry.wire.read(reader.window(buffer, valueStart, valueEnd));
        let record: Decoded;
        try {
          record = read();
        } catch (error) {
          if (!(error instanceof UnknownSchemaIdError)) throw error;
          await registry.resolveUnknown(error.schemaId);
          record = read();
        }
        see({ record, key: keyStart < 0 ? "" : buffer.toString("utf8", keyStart, keyEnd), timestamp });
      }
      position = chunk.next;
    }
  } finally {
    await inbox.close();
  }
}
