import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import type { RecordSender } from "@leadstream/producer";
import { AvroReader, AvroWriter, type RosterPublished, topicNames } from "@leadstream/schemas";

/** One version of one team, as the log holds it. */
export type TeamVersion = Pick<RosterPublished, "version" | "document" | "commandId"> & { readonly teamId: string };

/** The rosters on the log. */
export interface RosterLog {
  /** Shows every version from where the last call ended to the present end of the log, in the order of each team. */
  catchUp(see: (team: TeamVersion) => void): Promise<void>;
  /** Resolves once all in-sync replicas have the version. */
  append(teamId: string, value: RosterPublished): Promise<{ readonly partition: number; readonly offset: number }>;
}

const FETCH = { maxBytes: 4 << 20, maxWaitMs: 100 };

/** team.requests, read without a group. Requests are passed over undecoded: the first call reads the topic from its start. */
export class KafkaRosterLog implements RosterLog {
  private readonly connection: KafkaConnection;
  private readonly registry: Pick<Registry, "wire" | "resolveUnknown">;
  private readonly sender: RecordSender;
  private readonly reader = new AvroReader();
  private readonly positions = new Map<number, number>();

  constructor(connection: KafkaConnection, registry: Pick<Registry, "wire" | "resolveUnknown">, sender: RecordSender) {
    this.connection = connection;
    this.registry = registry;
    this.sender = sender;
  }

  async catchUp(see: (team: TeamVersion) => void): Promise<void> {
    const { leaders } = await this.connection.topic(topicNames.teamRequests, true);
    await Promise.all(leaders.map((_, partition) => this.read(partition, see)));
  }

  private async read(partition: number, see: (team: TeamVersion) => void): Promise<void> {
    const inbox = await openInbox(this.connection, topicNames.teamRequests, partition);
    try {
      const { logStart, lastStableOffset } = await inbox.bounds();
      for (let position = this.positions.get(partition) ?? logStart; position < lastStableOffset; ) {
        const chunk = await inbox.fetch(position, FETCH);
        const cursor = chunk.cursor();
        while (cursor.next()) {
          const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
          if ((await this.typeAt(buffer, valueStart, valueEnd)) !== "RosterPublished") continue;
          const record = this.registry.wire.read(this.reader.window(buffer, valueStart, valueEnd));
          if (record.type === "RosterPublished") see({ ...record.value, teamId: buffer.toString("utf8", keyStart, keyEnd) });
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

  append(teamId: string, value: RosterPublished): Promise<{ readonly partition: number; readonly offset: number }> {
    const writer = new AvroWriter();
    this.registry.wire.write(writer, "RosterPublished", value);
    return this.sender.send(topicNames.teamRequests, null, teamId, writer.slice());
  }
}
