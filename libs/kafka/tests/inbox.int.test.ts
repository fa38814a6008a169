import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { StreamError } from "@leadstream/stream";
import { CompressionTypes } from "kafkajs";
import { connectKafka, type KafkaConnection, openInbox, topicIncarnation, topicOffsets } from "../src/index.ts";
import { installStockCodecs } from "./kafkajs-codec.ts";
import { connect, createTopic, options, recordsOf, stockClient, withAdmin } from "./servers.ts";

const limits = { maxBytes: 1_000_000, maxWaitMs: 200 };
let connection: KafkaConnection;

beforeAll(async () => {
  installStockCodecs();
  connection = await connect();
});
afterAll(() => connection.close());

async function produce(topic: string, values: readonly string[], compression = CompressionTypes.None): Promise<void> {
  const producer = stockClient().producer();
  await producer.connect();
  await producer.send({
    topic,
    compression,
    messages: values.map((value) => ({ key: `k-${value}`, value, partition: 0, headers: { source: "stock" } })),
  });
  await producer.disconnect();
}

describe("inbox", () => {
  it.each([0, 1, 2, 3, 4])("reads what kafkajs wrote with codec %i", async (codec) => {
    const topic = await createTopic(1);
    const inbox = await openInbox(connection, topic, 0);
    await produce(topic, ["a", "b", "c"], codec as CompressionTypes);
    const chunk = await inbox.fetch(0, limits);
    expect(recordsOf(chunk).map(({ offset, key, value }) => [offset, key, value])).toEqual([
      [0, "k-a", "a"],
      [1, "k-b", "b"],
      [2, "k-c", "c"],
    ]);
    const cursor = chunk.cursor();
    cursor.next();
    expect(cursor.headers()).toEqual([{ name: "source", value: Buffer.from("stock") }]);
    expect([chunk.records, chunk.next, chunk.lastStableOffset]).toEqual([3, 3, 3]);
    expect(recordsOf(await inbox.fetch(1, limits)).map(({ value }) => value)).toEqual(["b", "c"]);
    expect(await inbox.bounds()).toEqual({ logStart: 0, lastStableOffset: 3 });
    await inbox.close();
  });

  it("goes on by position through many chunks, in order, without a gap", async () => {
    const topic = await createTopic(1);
    const values = Array.from({ length: 500 }, (_, n) => `value-${n}`);
    for (let at = 0; at < values.length; at += 50) await produce(topic, values.slice(at, at + 50));
    const inbox = await openInbox(connection, topic, 0);
    const seen: (string | null)[] = [];
    for (let position = 0; position < values.length; ) {
      const chunk = await inbox.fetch(position, { maxBytes: 3_000, maxWaitMs: 200 });
      expect(chunk.next).toBeGreaterThan(position);
      seen.push(...recordsOf(chunk).map(({ value }) => value));
      position = chunk.next;
    }
    expect(seen).toEqual(values);
    await inbox.close();
  });

  it("can be read from anywhere in any order, also while the next chunk is on its way", async () => {
    const topic = await createTopic(1);
    for (const value of ["a", "b", "c"]) await produce(topic, [value]);
    const inbox = await openInbox(connection, topic, 0);
    const patient = { maxBytes: 10, maxWaitMs: 20_000 };
    const started = performance.now();
    for (const position of [2, 0, 1, 2, 2, 0]) {
      const chunk = await inbox.fetch(position, patient);
      expect(recordsOf(chunk)[0]?.offset).toBe(position);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
    await inbox.close();
  });

  it("waits for a record at the end of the log, and shows it with the broker's time under LogAppendTime", async () => {
    const topic = await createTopic(1, undefined, { "message.timestamp.type": "LogAppendTime" });
    const inbox = await openInbox(connection, topic, 0);
    const empty = await inbox.fetch(0, { maxBytes: 1_000, maxWaitMs: 50 });
    expect([empty.records, empty.next]).toEqual([0, 0]);
    const coming = inbox.fetch(0, { maxBytes: 1_000, maxWaitMs: 10_000 });
    const before = Date.now() - 1_000;
    const producer = stockClient().producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: "now", timestamp: "1000", partition: 0 }] });
    await producer.disconnect();
    const [record] = recordsOf(await coming);
    expect(record?.value).toBe("now");
    expect(record?.timestamp).toBeGreaterThan(before);
    await inbox.close();
  });

  it("halts on a position outside the log, saying what the log holds", async () => {
    const topic = await createTopic(1);
    await produce(topic, ["a"]);
    const inbox = await openInbox(connection, topic, 0);
    const fault = await inbox.fetch(7, limits).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StreamError);
    expect(fault).toMatchObject({ code: "OFFSET_OUT_OF_RANGE", message: expect.stringContaining("holds 0 to 1") });
    await inbox.close();
  });

  it("names another incarnation after a topic was deleted and made again", async () => {
    const topic = await createTopic(1);
    const first = await openInbox(connection, topic, 0);
    expect(await topicIncarnation(connection, topic)).toBe(first.incarnation);
    await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
    await createTopic(1, topic);
    expect(await topicIncarnation(connection, topic)).not.toBe(first.incarnation);
    await first.close();
  });

  it("gives the offsets of all partitions", async () => {
    const topic = await createTopic(3);
    await produce(topic, ["a", "b"]);
    expect(await topicOffsets(connection, topic)).toEqual([
      { logStart: 0, lastStableOffset: 2 },
      { logStart: 0, lastStableOffset: 0 },
      { logStart: 0, lastStableOffset: 0 },
    ]);
  });

  it("refuses a topic that is not there", async () => {
    await expect(openInbox(connection, "no-such-topic", 0)).rejects.toMatchObject({ code: "TOPIC_MISSING" });
  });
});

describe("connecting", () => {
  it("to nowhere gives one error that names brokers and variable", async () => {
    const away = connectKafka({ ...options(), brokers: ["127.0.0.1:1"], retries: 2 });
    await expect(away).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/127\.0\.0\.1:1.*LEADSTREAM_KAFKA_BROKERS/s),
    });
  });
});
