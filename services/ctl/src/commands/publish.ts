import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rosterKey } from "@leadstream/domain-routing";
import type { Producer } from "@leadstream/kafka";
import {
  AvroWriter,
  everyLead,
  type ModelTerms,
  type RecordName,
  type Records,
  type TopicName,
  topicNames,
  type WireFormat,
} from "@leadstream/schemas";
import { z } from "zod";
import { awaitedTouches, type PublishableDocument, rosterRecords } from "./documents.ts";

const entry = z.object({
  name: z.string(),
  version: z.int(),
  fingerprint: z.string(),
  complete: z.boolean(),
  teams: z.array(z.string()).default([]),
  terms: z.string().default(""),
  /** A start publishes its usual documents; a command means what it says, also for the starts that follow. */
  by: z.enum(["start", "command"]).default("start"),
});
/** `pilot` and `shadow` stand beside the model in force until the next one for every lead ends them; journeys stand beside each other. */
type Slot = "model" | "pilot" | "shadow" | "policy" | "roster" | `journey ${string}`;
const ledgerShape = z.record(z.string(), entry);
type Ledger = z.output<typeof ledgerShape>;

const slotOfRole = { champion: "model", challenger: "pilot", shadow: "shadow" } as const satisfies Record<ModelTerms["role"], Slot>;
export function slotOf({ kind, name, terms }: PublishableDocument): Slot {
  if (kind === "journey") return `journey ${name}`;
  return kind === "model" ? slotOfRole[terms?.role ?? "champion"] : kind;
}

/** Versions are given to documents of one kind in one row. */
const rowOf = (slot: string): string => (slot === "pilot" || slot === "shadow" ? "model" : (slot.split(" ")[0] ?? slot));

/** What was published last, kept beside the data. */
export class PublicationLedger {
  private readonly path: string;
  private ledger: Ledger;

  constructor(dataDir: string) {
    this.path = join(dataDir, "run/publications.json");
    this.ledger = existsSync(this.path) ? ledgerShape.parse(JSON.parse(readFileSync(this.path, "utf8"))) : {};
  }

  last(slot: Slot): z.output<typeof entry> | undefined {
    return this.ledger[slot];
  }

  /** Highest version noted of the documents that share their numbers with this one. */
  version(slot: Slot): number {
    const row = Object.entries(this.ledger).filter(([each]) => rowOf(each) === rowOf(slot));
    return Math.max(0, ...row.map(([, { version }]) => version));
  }

  note(slot: Slot, value: z.output<typeof entry>): void {
    const { pilot: _pilot, shadow: _shadow, ...kept } = this.ledger;
    this.ledger = { ...(slot === "model" && value.complete ? kept : this.ledger), [slot]: value };
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(this.ledger, null, 2));
    renameSync(`${this.path}.new`, this.path);
  }
}

/** Whether the stack's optional service of that name shall run: the shadow while a model is in it. */
export const isWanted = (name: string, dataDir: string): boolean =>
  name === "shadow" && new PublicationLedger(dataDir).last("shadow")?.complete === true;

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

export interface PublishOptions {
  /** Publish under a new version even what is in force already: that is how a trial ends. */
  readonly again?: boolean;
  readonly by?: "start" | "command";
}

/**
 * Appends the document to every partition that has to know it, and notes when all have it. A run that was cut short is finished by the next one with
 * the same version: folds ignore a version that is not above their own, so a second record is harmless.
 */
export async function publish(
  document: PublishableDocument,
  ports: PublishPorts,
  { again = false, by = "command" }: PublishOptions = {},
): Promise<Publication> {
  const { kind, name, fingerprint } = document;
  const terms = document.terms ?? everyLead;
  const slot = slotOf(document);
  const last = ports.ledger.last(slot);
  const same = last !== undefined && last.fingerprint === fingerprint && (last.terms === "" || last.terms === JSON.stringify(terms));
  const inLog = await ports.versionInLog(kind);
  // A start leaves alone what was changed over HTTP since; who publishes the file again wants it to hold again.
  const replaced = kind === "roster" && by === "command" && inLog > ports.ledger.version(slot);
  if (same && last.complete && !again && !replaced) return { kind, name, version: last.version, changed: false };
  const unfinished = same && !last.complete;
  const version = unfinished ? last.version : Math.max(ports.ledger.version(slot), inLog) + 1;
  const teams = kind === "roster" ? rosterRecords(document, last?.teams ?? []) : [];
  const record = { name, version, fingerprint, terms: JSON.stringify(terms), by, teams: teams.map((team) => team.teamId) };
  ports.ledger.note(slot, { ...record, complete: false });
  if (kind === "roster") {
    // First to the partition that decides on changes over HTTP: none from an older version holds any more.
    await send(ports, topicNames.teamRequests, null, rosterKey, "RosterPublished", {
      version,
      fingerprint,
      document: "{}",
      commandId: null,
    });
    await Promise.all(
      teams.map((team) =>
        send(ports, topicNames.teamRequests, null, team.teamId, "RosterPublished", {
          version,
          fingerprint,
          document: team.document,
          commandId: null,
        }),
      ),
    );
  } else {
    const value = { name, version, fingerprint, document: document.document };
    // First to the partition that decides on publications over HTTP.
    if (kind === "journey")
      await send(ports, topicNames.teamRequests, null, rosterKey, "JourneyPublished", { ...value, touches: awaitedTouches(document) });
    await Promise.all(Array.from({ length: ports.leadPartitions }, (_, partition) => sendToLeads(ports, partition, document, value)));
  }
  ports.ledger.note(slot, { ...record, complete: true });
  return { kind, name, version, changed: true };
}

function sendToLeads(
  ports: PublishPorts,
  partition: number,
  document: PublishableDocument,
  value: Records["PolicyPublished"],
): Promise<void> {
  const topic = topicNames.leadEvents;
  if (document.kind === "model")
    return send(ports, topic, partition, null, "ModelPublished", { ...value, ...(document.terms ?? everyLead) });
  if (document.kind === "policy") return send(ports, topic, partition, null, "PolicyPublished", value);
  return send(ports, topic, partition, null, "JourneyPublished", { ...value, touches: awaitedTouches(document) });
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
