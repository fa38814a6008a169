import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import { type Assignment, AvroReader, topicNames } from "@leadstream/schemas";

const FETCH = { maxBytes: 1 << 20, maxWaitMs: 500 };

/** Calls back with every assignment that is committed from now on, until the signal aborts. Reads without a group: a spectator commits nothing. */
export async function watchAssignments(
  kafka: KafkaConnection,
  registry: Registry,
  stop: AbortSignal,
  see: (assignment: Assignment) => void,
): Promise<void> {
  const { leaders } = await kafka.topic(topicNames.leadAssignments);
  await Promise.all(
    leaders.map(async (_, partition) => {
      const inbox = await openInbox(kafka, topicNames.leadAssignments, partition);
      const reader = new AvroReader();
      try {
        let position = (await inbox.bounds()).lastStableOffset;
        while (!stop.aborted) {
          const chunk = await inbox.fetch(position, FETCH);
          const cursor = chunk.cursor();
          while (cursor.next()) {
            const record = registry.wire.read(reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd));
            if (record.type === "Assignment") see(record.value);
          }
          position = chunk.next;
        }
      } finally {
        await inbox.close();
      }
    }),
  );
}
