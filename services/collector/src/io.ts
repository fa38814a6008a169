import { join } from "node:path";
import { type ApiKeys, openApiKeys } from "@leadstream/config";
import { type ConnectedEmitter, connectEmitter, openIdentityKey } from "@leadstream/producer";
import { LmdbKeyStore } from "@leadstream/state";
import { systemClock, type Telemetry } from "@leadstream/telemetry";
import { tailAssignments } from "./assignment-tail.ts";
import { CommandResults } from "./command-results.ts";
import type { CollectorConfig } from "./config.ts";
import { KafkaJourneyLog } from "./journeys/journey-log.ts";
import { JourneyBook } from "./journeys/journeys.ts";
import { KafkaWatch } from "./kafka-watch.ts";
import { KafkaRosterLog } from "./roster/roster-log.ts";
import { Rosters } from "./roster/rosters.ts";

export interface CollectorIo {
  readonly sink: ConnectedEmitter["emitter"];
  readonly apiKeys: ApiKeys;
  readonly results: CommandResults;
  readonly rosters: Rosters;
  readonly journeys: JourneyBook;
  /** Waits for events under way, then closes Kafka and the key store. */
  close(): Promise<void>;
}

/** The only place where files are opened and connections made. What was opened is closed again when a later part fails. */
export async function openIo(config: CollectorConfig, telemetry: Telemetry): Promise<CollectorIo> {
  const apiKeys = await openApiKeys(config.dataDir);
  const identityKey = await openIdentityKey(join(config.dataDir, "identity-key"));
  const keys = await LmdbKeyStore.open({ directory: join(config.dataDir, "lead-keys") });
  const stopped = new AbortController();
  try {
    const connected: ConnectedEmitter = await connectEmitter({
      brokers: config.kafkaBrokers,
      registryUrl: config.registryUrl,
      clientId: "leadstream-collector",
      identityKey,
      keys,
      defaultCountry: config.defaultCountry,
      defaultCurrency: config.defaultCurrency,
      schemaCacheFile: join(config.dataDir, "collector-schema-ids.json"),
      lingerMs: config.lingerMs,
      sendRecords: config.sendRecords,
      bufferBytes: config.bufferBytes,
      requestTimeoutMs: config.kafkaRequestTimeoutMs,
      deliveryTimeoutMs: config.deliveryTimeoutMs,
      retries: config.kafkaRetries,
      initialRetryTimeMs: config.kafkaRetryDelayMs,
      watch: (sender) =>
        new KafkaWatch({
          health: telemetry.health,
          probeEveryMs: config.probeEveryMs,
          probe: () => connected.probe(),
          sleep: systemClock.sleep,
          signal: stopped.signal,
        }).around(sender),
    });
    const results = new CommandResults(config);
    const tail = tailAssignments({
      connection: connected.connection,
      registry: connected.registry,
      recallRecords: config.commandRecallRecords,
      maxWaitMs: config.commandFetchWaitMs,
      retryDelayMs: config.probeEveryMs,
      sleep: systemClock.sleep,
      signal: stopped.signal,
      see: (assignment) => results.see(assignment),
      complain: (error) => telemetry.log.warn({ err: error }, "results of commands are not read; events are taken all the same"),
    });
    return {
      sink: connected.emitter,
      apiKeys,
      results,
      rosters: new Rosters(new KafkaRosterLog(connected.connection, connected.registry, connected.sender), results, config, systemClock),
      journeys: new JourneyBook(new KafkaJourneyLog(connected.connection, connected.registry, connected.sender), Date.now, config),
      async close() {
        stopped.abort();
        await tail;
        await connected.close();
        await keys.close();
      },
    };
  } catch (error) {
    await keys.close();
    throw error;
  }
}
