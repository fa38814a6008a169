import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import { type Assignment, AvroReader, type Decoded, type MessageRequested, type TopicName, topicNames } from "@leadstream/schemas";

const FETCH = { maxBytes: 1 << 20, maxWaitMs: 500 };

/** Calls back with every record that is committed from now on, until the signal aborts. Reads without a group: a spectator commits nothing. */
async function watchRecords(
  kafka: KafkaConnection,
  registry: Registry,
  topic: TopicName,
  stop: AbortSignal,
  see: (record: Decoded) => void,
): Promise<void> {
  const { leaders } = await kafka.topic(topic);
  await Promise.all(
    leaders.map(async (_, partition) => {
      const inbox = await openInbox(kafka, topic, partition);
      const reader = new AvroReader();
      try {
        let position = (await inbox.bounds()).lastStableOffset;
        while (!stop.aborted) {
          const chunk = await inbox.fetch(position, FETCH);
          const cursor = chunk.cursor();
          while (cursor.next()) see(registry.wire.read(reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd)));
          position = chunk.next;
        }
      } finally {
        await inbox.close();
      }
    }),
  );
}

export function watchAssignments(
  kafka: KafkaConnection,
  registry: Registry,
  stop: AbortSignal,
  see: (assignment: Assignment) => void,
): Promise<void> {
  return watchRecords(kafka, registry, topicNames.leadAssignments, stop, (record) => {
    if (record.type === "Assignment") see(record.value);
  });
}

/** What journeys ask for. */
export function watchMessages(
  kafka: KafkaConnection,
  registry: Registry,
  stop: AbortSignal,
  see: (message: MessageRequested) => void,
): Promise<void> {
  return watchRecords(kafka, registry, topicNames.leadMessages, stop, (record) => {
    if (record.type === "MessageRequested") see(record.value);
  });
}
