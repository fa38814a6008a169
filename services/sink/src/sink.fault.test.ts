import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type ClickHouseClient, connectClickHouse } from "@leadstream/clickhouse";
import { type OwnServers, startOwnServers, uniqueName } from "@leadstream/infra-local";
import {
  connectKafka,
  connectRegistry,
  createProducer,
  ensureTopics,
  type KafkaConnection,
  type Producer,
  type Registry,
  topicOffsets,
} from "@leadstream/kafka";
import { AvroWriter, type RecordName, topicDefinitions, topicNames } from "@leadstream/schemas";
import { RandomStream } from "../tests/random-stream.ts";
import { type SinkProcess, startSink, until } from "../tests/sink-process.ts";

const database = uniqueName("sink");
const migrationsMs = 60_000;
let servers: OwnServers;
let kafka: KafkaConnection;
let registry: Registry;
let producer: Producer;
let client: ClickHouseClient;
let sink: SinkProcess | null = null;
/** Data records by topic and partition, as acknowledged by the broker. */
const acknowledged = new Map<string, number>();
let round = 0;

beforeAll(async () => {
  servers = await startOwnServers();
  kafka = await connectKafka({
    brokers: servers.kafka.brokers.split(","),
    clientId: "sink-test",
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: 15_000,
    retries: 12,
    initialRetryTimeMs: 20,
  });
  await ensureTopics(kafka, topicDefinitions, { replicationFactor: 1 });
  registry = await connectRegistry({ url: servers.registry.url });
  producer = createProducer(kafka, { lingerMs: 1, maxBatchRecords: 1_000, maxBufferedBytes: 64 << 20, requestTimeoutMs: 15_000 });
  const { url, user, password } = servers.clickhouse;
  client = connectClickHouse({ url, user, password, database });
}, 180_000);

afterAll(async () => {
  sink?.signal("SIGKILL");
  await producer?.close();
  kafka?.close();
  await client?.close();
  await servers?.dispose();
}, 60_000);

/** A small stream of every kind of record, poison among it; its events differ from those of other rounds. */
async function produce(): Promise<void> {
  const seed = ++round;
  const writer = new AvroWriter();
  const sent = new RandomStream(seed, 150).records.map(({ topic, partition, key, record }) => {
    writer.reset();
    registry.wire.write(writer, record.type as RecordName, renamed(record.value, seed) as never);
    return send(topic, partition, key, writer.slice());
  });
  for (let number = 0; number < 5; number++) {
    sent.push(send(topicNames.leadEvents, number % 4, "poison", Buffer.from("poison")));
    sent.push(send(topicNames.marketingSpend, number % 4, "poison", Buffer.from([0, 0, 0, 99, 99, 1])));
  }
  await Promise.all(sent);
}

/** Identities of this round: event ids, and the offsets that causes have. */
function renamed(value: object, seed: number): object {
  const copy: Record<string, unknown> = { ...value };
  if (typeof copy.eventId === "string") copy.eventId = `${seed}-${copy.eventId}`;
  if (copy.source !== undefined) copy.source = { ...(copy.source as object), incarnation: `round-${seed}` };
  return copy;
}

async function send(topic: string, partition: number, key: string, value: Buffer): Promise<void> {
  await producer.send(topic, partition, key, value);
  const place = `${topic}-${partition}`;
  acknowledged.set(place, (acknowledged.get(place) ?? 0) + 1);
}

async function rows<T>(query: string): Promise<T[]> {
  const answer = await client.query({ query, format: "JSONEachRow" });
  return answer.json<T>();
}

async function stored(): Promise<Map<string, number>> {
  const found = await rows<{ place: string; records: number }>(
    "SELECT concat(topic, '-', toString(log_partition)) AS place, uniqExact(log_offset) AS records FROM records GROUP BY place",
  ).catch(() => []);
  return new Map(found.map(({ place, records }) => [place, records]));
}

const complete = async (): Promise<boolean> => {
  const found = await stored();
  return [...acknowledged].every(([place, count]) => found.get(place) === count);
};

describe("the sink on real servers", () => {
  it.each([
    "step-4-announced:1",
    "step-5-table-inserted:2",
    "step-5-inserted:1",
    "step-6-confirmed:2",
    "step-2-judged:1",
    "step-4-announced:2",
  ])(
    "is killed at %s and starts again",
    async (point) => {
      await produce();
      sink = startSink(servers, database, { LEADSTREAM_FAULT_POINT: `sink/${point}` });
      await expect(Promise.race([sink.ended, limit(() => sink!.output())])).resolves.toBe("SIGKILL");
    },
    migrationsMs + 30_000,
  );

  it("waits for a ClickHouse that was killed, and goes on by itself (F8)", async () => {
    sink = startSink(servers, database);
    await produce();
    await until(() => sink!.output(), complete, 60_000);
    await produce();
    await servers.down("clickhouse", "SIGKILL");
    await produce();
    await until(
      () => sink!.output(),
      async () => sink!.output().includes("insert is sent again"),
      30_000,
    );
    await servers.up("clickhouse");
    await until(() => sink!.output(), complete, 60_000);
    sink.signal("SIGKILL");
    await sink.ended;
  }, 180_000);

  it("has every record of the log, none twice, after all these kills", async () => {
    await produce();
    sink = startSink(servers, database);
    await until(() => sink!.output(), complete, 60_000);
    sink.signal("SIGTERM");
    await expect(Promise.race([sink.ended, limit(() => sink!.output())])).resolves.toBe("exit code 0");

    // The tokens did it: not even physical duplicates are left for merges and FINAL.
    const doubled = await rows("SELECT topic, log_partition, log_offset FROM records GROUP BY ALL HAVING count() > 1");
    expect(doubled).toEqual([]);
    for (const table of ["scores", "assignments"]) {
      const twice = await rows(`SELECT incarnation, log_partition, log_offset FROM ${table} GROUP BY ALL HAVING count() > 1`);
      expect(twice).toEqual([]);
    }
    const [scores] = await rows<{ count: number }>("SELECT count() AS count FROM scores");
    expect(scores!.count).toBe(sumOf(topicNames.leadScores));
  }, 150_000);

  it("wrote poison down, and dead-lettered what only the sink reads", async () => {
    const undecodable = await rows<{ topic: string; records: number }>(
      "SELECT topic, sum(undecodable) AS records FROM record_coverage GROUP BY topic HAVING records > 0 ORDER BY topic",
    );
    expect(undecodable).toEqual([
      { topic: topicNames.leadEvents, records: round * 5 },
      { topic: topicNames.marketingSpend, records: round * 5 },
    ]);
    const letters = (await topicOffsets(kafka, topicNames.deadLetters)).reduce((sum, each) => sum + each.lastStableOffset, 0);
    expect(letters).toBeGreaterThanOrEqual(round * 5);
    sink = startSink(servers, database);
    const count = async (): Promise<number> =>
      (await rows<{ records: number }>("SELECT sum(records) AS records FROM dead_letter_counts"))[0]!.records;
    await until(
      () => sink!.output(),
      async () => (await count()) === round * 5,
      30_000,
    );
    sink.signal("SIGTERM");
    await sink.ended;
  }, 90_000);
});

const sumOf = (topic: string): number =>
  [...acknowledged].filter(([place]) => place.startsWith(`${topic}-`)).reduce((sum, [, count]) => sum + count, 0);

function limit(output: () => string): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(`still running: ${output()}`), 60_000).unref());
}
