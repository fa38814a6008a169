/** Batches of the Java client and of kafkajs, mixed in one log by a real broker: our decoder shows what kafkajs' own shows, record by record. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ensureServers, findJavas, loadStack, requireJava, sharedTestServers, silent, uniqueName } from "@leadstream/infra-local";
import { eventually, type SeededRandom, seededRandom } from "@leadstream/testing";
import type { CompressionTypes, IHeaders, Message } from "kafkajs";
import { openInbox, topicOffsets } from "../src/index.ts";
import { installStockCodecs } from "./kafkajs-codec.ts";
import { connect, createTopic, stockClient } from "./servers.ts";

const SEED = 41_077;
const ROUNDS = 6;
const LIMIT_MS = 180_000;
const root = join(import.meta.dirname, "../../..");

/** One record as text; `_` stands for null. */
type Shown = readonly [offset: number, timestamp: number, key: string, value: string, headers: string];

const hex = (bytes: Buffer | null | undefined): string => (bytes == null ? "_" : bytes.toString("hex"));

beforeAll(installStockCodecs);

/** The Java client in a process of its own; the number of its records that count. */
async function writeFromJava(topic: string): Promise<number> {
  const { kafka } = await ensureServers(root, loadStack(root), silent);
  const java = requireJava("the Java client", 17, findJavas());
  const source = join(import.meta.dirname, "JavaWriter.java");
  const args = ["-cp", join(kafka, "*"), source, sharedTestServers().kafka.brokers, topic, String(SEED), String(ROUNDS)];
  const { stdout } = await promisify(execFile)(java.path, args, { timeout: LIMIT_MS });
  return Number(stdout.trim());
}

async function writeFromKafkajs(topic: string, random: SeededRandom): Promise<number> {
  const producer = stockClient().producer({
    transactionalId: uniqueName("stock"),
    transactionTimeout: 9_000,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  const plain = stockClient().producer();
  await Promise.all([producer.connect(), plain.connect()]);
  let counted = 0;
  for (let round = 0; round < ROUNDS * 5; round++) {
    const compression = (round % 5) as CompressionTypes;
    const messages = Array.from({ length: random.integer(1, 40) }, () => messageOf(random));
    if (random.chance(0.4)) {
      await plain.send({ topic, compression, messages });
      counted += messages.length;
      continue;
    }
    const transaction = await producer.transaction();
    await transaction.send({ topic, compression, messages });
    const commits = random.chance(0.6);
    await (commits ? transaction.commit() : transaction.abort());
    if (commits) counted += messages.length;
  }
  await Promise.all([producer.disconnect(), plain.disconnect()]);
  return counted;
}

function messageOf(random: SeededRandom): Message {
  const bytes = (most: number): Buffer => Buffer.from(Array.from({ length: random.integer(0, most) }, () => random.integer(0, 255)));
  return {
    partition: 0,
    timestamp: String(1_700_000_000_000 + random.integer(0, 1_000_000_000)),
    key: random.chance(0.1) ? null : bytes(40),
    value: random.chance(0.1) ? null : bytes(300),
    headers: random.chance(0.5) ? { one: bytes(8), two: bytes(3) } : {},
  };
}

/** Chunk by chunk from `position` on, in chunks of any size. */
async function readOurs(topic: string, position: number, random: SeededRandom): Promise<Shown[]> {
  const connection = await connect();
  const inbox = await openInbox(connection, topic, 0);
  const { lastStableOffset } = await inbox.bounds();
  const shown: Shown[] = [];
  for (let at = position; at < lastStableOffset; ) {
    const chunk = await inbox.fetch(at, { maxBytes: random.integer(1_000, 200_000), maxWaitMs: 200 });
    const cursor = chunk.cursor();
    while (cursor.next()) {
      const { buffer, keyStart, keyEnd, valueStart, valueEnd } = cursor;
      const window = (start: number, end: number): string => (start < 0 ? "_" : hex(buffer.subarray(start, end)));
      const headers = cursor.headers().map(({ name, value }) => `${name}=${hex(value)}`);
      shown.push([cursor.offset, cursor.timestamp, window(keyStart, keyEnd), window(valueStart, valueEnd), headers.sort().join()]);
    }
    at = chunk.next;
  }
  await inbox.close();
  connection.close();
  return shown;
}

const headerText = (headers: IHeaders): string =>
  Object.entries(headers)
    .flatMap(([name, values]) => [values].flat().map((value) => `${name}=${hex(value as Buffer | null)}`))
    .sort()
    .join();

async function readStock(topic: string, count: number): Promise<Shown[]> {
  const consumer = stockClient().consumer({ groupId: uniqueName("stock"), readUncommitted: false });
  const shown: Shown[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message: { offset, timestamp, key, value, headers } }) => {
      shown.push([Number(offset), Number(timestamp), hex(key), hex(value), headerText(headers ?? {})]);
    },
  });
  await eventually(() => shown.length >= count, { what: `${count} records by kafkajs`, timeoutMs: 60_000 });
  await consumer.disconnect();
  return shown;
}

describe("batches of other clients", () => {
  it(
    "in every codec, plain, committed and aborted, are shown as kafkajs shows them, from any position",
    async () => {
      // Times of the records lie years back.
      const topic = await createTopic(1, undefined, { "retention.ms": "-1" });
      const random = seededRandom(SEED);
      // At the same time, so that their transactions lie between each other.
      const written = await Promise.all([writeFromJava(topic), writeFromKafkajs(topic, random)]);
      const count = written[0] + written[1];
      const ours = await readOurs(topic, 0, random);
      expect(ours).toHaveLength(count);
      expect(await readStock(topic, count)).toEqual(ours);
      const connection = await connect();
      const [end] = await topicOffsets(connection, topic);
      connection.close();
      // Markers and aborted records were there to be left out.
      expect(end!.lastStableOffset).toBeGreaterThan(count + ROUNDS);
      for (let turn = 0; turn < 5; turn++) {
        const position = random.integer(0, end!.lastStableOffset - 1);
        expect(await readOurs(topic, position, random)).toEqual(ours.filter(([offset]) => offset >= position));
      }
    },
    LIMIT_MS,
  );
});
