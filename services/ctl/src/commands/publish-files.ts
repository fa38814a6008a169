import { join } from "node:path";
import { defaultPartitions } from "@leadstream/schemas";
import { CommandError } from "../errors.ts";
import { StackClients } from "../stack/clients.ts";
import { versionInLog } from "../stack/prepare.ts";
import { serverAddresses, type Workplace } from "../workplace.ts";
import { type PublishableDocument, readJourneyFile, readPolicyFile, readRoster } from "./documents.ts";
import { type Publication, PublicationLedger, publish } from "./publish.ts";
import { rosterInForce } from "./roster-in-force.ts";

const kinds = ["model", "policy", "journey", "roster"] as const;

/**
 * Checks a document and publishes it into the running stack; a policy is checked against `rosterFile`, or the roster in force. Throws ConfigError with
 * every fault and its line.
 */
export async function publishFiles(workplace: Workplace, kind: string, file: string, rosterFile?: string): Promise<void> {
  const publication = await publishDocument(workplace, await read(workplace, kind, file, rosterFile));
  const { name, version, changed } = publication;
  console.log(`${kind} ${name} ${changed ? "takes effect" : "is in force already,"} as version ${version}`);
}

/** Publishes a checked document into the running stack. */
export async function publishDocument(workplace: Workplace, document: PublishableDocument): Promise<Publication> {
  const clients = new StackClients(serverAddresses(workplace), workplace.dataDir);
  try {
    const { wire } = await clients.registry();
    return await publish(document, {
      producer: await clients.producer(),
      wire,
      ledger: new PublicationLedger(workplace.dataDir),
      leadPartitions: defaultPartitions.lead,
      versionInLog: (each) => versionInLog(clients.clickhouse(), each),
    });
  } finally {
    await clients.close();
  }
}

async function read(workplace: Workplace, kind: string, file: string, rosterFile?: string): Promise<PublishableDocument> {
  switch (kind) {
    case "policy": {
      const usual = join(workplace.root, "infra/examples/rosters/demo-team.yaml");
      const inForce = rosterFile === undefined ? await rosterInForce(workplace) : null;
      return readPolicyFile(file, inForce ?? readRoster(rosterFile ?? usual, Date.now()), Date.now());
    }
    case "journey":
      return readJourneyFile(file, Date.now());
    case "roster":
      return readRoster(file, Date.now());
    default:
      throw new CommandError("WISH_INVALID", `"${kind}" is nothing that can be published; give one of ${kinds.join(", ")}`);
  }
}
