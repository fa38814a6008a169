import { rosterKey } from "@leadstream/domain-routing";
import type { KafkaConnection, Registry } from "@leadstream/kafka";
import type { RecordSender } from "@leadstream/producer";
import { AvroWriter, type Decoded, type RosterChange, topicNames } from "@leadstream/schemas";
import { TeamRequestsReader } from "../team-requests-reader.ts";

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

/** The changes go through one partition of team.requests; every team's versions lie with the team's requests. */
export class KafkaRosterLog implements RosterLog {
  private readonly reader: TeamRequestsReader;
  private readonly registry: Pick<Registry, "wire">;
  private readonly sender: RecordSender;

  constructor(connection: KafkaConnection, registry: Pick<Registry, "wire" | "resolveUnknown">, sender: RecordSender) {
    this.reader = new TeamRequestsReader(connection, registry, ["RosterPublished", "RosterDecided"]);
    this.registry = registry;
    this.sender = sender;
  }

  catchUp(see: (news: RosterNews) => void): Promise<void> {
    return this.reader.catchUp((record, key) => {
      const news = newsOf(record, key);
      if (news !== null) see(news);
    });
  }

  append(change: RosterChange): Promise<{ readonly partition: number; readonly offset: number }> {
    const writer = new AvroWriter();
    this.registry.wire.write(writer, "RosterChange", change);
    return this.sender.send(topicNames.teamRequests, null, rosterKey, writer.slice());
  }
}

function newsOf(record: Decoded, key: string): RosterNews | null {
  if (record.type === "RosterPublished") return key === rosterKey ? null : { kind: "team", ...record.value, teamId: key };
  if (record.type !== "RosterDecided") return null;
  const { done, commandId, teamId, version, document } = record.value;
  return done ? { kind: "team", teamId, version, document, commandId } : { kind: "refused", commandId, teamId, version };
}
