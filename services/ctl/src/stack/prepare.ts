import { join } from "node:path";
import { type ClickHouseClient, migrate, prepareDatabase, waitForClickHouse } from "@leadstream/clickhouse";
import type { LogLine, ServerAddresses } from "@leadstream/infra-local";
import { ensureTopics } from "@leadstream/kafka";
import { defaultPartitions, topicDefinitions } from "@leadstream/schemas";
import { type PublishableDocument, readJourneyFile, readModel, readPolicyFile, readRoster } from "../commands/documents.ts";
import { type Publication, PublicationLedger, publish, slotOf } from "../commands/publish.ts";
import { databaseName, StackClients } from "./clients.ts";

export interface DocumentPaths {
  readonly model: string;
  /** Nobody named the model: one that a command published since stays in force. */
  readonly usualModel: boolean;
  readonly policy: string;
  readonly roster: string;
  readonly journey: string;
  /** Nobody named the journey: what a command made of it since, or that it was ended, stays. */
  readonly usualJourney?: boolean;
}

/** What a stack begins with, checked. */
export interface Documents {
  readonly model: PublishableDocument;
  readonly usualModel: boolean;
  readonly policy: PublishableDocument;
  readonly roster: PublishableDocument;
  readonly journey: PublishableDocument;
  readonly usualJourney: boolean;
}

export interface PrepareWish {
  readonly root: string;
  readonly dataDir: string;
  readonly documents: Documents;
  readonly log: LogLine;
}

const CLICKHOUSE_WAIT_MS = 30_000;

/** Throws ConfigError with file, line and remedy of every fault. */
export function readDocuments(paths: DocumentPaths, nowMs: number): Documents {
  const roster = readRoster(paths.roster, nowMs);
  return {
    model: readModel(paths.model),
    usualModel: paths.usualModel,
    policy: readPolicyFile(paths.policy, roster, nowMs),
    roster,
    journey: readJourneyFile(paths.journey, nowMs),
    usualJourney: paths.usualJourney === true,
  };
}

/** Between servers and services: topics, schemas, tables, and the configuration that every partition begins with. Harmless when done before. */
export async function prepareStack(addresses: ServerAddresses, wish: PrepareWish): Promise<readonly Publication[]> {
  const { root, dataDir, documents, log } = wish;
  const { model, roster, policy, journey } = documents;
  const clients = new StackClients(addresses, dataDir);
  try {
    const tables = async (): Promise<void> => {
      await prepareDatabase({ ...addresses.clickhouse, database: databaseName });
      await waitForClickHouse(clients.clickhouse(), CLICKHOUSE_WAIT_MS);
      const applied = await migrate(clients.clickhouse(), join(root, "infra/clickhouse/migrations"));
      log(`clickhouse: ${applied.length === 0 ? "tables are up to date" : `applied ${applied.join(", ")}`}`);
    };
    const topics = async (): Promise<void> => {
      await ensureTopics(await clients.kafka(), topicDefinitions, { replicationFactor: 1 });
      log(`kafka: ${topicDefinitions.length} topics stand`);
    };
    const [registry] = await Promise.all([clients.registry(), topics(), tables()]);
    log("registry: schemas are registered");
    const ports = {
      producer: await clients.producer(),
      wire: registry.wire,
      ledger: new PublicationLedger(dataDir),
      leadPartitions: defaultPartitions.lead,
      versionInLog: (kind: string) => versionInLog(clients.clickhouse(), kind),
    };
    const publications: Publication[] = [];
    for (const document of [model, roster, policy, journey]) {
      const last = ports.ledger.last(slotOf(document));
      const usual = document.kind === "model" ? documents.usualModel : document.kind === "journey" && documents.usualJourney;
      if (usual && last?.by === "command" && last.complete) {
        log(`${document.kind}: ${last.name} version ${last.version} stays in force`);
        continue;
      }
      const publication = await publish(document, ports, { by: "start" });
      publications.push(publication);
      log(`${publication.kind}: ${publication.name} version ${publication.version} ${publication.changed ? "published" : "is in force"}`);
    }
    return publications;
  } finally {
    await clients.close();
  }
}

/** Highest version of a document that analytics has seen on the log; 0 when none. */
export async function versionInLog(clickhouse: ClickHouseClient, kind: string): Promise<number> {
  const result = await clickhouse.query({
    query: "SELECT max(version) AS version FROM publications WHERE kind = {kind:String}",
    query_params: { kind },
    format: "JSONEachRow",
  });
  const [row] = await result.json<{ version: number }>();
  return Number(row?.version ?? 0);
}
