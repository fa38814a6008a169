import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { ensureTopics } from "@leadstream/kafka";
import { AvroWriter, topicDefinitions, topicNames } from "@leadstream/schemas";
import { partitionOf } from "@leadstream/stream";
import { aCapture, aStatus, aTouch, EPOCH_MS, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { StackClients } from "../../stack/clients.ts";
import { replayAll } from "../replay-all.ts";
import { modelFrom } from "../wish.ts";

const LEADS = 40;
const PARTITIONS = 4;
const topic = uniqueName("learning");
const { document } = modelFrom(join(import.meta.dirname, "../../../../../infra/examples/models/starter.yaml"));
const options = {
  decide: { at: "outcome" },
  outcomes: { lost: ["lost"], judgedByFeedback: false },
  from: 0,
  to: Number.MAX_SAFE_INTEGER,
} as const;
const lead = (index: number): string => `lead-${index}`;

/** Lead i is won when i is even; each asks for a demo (40 points) the day after its capture. */
const recordsOf = (index: number) => {
  const head = { leadId: lead(index), imported: true };
  const at = (days: number): number => EPOCH_MS + days * 86_400_000;
  return [
    { type: "Capture", value: aCapture({ ...head, eventId: `${index}-1`, occurredAt: at(0) }) },
    { type: "Touch", value: aTouch({ ...head, eventId: `${index}-2`, occurredAt: at(1), kind: "demo-request" }) },
    { type: "Status", value: aStatus({ ...head, eventId: `${index}-3`, occurredAt: at(2), status: index % 2 === 0 ? "won" : "lost" }) },
  ] as const;
};

let folder: TemporaryFolder;
let clients: StackClients;

beforeAll(async () => {
  folder = temporaryFolder("learning");
  clients = new StackClients(sharedTestServers(), folder.path);
  const definition = topicDefinitions.find(({ name }) => name === topicNames.leadEvents)!;
  const kafka = await clients.kafka();
  await ensureTopics(kafka, [{ ...definition, name: topic as typeof definition.name }], {
    replicationFactor: 1,
    partitions: { lead: PARTITIONS },
  });
  const { wire } = await clients.registry();
  const producer = await clients.producer();
  const bytes = new AvroWriter();
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < LEADS; index++) {
    for (const { type, value } of recordsOf(index)) {
      bytes.reset();
      wire.write(bytes, type, value as never);
      sent.push(producer.send(topic, partitionOf(lead(index), PARTITIONS), lead(index), bytes.slice()));
    }
  }
  sent.push(producer.send(topic, 0, "poison", Buffer.from("not a record")));
  await Promise.all(sent);
});
afterAll(async () => {
  await clients?.close();
  folder?.remove();
});

const check = (result: Awaited<ReturnType<typeof replayAll>>): void => {
  expect(result).toMatchObject({ events: LEADS * 3, leads: LEADS });
  const [replays] = result.replays;
  expect(replays).toHaveLength(LEADS);
  for (const { lead: replayed, snapshot } of replays!) {
    expect(replayed.outcome?.won).toBe(Number(replayed.leadId.slice(5)) % 2 === 0);
    expect(snapshot?.touches).toEqual(new Map([["demo-request", 1]]));
    expect(replayed.score).toBeGreaterThanOrEqual(40_000);
  }
};

describe("what is replayed", () => {
  it.each([1, 3])("comes from every partition of the log, in %s threads, and poison is passed over", async (workers) => {
    const source = { kind: "stack", addresses: sharedTestServers(), dataDir: folder.path, topic } as const;
    const result = await replayAll({ source, snapshots: true, models: [{ document, options }] }, workers, () => {});
    check(result);
    expect(result.passed).toBe(1);
  });

  it("is the same from a file of events", async () => {
    const path = join(folder.path, "events.jsonl");
    const lines = Array.from({ length: LEADS }, (_, index) => recordsOf(index).map((record) => JSON.stringify(record))).flat();
    writeFileSync(path, `${lines.join("\n")}\n`);
    check(await replayAll({ source: { kind: "file", path }, snapshots: true, models: [{ document, options }] }, undefined, () => {}));
    writeFileSync(path, `${lines[0]}\n{"type":"Touch","value":{"leadId":"l","eventId":"e","occurredAt":1}}\n`);
    const broken = replayAll({ source: { kind: "file", path }, snapshots: false, models: [{ document, options }] }, 1, () => {});
    await expect(broken).rejects.toThrow(/events\.jsonl:2: value is not a whole Touch record/);
  });
});
