import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { uniqueName } from "@leadstream/infra-local";
import { RetriableStreamError, StreamError, type TransactionalWriter } from "@leadstream/stream";
import { eventually } from "@leadstream/testing";
import {
  createOffsetCommits,
  createTransactionalWriter,
  type KafkaConnection,
  openInbox,
  type TransactionalWriterOptions,
} from "../src/index.ts";
import { KafkaOutbox } from "../src/outbox.ts";
import { type TransactionIdentity, TransactionProtocol } from "../src/transaction-protocol.ts";
import { connect, createTopic, recordsOf, type ShownRecord, stockClient, withAdmin } from "./servers.ts";

let connection: KafkaConnection;
let input: string;
beforeAll(async () => {
  connection = await connect();
  input = await createTopic(2);
});
afterAll(() => connection.close());

function writer(overrides: Partial<TransactionalWriterOptions> = {}, over = connection): TransactionalWriter {
  const groupId = uniqueName("group");
  return createTransactionalWriter(over, {
    transactionalId: `${groupId}-0`,
    groupId,
    topic: input,
    partition: 0,
    outputs: [],
    ...overrides,
  });
}

function append(to: TransactionalWriter, topic: string, partition: number, text: string): void {
  const value = Buffer.from(text);
  to.outbox().lane(topic, partition).append(1_000, text, value, 0, value.length);
}

/** Reads on until `last` has been seen: the end of a transaction is acknowledged before its marker stands in the log. */
async function committedRecords(topic: string, partition: number, last: string): Promise<ShownRecord[]> {
  const inbox = await openInbox(connection, topic, partition);
  const records: ShownRecord[] = [];
  let position = 0;
  await eventually(
    async () => {
      const chunk = await inbox.fetch(position, { maxBytes: 1_000_000, maxWaitMs: 100 });
      records.push(...recordsOf(chunk));
      position = chunk.next;
      return records.at(-1)?.value === last;
    },
    { what: `the record ${last}` },
  );
  await inbox.close();
  return records;
}

/** Writes outputs and offset into no transaction, as if its markers were lost; the broker takes them only while it does not check. */
async function leaveHanging(identity: TransactionIdentity, output: string): Promise<void> {
  const unaware = await connect();
  unaware.transactionVersion = 0;
  const protocol = new TransactionProtocol(unaware, identity, 4_000);
  await protocol.initialise();
  const outbox = new KafkaOutbox(1_000);
  const value = Buffer.from("lost");
  outbox.lane(output, 0).append(1_000, "lost", value, 0, value.length);
  await verifyingTransactions(false);
  try {
    await protocol.sendAndCommitOffset(outbox.take(), 9, "lost");
  } finally {
    await verifyingTransactions(true);
    protocol.close();
    unaware.close();
  }
}

const BROKER = 4;

async function verifyingTransactions(on: boolean): Promise<void> {
  const entry = { name: "transaction.partition.verification.enable", value: String(on) };
  await withAdmin(async (admin) => {
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: BROKER, name: "1", configEntries: [entry] }] });
    await eventually(
      async () => {
        const found = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: BROKER, name: "1", configNames: [entry.name] }],
        });
        return found.resources[0]?.configEntries[0]?.configValue === entry.value;
      },
      { what: `${entry.name}=${entry.value}` },
    );
  });
}

const values = (records: readonly ShownRecord[]): (string | null)[] => records.map(({ value }) => value);

describe.each([
  [2, "by the broker itself"],
  [0, "by request"],
])("transactional writer, transaction protocol %i: partitions are added %s", (version) => {
  let here: KafkaConnection;
  beforeAll(async () => {
    here = await connect();
    if (version === 0) here.transactionVersion = 0;
    else expect(here.transactionVersion).toBe(2);
  });
  afterAll(() => here.close());

  it("7 to 9: sends outputs and offset with metadata together", async () => {
    const output = await createTopic(2);
    const one = writer({}, here);
    await one.initialise();
    expect(await one.committed(0)).toBeNull();
    append(one, output, 0, "a");
    append(one, output, 1, "b");
    expect([one.outbox().records, one.outbox().bytes > 0]).toEqual([2, true]);
    await one.commit(41, "fingerprint ü");
    expect([one.outbox().records, one.outbox().bytes]).toEqual([0, 0]);
    append(one, output, 0, "c");
    await one.commit(42, "next");
    expect(values(await committedRecords(output, 0, "c"))).toEqual(["a", "c"]);
    expect(values(await committedRecords(output, 1, "b"))).toEqual(["b"]);
    expect(await one.committed(0)).toEqual({ offset: 42, metadata: "next" });
    await one.close();
  });

  it("8: commits a position without any output", async () => {
    const one = writer({}, here);
    await one.initialise();
    await one.commit(7, "");
    expect(await one.committed(0)).toEqual({ offset: 7, metadata: "" });
    await one.close();
  });

  it("7: takes new outputs while a commit is under way, and many commits without a pause", async () => {
    const output = await createTopic(1);
    const one = writer({}, here);
    await one.initialise();
    append(one, output, 0, "0");
    for (let n = 1; n <= 40; n++) {
      const committing = one.commit(n, "");
      append(one, output, 0, String(n));
      await committing;
    }
    await one.commit(41, "");
    expect(values(await committedRecords(output, 0, "40"))).toEqual(Array.from({ length: 41 }, (_, n) => String(n)));
    await one.close();
  });

  it("7: cuts what is too large for one batch and keeps the order", async () => {
    const output = await createTopic(2);
    const one = writer({ maximumBatchBytes: 2_000 }, here);
    await one.initialise();
    for (let n = 0; n < 500; n++) append(one, output, n % 2, `value number ${n}`);
    await one.commit(1, "");
    const both = await Promise.all([0, 1].map((partition) => committedRecords(output, partition, `value number ${498 + partition}`)));
    both.forEach((records, partition) => {
      expect(values(records)).toEqual(Array.from({ length: 250 }, (_, n) => `value number ${2 * n + partition}`));
    });
    await one.close();
  });

  it("2: fences the predecessor, whose outputs never show", async () => {
    const output = await createTopic(1);
    const id = { groupId: uniqueName("group"), transactionalId: uniqueName("id") };
    const zombie = writer(id, here);
    await zombie.initialise();
    append(zombie, output, 0, "first");
    await zombie.commit(1, "one");
    const owner = writer(id, here);
    await owner.initialise();
    expect(await owner.committed(0)).toEqual({ offset: 1, metadata: "one" });
    append(zombie, output, 0, "zombie");
    const fault = await zombie.commit(2, "zombie").catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(StreamError);
    expect(fault).toMatchObject({ code: "FENCED" });
    append(owner, output, 0, "second");
    await owner.commit(3, "three");
    expect(values(await committedRecords(output, 0, "second"))).toEqual(["first", "second"]);
    expect(await owner.committed(0)).toEqual({ offset: 3, metadata: "three" });
    await Promise.all([zombie.close(), owner.close()]);
  });

  it.each([
    ["withdraws one that nobody acknowledged", 3, /hung.*withdrawn/, { offset: 3, metadata: "kept" }, ["kept", "after"]],
    ["commits one that the store has followed", 9, /hung.*committed/, { offset: 9, metadata: "lost" }, ["kept", "lost", "after"]],
  ] as const)("3: of its transactions that the broker ended without markers it %s", async (_, acknowledged, told, offset, read) => {
    const output = await createTopic(2);
    const outputs = [{ topic: output, partitions: [0, 1] }];
    const options = { transactionalId: uniqueName("hanging"), groupId: uniqueName("group"), outputs, timeoutMs: 4_000 };
    const before = writer(options, here);
    await before.initialise();
    append(before, output, 0, "kept");
    await before.commit(3, "kept");
    await leaveHanging({ ...options, topic: input, partition: 0 }, output);
    const looking = createOffsetCommits(connection, options.groupId, null);
    expect(await looking.fetch(input, [0], "before")).toEqual(new Map([[0, { offset: 3, metadata: "kept" }]]));
    looking.close();
    const one = writer(options, here);
    await one.initialise();
    await expect(one.committed(acknowledged)).rejects.toThrow(told);
    await one.initialise();
    expect(await one.committed(acknowledged)).toEqual(offset);
    append(one, output, 0, "after");
    await one.commit(10, "");
    expect(values(await committedRecords(output, 0, "after"))).toEqual(read);
    await Promise.all([before.close(), one.close()]);
  });

  it("3: withdraws its very first transaction when that hangs and no store tells of it", async () => {
    const output = await createTopic(1);
    const outputs = [{ topic: output, partitions: [0] }];
    const options = { transactionalId: uniqueName("hanging"), groupId: uniqueName("group"), outputs, timeoutMs: 4_000 };
    await leaveHanging({ ...options, topic: input, partition: 0 }, output);
    const one = writer(options, here);
    await one.initialise();
    await expect(one.committed(0)).rejects.toThrow(/hung.*withdrawn/);
    await one.initialise();
    expect(await one.committed(0)).toBeNull();
    await one.close();
  });

  it("9: after a failed commit only step 2 leads on, and nothing of it shows", async () => {
    const output = await createTopic(1);
    const id = { groupId: uniqueName("group"), transactionalId: uniqueName("id") };
    const one = writer(id, here);
    await one.initialise();
    append(one, output, 0, "lost");
    const commit = one.commit(5, "lost");
    await one.close();
    await expect(commit).rejects.toBeInstanceOf(RetriableStreamError);
    await expect(one.commit(6, "")).rejects.toThrow("go to step 2");
    const next = writer(id, here);
    await next.initialise();
    expect(await next.committed(0)).toBeNull();
    append(next, output, 0, "kept");
    await next.commit(5, "kept");
    expect(values(await committedRecords(output, 0, "kept"))).toEqual(["kept"]);
    await next.close();
  });
});

describe("committed reading", () => {
  it("stops at a hanging transaction, then leaves out what was aborted, among interleaved stock producers", async () => {
    const topic = await createTopic(1);
    const [aborting, committing] = await Promise.all(
      ["a", "b"].map(async (name) => {
        // The broker of the stack takes no transaction of more than ten seconds.
        const producer = stockClient().producer({
          transactionalId: uniqueName(name),
          transactionTimeout: 10_000,
          maxInFlightRequests: 1,
          idempotent: true,
        });
        await producer.connect();
        return producer;
      }),
    );
    const send = (to: { send(record: object): Promise<unknown> }, value: string): Promise<unknown> =>
      to.send({ topic, messages: [{ value, partition: 0 }] });
    const plain = stockClient().producer();
    await plain.connect();
    const hanging = await aborting!.transaction();
    await send(hanging, "a1");
    const other = await committing!.transaction();
    await send(other, "b1");
    await send(plain, "plain");
    await send(hanging, "a2");
    await send(other, "b2");
    await other.commit();
    const inbox = await openInbox(connection, topic, 0);
    expect(await inbox.bounds()).toEqual({ logStart: 0, lastStableOffset: 0 });
    expect((await inbox.fetch(0, { maxBytes: 10_000, maxWaitMs: 50 })).next).toBe(0);
    await hanging.abort();
    const end = await eventually(async () => (await inbox.bounds()).lastStableOffset || null, { what: "the last stable offset to move" });
    expect(end).toBe(7);
    const chunk = await inbox.fetch(0, { maxBytes: 10_000, maxWaitMs: 50 });
    expect(values(recordsOf(chunk))).toEqual(["b1", "plain", "b2"]);
    expect([chunk.records, chunk.next, chunk.lastStableOffset]).toEqual([3, 7, 7]);
    await Promise.all([aborting!.disconnect(), committing!.disconnect(), plain.disconnect(), inbox.close()]);
  });

  it("by kafkajs shows what our writer committed", async () => {
    const output = await createTopic(1);
    const one = writer();
    await one.initialise();
    for (const value of ["x", "y", "z"]) append(one, output, 0, value);
    await one.commit(1, "");
    const consumer = stockClient().consumer({ groupId: uniqueName("stock"), maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic: output, fromBeginning: true });
    const seen: [string | undefined, string | undefined, string][] = [];
    await consumer.run({
      eachMessage: async ({ message }) => {
        seen.push([message.key?.toString(), message.value?.toString(), message.timestamp]);
      },
    });
    await eventually(() => seen.length >= 3, { what: "three messages" });
    expect(seen).toEqual([
      ["x", "x", "1000"],
      ["y", "y", "1000"],
      ["z", "z", "1000"],
    ]);
    await consumer.disconnect();
    await one.close();
  });
});
