import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Producer } from "@leadstream/kafka";
import { AvroWriter, type RecordName, type Records, type TopicName, topicNames, type WireFormat } from "@leadstream/schemas";
import { z } from "zod";
import { type PublishableDocument, rosterRecords } from "./documents.ts";

const entry = z.object({
  name: z.string(),
  version: z.int(),
  fingerprint: z.string(),
  complete: z.boolean(),
  teams: z.array(z.string()).default([]),
});
const ledgerShape = z.object({ model: entry.optional(), policy: entry.optional(), roster: entry.optional() });
type Ledger = z.output<typeof ledgerShape>;

/** What was published last, kept beside the data. */
export class PublicationLedger {
  private readonly path: string;
  private ledger: Ledger;

  constructor(dataDir: string) {
    this.path = join(dataDir, "run/publications.json");
    this.ledger = existsSync(this.path) ? ledgerShape.parse(JSON.parse(readFileSync(this.path, "utf8"))) : {};
  }

  last(kind: PublishableDocument["kind"]): z.output<typeof entry> | undefined {
    return this.ledger[kind];
  }

  note(kind: PublishableDocument["kind"], value: z.output<typeof entry>): void {
    this.ledger = { ...this.ledger, [kind]: value };
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(this.ledger, null, 2));
    renameSync(`${this.path}.new`, this.path);
  }
}

export interface PublishPorts {
  readonly producer: Producer;
  readonly wire: WireFormat;
  readonly ledger: PublicationLedger;
  readonly leadPartitions: number;
  /** Highest version that the log is known to hold of this kind, from analytics; 0 when none. */
  readonly versionInLog: (kind: PublishableDocument["kind"]) => Promise<number>;
}

export interface Publication {
  readonly kind: PublishableDocument["kind"];
  readonly name: string;
  readonly version: number;
  /** False when the same document was in force already. */
  readonly changed: boolean;
}

/**
 * Appends the document to every partition that has to know it, and notes when all have it. A run that was cut short is finished by the next one with
 * the same version: folds ignore a version that is not above their own, so a second record is harmless.
 */
export async function publish(document: PublishableDocument, ports: PublishPorts): Promise<Publication> {
  const { kind, name, fingerprint } = document;
  const last = ports.ledger.last(kind);
  if (last?.complete && last.fingerprint === fingerprint) return { kind, name, version: last.version, changed: false };
  const unfinished = last !== undefined && !last.complete && last.fingerprint === fingerprint;
  const version = unfinished ? last.version : Math.max(last?.version ?? 0, await ports.versionInLog(kind)) + 1;
  const teams = kind === "roster" ? rosterRecords(document, last?.teams ?? []) : [];
  const record = { name, version, fingerprint, teams: teams.map((team) => team.teamId) };
  ports.ledger.note(kind, { ...record, complete: false });
  if (kind === "roster") {
    await Promise.all(
      teams.map((team) =>
        send(ports, topicNames.teamRequests, null, team.teamId, "RosterPublished", { version, fingerprint, document: team.document }),
      ),
    );
  } else {
    const type = kind === "model" ? "ModelPublished" : "PolicyPublished";
    const value = { name, version, fingerprint, document: document.document };
    await Promise.all(
      Array.from({ length: ports.leadPartitions }, (_, partition) => send(ports, topicNames.leadEvents, partition, null, type, value)),
    );
  }
  ports.ledger.note(kind, { ...record, complete: true });
  return { kind, name, version, changed: true };
}

async function send<N extends RecordName>(
  { producer, wire }: PublishPorts,
  topic: TopicName,
  partition: number | null,
  key: string | null,
  type: N,
  value: Records[N],
): Promise<void> {
  const writer = new AvroWriter();
  wire.write(writer, type, value);
  await producer.send(topic, partition, key, writer.slice());
}
