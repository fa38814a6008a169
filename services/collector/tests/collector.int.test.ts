import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sharedTestServers, uniqueName } from "@leadstream/infra-local";
import { connectRegistry, createProducer } from "@leadstream/kafka";
import { decryptPersonal } from "@leadstream/producer";
import { AvroWriter } from "@leadstream/schemas";
import { LmdbKeyStore } from "@leadstream/state";
import { partitionOf } from "@leadstream/stream";
import { anAssignment, eventually, type TemporaryFolder, temporaryFolder } from "@leadstream/testing";
import { TopicReader } from "./lead-events.ts";
import { type RunningCollector, runCollector } from "./running-collector.ts";

let folder: TemporaryFolder;
let collector: RunningCollector;
let reader: TopicReader;

beforeAll(async () => {
  folder = temporaryFolder("collector");
  reader = await TopicReader.open(sharedTestServers());
  collector = await runCollector(sharedTestServers(), folder.path);
});
afterAll(async () => {
  await collector?.close();
  reader?.close();
  folder?.remove();
});

const idOf = (value: object): string | undefined => ("eventId" in value ? (value.eventId as string) : undefined);
const withPrefix = (prefix: string) => (record: { readonly value: object }) => idOf(record.value)?.startsWith(prefix) ?? false;

describe("the collector on real servers", () => {
  it("makes a key at its first start, takes no other, and keeps it", async () => {
    expect(statSync(join(folder.path, "api-key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder.path, "api-keys.json"), "utf8")).not.toContain(collector.key);
    expect((await collector.post("/v1/touches", { leadId: "l", kind: "event" }, "guessed")).status).toBe(401);
    expect((await fetch(`${collector.url}/docs/json`)).status).toBe(200);
  });

  it("2xx means: the record is in the topic, under its lead's key, at the place that was named", async () => {
    const eventId = uniqueName("capture");
    const answer = await collector.post("/v1/captures", { eventId, channel: "SEO", contact: { email: `${eventId}@example.com` } });
    expect(answer.status).toBe(202);
    const [stored, ...more] = await reader.events("lead.events", withPrefix(eventId));
    expect(more).toEqual([]);
    expect(stored).toMatchObject({ key: answer.body.leadId, partition: answer.body.partition, offset: answer.body.offset });
    expect(stored?.partition).toBe(partitionOf(answer.body.leadId, 4));
    expect(stored?.record).toMatchObject({
      type: "Capture",
      value: { eventId, leadId: answer.body.leadId, producer: "default", channel: "search" },
    });
    expect(stored?.bytes.includes("example.com")).toBe(false);
  });

  it("a batch is in the topic event by event, and one lead's events in the order of the batch", async () => {
    const prefix = uniqueName("batch");
    const events = new Array(1000)
      .fill(0)
      .map((_, index) => ({ type: "touch", eventId: `${prefix}-${index}`, leadId: `${prefix}-${index % 7}`, kind: "page-view" }));
    const answer = await collector.post("/v1/events", { events });
    expect(answer.status).toBe(202);
    const stored = await reader.events("lead.events", withPrefix(prefix));
    const places = new Map(stored.map((event) => [idOf(event.record.value), [event.partition, event.offset]]));
    expect(stored).toHaveLength(1000);
    for (const item of answer.body.items) expect(places.get(item.eventId)).toEqual([item.partition, item.offset]);
    for (let lead = 0; lead < 7; lead++) {
      const order = stored
        .filter((event) => event.key === `${prefix}-${lead}`)
        .map((event) => Number(idOf(event.record.value)?.slice(prefix.length + 1)));
      expect(order).toEqual([...order].sort((left, right) => left - right));
    }
  });

  it("spend goes to its own topic under its channel", async () => {
    const eventId = uniqueName("spend");
    expect(
      (await collector.post("/v1/spend", { eventId, channel: "百度推广", date: "2026-03-31", amount: "12.34", currency: "CNY" })).status,
    ).toBe(202);
    expect(await reader.events("marketing.spend", withPrefix(eventId))).toMatchObject([
      { key: "paid-search", record: { value: { amount: 1234 } } },
    ]);
  });

  it("waits for what the log says of a command, also of one that was answered before its start", async () => {
    const { wire } = await connectRegistry({ url: sharedTestServers().registry.url });
    const producer = createProducer(reader.connection, {
      lingerMs: 0,
      maxBatchRecords: 10,
      maxBufferedBytes: 1 << 20,
      requestTimeoutMs: 10_000,
    });
    const answered = async (commandId: string): Promise<void> => {
      const writer = new AvroWriter();
      wire.write(writer, "Assignment", anAssignment({ leadId: commandId, change: "claimed", rep: "bob", commandId }));
      await producer.send("lead.assignments", null, commandId, writer.slice());
    };
    const early = uniqueName("claim");
    await answered(early);
    await collector.close();
    collector = await runCollector(sharedTestServers(), folder.path);
    const eventId = uniqueName("claim");
    const waiting = collector.post("/v1/claims?wait=10s", { eventId, leadId: eventId, rep: "bob" });
    await eventually(async () => (await collector.get(`/v1/commands/${eventId}`)).status === 202, { what: "the claim on the log" });
    await answered(eventId);
    expect(await waiting).toMatchObject({ status: 200, body: { commandId: eventId, change: "claimed", rep: "bob" } });
    expect(await collector.get(`/v1/commands/${early}?wait=5s`)).toMatchObject({ status: 200, body: { commandId: early } });
    expect((await collector.get(`/v1/commands/${uniqueName("never")}`)).status).toBe(404);
    await producer.close();
  });

  it("two collectors behind one Kafka: a command given to one is answered by either, and carried out once where it is repeated at the other", async () => {
    const otherFolder = temporaryFolder("collector-two");
    const other = await runCollector(sharedTestServers(), otherFolder.path);
    const { wire } = await connectRegistry({ url: sharedTestServers().registry.url });
    const producer = createProducer(reader.connection, {
      lingerMs: 0,
      maxBatchRecords: 10,
      maxBufferedBytes: 1 << 20,
      requestTimeoutMs: 10_000,
    });
    const answered = async (commandId: string, details: Parameters<typeof anAssignment>[0]): Promise<void> => {
      const writer = new AvroWriter();
      wire.write(writer, "Assignment", anAssignment({ leadId: commandId, rep: "bob", commandId, ...details }));
      await producer.send("lead.assignments", null, commandId, writer.slice());
    };
    try {
      const claim = (eventId: string) => ({ eventId, leadId: eventId, rep: "ann" });
      const [granted, lost] = [uniqueName("claim"), uniqueName("claim")];
      for (const id of [granted, lost]) expect((await collector.post("/v1/claims", claim(id))).status).toBe(202);
      expect((await other.get(`/v1/commands/${granted}`)).status).toBe(404);
      const asked = [granted, lost].map((id) => other.get(`/v1/commands/${id}?wait=10s`));
      await answered(granted, { change: "claimed", rep: "ann" });
      await answered(lost, { change: "refused", reason: "claim: the lead is held by bob" });
      const [won, refused] = await Promise.all(asked);
      expect(won).toMatchObject({ status: 200, body: { commandId: granted, change: "claimed", rep: "ann" } });
      expect(refused).toMatchObject({ status: 409, body: { commandId: lost, current: { rep: "bob" } } });
      expect(await collector.get(`/v1/commands/${lost}?wait=10s`)).toMatchObject({ status: 409 });
      expect(await other.post("/v1/claims?wait=10s", claim(granted))).toMatchObject({
        status: 200,
        body: { commandId: granted, rep: "ann" },
      });
    } finally {
      await producer.close();
      await other.close();
      otherFolder.remove();
    }
  });

  it("erasure destroys the key that would open the lead's records, and the next start knows the same identity", async () => {
    const email = `${uniqueName("erase")}@example.com`;
    const first = await collector.post("/v1/captures", { channel: "web", contact: { email } });
    const { leadId } = first.body;
    const sealed = async () =>
      (await reader.events("lead.events", ({ value }) => "leadId" in value && value.leadId === leadId)).flatMap(({ record }) =>
        record.type === "Capture" && record.value.personal !== null ? [record.value.personal] : [],
      );
    const [before] = await sealed();
    const erased = await fetch(`${collector.url}/v1/leads/${leadId}/personal`, {
      method: "DELETE",
      headers: { "x-api-key": collector.key },
    });
    expect(erased.status).toBe(202);
    const again = await collector.post("/v1/captures", { channel: "web", contact: { email } });
    expect(again.body.leadId).toBe(leadId);
    const [, after] = await sealed();

    await collector.close();
    const keys = await LmdbKeyStore.open({ directory: join(folder.path, "lead-keys") });
    expect(await keys.find(before?.keyId ?? "")).toBeNull();
    const key = await keys.find(after?.keyId ?? "");
    expect(Buffer.from(decryptPersonal(key as Buffer, after?.nonce as Buffer, after?.ciphertext as Buffer)).toString()).toContain(email);
    await keys.close();
    const { key: apiKey } = collector;
    collector = await runCollector(sharedTestServers(), folder.path);
    expect(collector.key).toBe(apiKey);
    expect((await collector.post("/v1/captures", { channel: "web", contact: { email } })).body.leadId).toBe(leadId);
  });
});
