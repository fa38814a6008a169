import { rosterKey } from "@leadstream/domain-routing";
import type { KafkaConnection, Registry } from "@leadstream/kafka";
import type { RecordSender } from "@leadstream/producer";
import { AvroWriter, type JourneyPublished, topicNames } from "@leadstream/schemas";
import { TeamRequestsReader } from "../team-requests-reader.ts";

/** The journeys on the log: decided in one partition, then told to all. */
export interface JourneyLog {
  /** Shows what was decided since the last call, in its order. */
  catchUp(see: (journey: JourneyPublished) => void): Promise<void>;
  /** Resolves once all in-sync replicas have it: of two with one version the first holds. */
  decide(journey: JourneyPublished): Promise<void>;
  /** Tells every partition of leads; harmless when it was done before. */
  publish(journey: JourneyPublished): Promise<void>;
}

/** Decided under the roster's key of team.requests, so that one partition knows the order; published on lead.events, as the command line does. */
export class KafkaJourneyLog implements JourneyLog {
  private readonly reader: TeamRequestsReader;
  private readonly connection: KafkaConnection;
  private readonly registry: Pick<Registry, "wire">;
  private readonly sender: RecordSender;

  constructor(connection: KafkaConnection, registry: Pick<Registry, "wire" | "resolveUnknown">, sender: RecordSender) {
    this.reader = new TeamRequestsReader(connection, registry, ["JourneyPublished"]);
    this.connection = connection;
    this.registry = registry;
    this.sender = sender;
  }

  catchUp(see: (journey: JourneyPublished) => void): Promise<void> {
    return this.reader.catchUp((record) => {
      if (record.type === "JourneyPublished") see(record.value);
    });
  }

  async decide(journey: JourneyPublished): Promise<void> {
    await this.sender.send(topicNames.teamRequests, null, rosterKey, this.bytesOf(journey));
  }

  async publish(journey: JourneyPublished): Promise<void> {
    const { leaders } = await this.connection.topic(topicNames.leadEvents, true);
    const bytes = this.bytesOf(journey);
    await Promise.all(leaders.map((_, partition) => this.sender.send(topicNames.leadEvents, partition, null, bytes)));
  }

  private bytesOf(journey: JourneyPublished): Buffer {
    const writer = new AvroWriter();
    this.registry.wire.write(writer, "JourneyPublished", journey);
    return writer.slice();
  }
}
