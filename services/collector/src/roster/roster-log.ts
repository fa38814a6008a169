import { rosterKey } from "@leadstream/domain-routing";
import { type KafkaConnection, openInbox, type Registry } from "@leadstream/kafka";
import type { RecordSender } from "@leadstream/producer";
import { AvroReader, AvroWriter, type Decoded, type RosterChange, topicNames } from "@leadstream/schemas";

/** One version of one team, as the log holds it. */
export interface TeamVersion {
  readonly kind: "team";
  readonly teamId: string;
  readonly version: number;
  readonly document: string;
  /** Whose change made it; null: a published file. */
  readonly commandId: string | null;
}

/** A change that the log refused, because another one came first. */
export interface RefusedChange {
  readonly kind: "refused";
  readonly commandId: string;
  readonly teamId: string;
  /** Newest version of the roster then. */
  readonly version: number;
}

export type RosterNews = TeamVersion | RefusedChange;

/** The rosters on the log. */
export interface RosterLog {
  /** Shows everything from where the last call ended to the present end of the log, in the order of each team. */
  catchUp(see: (news: RosterNews) => void): Promise<void>;
  /** Resolves once all in-sync replicas have the change; the router decides on it and says so on the same topic. */
  append(change: RosterChange): Promise<{ readonly partition: number; readonly offset: number }>;
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

  async catchUp(see: (news: RosterNews) => void): Promise<void> {
    const { leaders } = await this.connection.topic(topicNames.teamRequests, true);
    await Promise.all(leaders.map((_, partition) => this.read(partition, see)));
  }

  private async read(partition: number, see: (news: RosterNews) => void): Promise<void> {
    const inbox = await openInbox(this.connection, topicNames.teamRequests, partition);
    try {
      const { logStart, lastStableOffset } = await inbox.bounds();
      for (let position = this.positions.get(partition) ?? logStart; position < lastStableOffset; ) {
        const chunk = await inbox.fetch(position, FETCH);
        const cursor = chunk.cursor();
        while (cursor.next()) {
          const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
          if (!telling.has(await this.typeAt(buffer, valueStart, valueEnd))) continue;
          const record = this.registry.wire.read(this.reader.window(buffer, valueStart, valueEnd));
          const news = newsOf(record, buffer.toString("utf8", keyStart, keyEnd));
          if (news !== null) see(news);
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

  append(change: RosterChange): Promise<{ readonly partition: number; readonly offset: number }> {
    const writer = new AvroWriter();
    this.registry.wire.write(writer, "RosterChange", change);
    return this.sender.send(topicNames.teamRequests, null, rosterKey, writer.slice());
  }
}

const telling: ReadonlySet<string> = new Set(["RosterPublished", "RosterDecided"]);

function newsOf(record: Decoded, key: string): RosterNews | null {
  if (record.type === "RosterPublished") return key === rosterKey ? null : { kind: "team", ...record.value, teamId: key };
  if (record.type !== "RosterDecided") return null;
  const { done, commandId, teamId, version, document } = record.value;
  return done ? { kind: "team", teamId, version, document, commandId } : { kind: "refused", commandId, teamId, version };
}
