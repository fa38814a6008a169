import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type OwnServers, startOwnServers } from "@leadstream/infra-local";
import { RetriableStreamError } from "@leadstream/stream";
import { eventually } from "@leadstream/testing";
import {
  connectKafka,
  createGroup,
  createProducer,
  createTransactionalWriter,
  ensureTopics,
  type KafkaConnection,
  openInbox,
  topicIncarnation,
} from "../src/index.ts";
import { options, recordsOf } from "./servers.ts";

const topic = "away";
const definition = { name: topic, group: "other", key: "none", timestamp: "CreateTime", retentionMs: -1, records: [] } as const;
const limits = { maxBytes: 100_000, maxWaitMs: 100 };
let own: OwnServers;
let connection: KafkaConnection;

beforeAll(async () => {
  own = await startOwnServers({ only: ["kafka"] });
  connection = await connectKafka({ ...options(), brokers: [own.kafka.brokers], requestTimeoutMs: 3_000, retries: 4 });
  await ensureTopics(connection, [definition], { partitions: { other: 1 }, replicationFactor: 1 });
});
afterAll(async () => {
  connection?.close();
  await own?.dispose();
});

describe("a broker that is killed and comes back (F5)", () => {
  it("loses nothing that was acknowledged, claims nothing else, and every part goes on by itself", async () => {
    const producer = createProducer(connection, {
      lingerMs: 2,
      maxBatchRecords: 100,
      maxBufferedBytes: 1_000_000,
      requestTimeoutMs: 2_000,
    });
    const outputs = [{ topic, partitions: [0] }];
    const writer = createTransactionalWriter(connection, { groupId: "away", transactionalId: "away-0", topic, partition: 0, outputs });
    const inbox = await openInbox(connection, topic, 0);
    const group = createGroup(connection, {
      groupId: "away-members",
      topic,
      sessionTimeoutMs: 30_000,
      heartbeatIntervalMs: 200,
      rebalanceTimeoutMs: 5_000,
    });
    let failed: Error | null = null;
    await group.join({ assigned() {}, revoked: async () => {}, failed: (error) => (failed = error) });
    const incarnation = await topicIncarnation(connection, topic);
    await producer.send(topic, 0, "k", Buffer.from("before"));
    await writer.initialise();
    const lane = writer.outbox().lane(topic, 0);
    const value = Buffer.from("transaction");
    lane.append(Date.now(), "k", value, 0, value.length);
    await writer.commit(1, "before");
    expect((await inbox.fetch(0, limits)).records).toBeGreaterThan(0);

    await own.down("kafka", "SIGKILL");
    const sending = producer.send(topic, 0, "k", Buffer.from("never"));
    const fetching = inbox.fetch(3, limits);
    lane.append(Date.now(), "k", value, 0, value.length);
    const committing = writer.commit(2, "never");
    const faults = await Promise.allSettled([sending, fetching, committing]);
    expect(faults.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    const [send, fetch, commit] = faults.map((fault) => (fault as PromiseRejectedResult).reason as Error);
    expect(send).toMatchObject({ code: "UNAVAILABLE" });
    expect(fetch).toBeInstanceOf(RetriableStreamError);
    expect(commit).toBeInstanceOf(RetriableStreamError);

    await own.up("kafka");
    // As a task does it: steps 2 and 3 anew until both are answered, for the broker may owe the markers of the commit before, or have forgotten them.
    const beginAnew = () => writer.initialise().then(() => writer.committed(1));
    const committed = await eventually(beginAnew, { what: "the writer to initialise and the offset to be decided", timeoutMs: 40_000 });
    expect(committed).toEqual({ offset: 1, metadata: "before" });
    lane.append(Date.now(), "k", Buffer.from("after!"), 0, 6);
    await writer.commit(3, "after");
    await producer.send(topic, 0, "k", Buffer.from("after"));
    const values: (string | null)[] = [];
    let position = 0;
    await eventually(
      async () => {
        const chunk = await inbox.fetch(position, limits);
        values.push(...recordsOf(chunk).map((record) => record.value));
        position = chunk.next;
        return values.at(-1) === "after";
      },
      { what: "the last record" },
    );
    expect(values).toEqual(["before", "transaction", "after!", "after"]);
    expect(await topicIncarnation(connection, topic)).toBe(incarnation);
    await eventually(() => group.member() !== null && failed === null, { what: "the membership" });
    await group.leave();
    await Promise.all([producer.close(), writer.close(), inbox.close()]);
  });
});
