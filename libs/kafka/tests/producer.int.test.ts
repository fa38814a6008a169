import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { partitionOf } from "@leadstream/stream";
import { eventually } from "@leadstream/testing";
import { createProducer, createTickWriter, type KafkaConnection, openInbox, type ProducerOptions, topicOffsets } from "../src/index.ts";
import { connect, createTopic, recordsOf } from "./servers.ts";

const options: ProducerOptions = { lingerMs: 2, maxBatchRecords: 500, maxBufferedBytes: 8_000_000, requestTimeoutMs: 5_000 };
let connection: KafkaConnection;
beforeAll(async () => {
  connection = await connect();
});
afterAll(() => connection.close());

async function readAll(topic: string, partition: number): Promise<ReturnType<typeof recordsOf>> {
  const inbox = await openInbox(connection, topic, partition);
  const { lastStableOffset } = await inbox.bounds();
  const records = [];
  for (let position = 0; position < lastStableOffset; ) {
    const chunk = await inbox.fetch(position, { maxBytes: 1_000_000, maxWaitMs: 100 });
    records.push(...recordsOf(chunk));
    position = chunk.next;
  }
  await inbox.close();
  return records;
}

describe("producer", () => {
  it("puts each key into its murmur2 partition, in order, and tells the offset", async () => {
    const topic = await createTopic(3);
    const producer = createProducer(connection, { ...options, maxBatchRecords: 37 });
    const count = 5_000;
    const sent = await Promise.all(
      Array.from({ length: count }, (_, n) => producer.send(topic, null, `lead-${n % 50}`, Buffer.from(String(n)), { timestamp: n })),
    );
    expect(producer.bufferedBytes).toBe(0);
    for (const [n, { partition }] of sent.entries()) expect(partition).toBe(partitionOf(`lead-${n % 50}`, 3));
    const partitions = await Promise.all([0, 1, 2].map((partition) => readAll(topic, partition)));
    expect(partitions.flat()).toHaveLength(count);
    for (const records of partitions) {
      const numbers = records.map(({ value }) => Number(value));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      for (const { offset, timestamp, value } of records) {
        expect(sent[Number(value)]?.offset).toBe(offset);
        expect(timestamp).toBe(Number(value));
      }
    }
    await producer.close();
  });

  it("keeps headers and null values", async () => {
    const topic = await createTopic(1);
    const producer = createProducer(connection, options);
    await producer.send(topic, 0, "k", null, { headers: [{ name: "stage", value: Buffer.from("scoring") }] });
    const inbox = await openInbox(connection, topic, 0);
    const cursor = (await inbox.fetch(0, { maxBytes: 1_000, maxWaitMs: 100 })).cursor();
    expect(cursor.next()).toBe(true);
    expect([cursor.valueStart, cursor.headers()]).toEqual([-1, [{ name: "stage", value: Buffer.from("scoring") }]]);
    await Promise.all([producer.close(), inbox.close()]);
  });

  it("refuses at once when the buffer is full, and takes records again later", async () => {
    const topic = await createTopic(1);
    const producer = createProducer(connection, { ...options, maxBufferedBytes: 10_000 });
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => producer.send(topic, 0, "k", Buffer.alloc(1_000))));
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused).toHaveLength(21);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: "BUFFER_FULL" });
    await producer.send(topic, 0, "k", Buffer.alloc(1_000));
    expect(await topicOffsets(connection, topic)).toEqual([{ logStart: 0, lastStableOffset: 10 }]);
    await producer.close();
  });

  it("refuses what cannot be written, each for its own reason", async () => {
    const topic = await createTopic(1, undefined, { "max.message.bytes": "2000" });
    const producer = createProducer(connection, { ...options, maxRecordBytes: 5_000 });
    const value = Buffer.alloc(10);
    await expect(producer.send(topic, 0, "k", Buffer.alloc(6_000))).rejects.toMatchObject({ code: "RECORD_TOO_LARGE" });
    await expect(producer.send(topic, 0, "k", Buffer.alloc(3_000))).rejects.toMatchObject({ code: "RECORD_TOO_LARGE" });
    await expect(producer.send(topic, 1, "k", value)).rejects.toMatchObject({ code: "TOPIC_DIFFERS" });
    await expect(producer.send("no-such-topic", 0, "k", value)).rejects.toMatchObject({ code: "TOPIC_MISSING" });
    expect((await producer.send(topic, 0, "k", value)).offset).toBe(0);
    await producer.close();
    await expect(producer.send(topic, 0, "k", value)).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("sends what waits before it closes", async () => {
    const topic = await createTopic(1);
    const producer = createProducer(connection, { ...options, lingerMs: 60_000 });
    const inbox = await openInbox(connection, topic, 0);
    const sent = producer.send(topic, 0, "k", Buffer.from("waits"));
    await eventually(() => producer.bufferedBytes > 0, { what: "the record to wait" });
    await producer.close();
    expect(await sent).toEqual({ partition: 0, offset: 0 });
    await inbox.close();
  });

  it("writes ticks", async () => {
    const topic = await createTopic(2);
    const producer = createProducer(connection, options);
    await createTickWriter(producer, topic, Buffer.from("tick")).append(1);
    expect(await readAll(topic, 1)).toMatchObject([{ offset: 0, key: null, value: "tick" }]);
    await producer.close();
  });
});
