import type { LoggedEvent } from "@leadstream/domain-learning";
import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import { AvroDecodeError, AvroReader, type Decoded, UnknownSchemaIdError } from "@leadstream/schemas";

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 500 };

/**
 * Calls back with every lead event of one partition, from its start to the last stable offset of now. Reads without a group and
 * commits nothing. Poison is passed over, as the scorer does. Resolves with the number of records that were passed over.
 */
export async function readLeadEvents(
  kafka: KafkaConnection,
  registry: Registry,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  see: (logged: LoggedEvent) => void,
): Promise<number> {
  const inbox = await openInbox(kafka, topic, partition);
  const reader = new AvroReader();
  let passed = 0;
  try {
    const { logStart, lastStableOffset } = await inbox.bounds();
    let position = logStart;
    while (position < lastStableOffset) {
      const chunk = await inbox.fetch(position, FETCH);
      const cursor = chunk.cursor();
      while (cursor.next()) {
        if (cursor.offset >= lastStableOffset) break;
        const { buffer, valueStart, valueEnd, offset, timestamp } = cursor;
        const decoded = valueStart < 0 ? null : decode(registry, () => reader.window(buffer, valueStart, valueEnd));
        const record = decoded instanceof Promise ? await decoded : decoded;
        if (record === null) passed++;
        else if (isLeadEvent(record)) see({ event: record, loggedAt: timestamp, position: offset });
      }
      position = chunk.next;
    }
  } finally {
    await inbox.close();
  }
  return passed;
}

/** Only an unknown schema has to wait for the registry. */
function decode(registry: Registry, window: () => AvroReader): Decoded | null | Promise<Decoded | null> {
  try {
    return registry.wire.read(window());
  } catch (error) {
    if (error instanceof AvroDecodeError) return null;
    if (!(error instanceof UnknownSchemaIdError)) throw error;
    return registry.resolveUnknown(error.schemaId).then(() => registry.wire.read(window()));
  }
}

function isLeadEvent(record: Decoded): record is LoggedEvent["event"] & Decoded {
  return record.type === "Capture" || record.type === "Touch" || record.type === "Status" || record.type === "Command";
}
