import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import { AvroReader, type Decoded, type RecordName, topicNames } from "@leadstream/schemas";

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 100 };

/** Records of some types on team.requests, read without a group. Others are passed over undecoded: the first call reads the topic from its start. */
export class TeamRequestsReader {
  private readonly connection: KafkaConnection;
  private readonly registry: Pick<Registry, "wire" | "resolveUnknown">;
  private readonly types: ReadonlySet<string>;
  private readonly reader = new AvroReader();
  private readonly positions = new Map<number, number>();

  constructor(connection: KafkaConnection, registry: Pick<Registry, "wire" | "resolveUnknown">, types: readonly RecordName[]) {
    this.connection = connection;
    this.registry = registry;
    this.types = new Set(types);
  }

  /** Shows everything from where the last call ended to the present end of the log, in the order of each partition. */
  async catchUp(see: (record: Decoded, key: string) => void): Promise<void> {
    const { leaders } = await this.connection.topic(topicNames.teamRequests, true);
    await Promise.all(leaders.map((_, partition) => this.read(partition, see)));
  }

  private async read(partition: number, see: (record: Decoded, key: string) => void): Promise<void> {
    const inbox = await openInbox(this.connection, topicNames.teamRequests, partition);
    try {
      const { logStart, lastStableOffset } = await inbox.bounds();
      for (let position = this.positions.get(partition) ?? logStart; position < lastStableOffset; ) {
        const chunk = await inbox.fetch(position, FETCH);
        const cursor = chunk.cursor();
        while (cursor.next()) {
          const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
          if (!this.types.has(await this.typeAt(buffer, valueStart, valueEnd))) continue;
          const record = this.registry.wire.read(this.reader.window(buffer, valueStart, valueEnd));
          see(record, buffer.toString("utf8", keyStart, keyEnd));
        }
        position = chunk.next;
        this.positions.set(partition, position);
      }
    } finally {
      await inbox.close();
    }
  }

  private async typeAt(buffer: Buffer, start: number, end: number): Promise<string> {
    const known = this.registry.wire.typeAt(buffer, start, end);
    if (known !== null) return known;
    await this.registry.resolveUnknown(buffer.readInt32BE(start + 1));
    return this.registry.wire.typeAt(buffer, start, end) ?? "";
  }
}
