import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { assertPortsFree } from "./ports.ts";
import { startServers } from "./servers.ts";
import { type OwnServers, startOwnServers, uniqueName } from "./testing.ts";

const bootLimitMs = 120_000;
const avro = (type: object) => ({ type: SchemaType.AVRO as const, schema: JSON.stringify(type) });
const recordOf = (...fields: object[]) => ({ type: "record", name: "Probe", namespace: "test", fields });
const idField = { name: "id", type: "string" };

const clientOf = (brokers: string): Kafka =>
  new Kafka({ clientId: "servers-test", brokers: [brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, retries: 20 } });

const produce = async (kafka: Kafka, topic: string, values: readonly string[]): Promise<void> => {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value, index) => ({ partition: index % 2, value })) });
  await producer.disconnect();
};

const consume = async (kafka: Kafka, topic: string, count: number): Promise<string[]> => {
  const consumer = kafka.consumer({ groupId: uniqueName("group"), sessionTimeout: 6_000, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
      values.push(String(message.value));
      if (values.length >= count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values.sort();
};

describe("Kafka and the registry as plain processes", () => {
  let servers: OwnServers;

  beforeAll(async () => {
    servers = await startOwnServers({ only: ["kafka", "registry"] });
  }, bootLimitMs);

  afterAll(async () => {
    await servers?.dispose();
  }, bootLimitMs);

  it("keeps acknowledged records through kill -9 of the broker", async () => {
    const kafka = clientOf(servers.kafka.brokers);
    const topic = uniqueName("topic");
    const admin = kafka.admin();
    await admin.connect();
    expect(await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })).toBe(true);
    await produce(kafka, topic, ["one", "two", "three"]);
    expect(await consume(kafka, topic, 3)).toEqual(["one", "three", "two"]);

    await servers.down("kafka", "SIGKILL");
    expect(servers.pids().kafka).toBeUndefined();
    await servers.up("kafka");

    await produce(kafka, topic, ["four"]);
    expect(await consume(kafka, topic, 4)).toEqual(["four", "one", "three", "two"]);
    await admin.disconnect();
  });

  it("makes no topic that nobody created", async () => {
    const admin = clientOf(servers.kafka.brokers).admin();
    await admin.connect();
    await expect(admin.fetchTopicMetadata({ topics: [uniqueName("absent")] })).rejects.toThrow(/does not host this topic-partition/);
    await admin.disconnect();
  });

  it("refuses an incompatible schema and keeps acknowledged ids through kill -9 of the registry", async () => {
    const subject = uniqueName("subject");
    const registry = new SchemaRegistry({ host: servers.registry.url });
    const { id } = await registry.register(avro(recordOf(idField)), { subject });
    const added = await registry.register(avro(recordOf(idField, { name: "rank", type: "int", default: 0 })), { subject });
    await expect(registry.register(avro(recordOf(idField, { name: "must", type: "int" })), { subject })).rejects.toThrow(/incompatible/i);

    await servers.down("registry", "SIGKILL");
    await servers.up("registry");

    const fresh = new SchemaRegistry({ host: servers.registry.url });
    const bytes = await fresh.encode(id, { id: "a" });
    expect(await fresh.decode(bytes)).toEqual({ id: "a" });
    expect(await fresh.getLatestSchemaId(subject)).toBe(added.id);
    await expect(fresh.register(avro(recordOf(idField, { name: "must", type: "int" })), { subject })).rejects.toThrow(/incompatible/i);
  });

  it("refuses a second stack on the same data directory", async () => {
    const { dataDir, ports } = servers;
    const second = startServers({ root: `${import.meta.dirname}/../../..`, dataDir, ports, log: () => {} });
    await expect(second).rejects.toMatchObject({
      code: "LOCK_HELD",
      message: expect.stringContaining(String(process.pid)),
    });
  });

  it("names a taken port and the variable that moves it", async () => {
    const { kafka, registry } = servers.ports;
    const checking = assertPortsFree(servers.ports, ["kafka", "registry", "sink"]);
    await expect(checking).rejects.toMatchObject({ code: "PORT_TAKEN" });
    await expect(checking).rejects.toThrow(`port ${kafka} (kafka) is taken by another program: free it, or set LEADSTREAM_KAFKA_PORT`);
    await expect(checking).rejects.toThrow(
      `port ${registry} (registry) is taken by another program: free it, or set LEADSTREAM_REGISTRY_PORT`,
    );
  });
});
