/** Sends heads of queues to their leaders: one request per broker at a time with one batch for each partition that is ready. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { KafkaConnection } from "./connect.ts";
import { KafkaAdapterError } from "./errors.ts";
import type { Lane } from "./lane.ts";
import type { PartitionQueue, ProducerBatch } from "./producer-queue.ts";
import { type ProducedPartition, produceV9Api } from "./protocol/produce.ts";
import {
  isCoordinatorMoved,
  isLeaderMoved,
  type ProtocolErrorName,
  protocolError,
  refused,
  unavailable,
} from "./protocol/protocol-errors.ts";
import { initProducerIdApi, type ProducerIdentity } from "./protocol/transactions.ts";
import { withLimit } from "./with-limit.ts";

interface Sender {
  readonly ready: Set<PartitionQueue>;
  running: boolean;
}

/** Without a transactional id the broker ignores it. */
const NO_TRANSACTION_TIMEOUT_MS = 60_000;
const sequenceLost: readonly ProtocolErrorName[] = [
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
];

export class ProducerSenders {
  private readonly connection: KafkaConnection;
  private readonly timeoutMs: number;
  private readonly lane: Lane;
  private readonly senders = new Map<number, Sender>();
  private readonly closing = new AbortController();
  private identity: Promise<ProducerIdentity> | null = null;

  constructor(connection: KafkaConnection, timeoutMs: number) {
    this.connection = connection;
    this.timeoutMs = timeoutMs;
    this.lane = connection.lane();
  }

  /** Takes a queue that has a batch; it stays busy until it is empty. */
  ready(queue: PartitionQueue): void {
    this.dispatch(queue).catch((error: unknown) => this.giveUp(queue, asError(error)));
  }

  close(): void {
    this.closing.abort();
    this.connection.release(this.lane);
  }

  private async dispatch(queue: PartitionQueue): Promise<void> {
    let leader: number;
    try {
      leader = await this.connection.leaderOf(queue.topic, queue.partition, queue.leaderDoubtful);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.later(queue, error.message);
      return;
    }
    queue.leaderDoubtful = false;
    let sender = this.senders.get(leader);
    if (sender === undefined) {
      sender = { ready: new Set(), running: false };
      this.senders.set(leader, sender);
    }
    sender.ready.add(queue);
    if (!sender.running) void this.run(leader, sender);
  }

  private async run(leader: number, sender: Sender): Promise<void> {
    sender.running = true;
    // What arrives in this turn of the loop goes along; later records gather while the answer is under way.
    await nextTurn();
    while (sender.ready.size > 0) {
      const queues = [...sender.ready];
      sender.ready.clear();
      try {
        await this.sendHeads(leader, queues);
      } catch (error) {
        const fault = asError(error);
        if (isUnavailable(fault)) for (const queue of queues) void this.later(queue, fault.message);
        else for (const queue of queues) this.giveUp(queue, fault);
        continue;
      }
      for (const queue of queues) if (queue.busy && !queue.leaderDoubtful) this.next(queue, sender);
    }
    sender.running = false;
  }

  private async sendHeads(leader: number, queues: readonly PartitionQueue[]): Promise<void> {
    const identity = await this.producer(leader);
    const heads = queues.map((queue) => ({ queue, batch: queue.head! }));
    for (const { queue, batch } of heads) seal(queue, batch, identity);
    const limitMs = Math.max(1, Math.min(...heads.map(({ batch }) => batch.endsAt)) - performance.now());
    const topics = [...Map.groupBy(heads, ({ queue }) => queue.topic)].map(([topic, each]) => ({
      topic,
      partitions: each.map(({ queue, batch }) => ({ partition: queue.partition, batch: batch.sealed! })),
    }));
    const request = { transactionalId: null, timeoutMs: this.timeoutMs, topics };
    const answers = await withLimit(this.lane.call(leader, produceV9Api, request), limitMs, () => {
      // The connection may not deliver it later, behind batches that came after it.
      this.lane.reset();
      return unavailable("to take records", "REQUEST_TIMED_OUT");
    });
    for (const { queue, batch } of heads) {
      const answer = answers.find(({ topic, partition }) => topic === queue.topic && partition === queue.partition);
      this.settle(queue, batch, answer);
    }
  }

  private settle(queue: PartitionQueue, batch: ProducerBatch, answer: ProducedPartition | undefined): void {
    const error = answer === undefined ? "UNKNOWN_SERVER_ERROR" : protocolError(answer.errorCode);
    const doing = `to take records of ${queue.topic}[${queue.partition}]`;
    if (error === null || error === "DUPLICATE_SEQUENCE_NUMBER") {
      queue.removeHead();
      batch.resolve(error === null ? answer!.baseOffset : -1);
    } else if (sequenceLost.includes(error) && batch.attempts === 1) {
      // Certainly not written: take a new producer id and send it anew.
      this.identity = null;
      batch.sealed = null;
      batch.attempts = 0;
      void this.later(queue, error);
    } else if (isLeaderMoved(error) || isCoordinatorMoved(error) || error === "NOT_ENOUGH_REPLICAS_AFTER_APPEND") {
      void this.later(queue, error);
    } else {
      this.identity = null;
      queue.removeHead();
      batch.reject(sequenceLost.includes(error) ? unavailable(doing, error) : refused(doing, error));
    }
  }

  private next(queue: PartitionQueue, sender: Sender): void {
    if (queue.head !== undefined) sender.ready.add(queue);
    else queue.busy = false;
  }

  /** Tries again after a pause, at whoever leads then; what has waited too long is given up. */
  private async later(queue: PartitionQueue, reason: string): Promise<void> {
    queue.leaderDoubtful = true;
    await sleep(this.connection.options.initialRetryTimeMs, undefined, { signal: this.closing.signal }).catch(() => {});
    const now = this.closing.signal.aborted ? Number.POSITIVE_INFINITY : performance.now();
    // A batch of unknown fate leaves a hole in the sequence: go on under a new producer id.
    if (queue.expire(now, reason)) this.identity = null;
    if (queue.head === undefined) queue.busy = false;
    else this.ready(queue);
  }

  private giveUp(queue: PartitionQueue, error: Error): void {
    for (let batch = queue.head; batch !== undefined; batch = queue.head) {
      queue.removeHead();
      batch.reject(error);
    }
    queue.busy = false;
  }

  private producer(node: number): Promise<ProducerIdentity> {
    this.identity ??= this.initialise(node).catch((error: unknown) => {
      this.identity = null;
      throw error;
    });
    return this.identity;
  }

  private async initialise(node: number): Promise<ProducerIdentity> {
    const request = { transactionalId: null, transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS };
    const answer = await this.lane.call(node, initProducerIdApi, request);
    const error = protocolError(answer.errorCode);
    if (error === null) return answer;
    throw isCoordinatorMoved(error) ? unavailable("to give a producer id", error) : refused("to give a producer id", error);
  }
}

function seal(queue: PartitionQueue, batch: ProducerBatch, identity: ProducerIdentity): void {
  batch.attempts++;
  if (batch.sealed !== null) return;
  if (queue.sequenceOf !== identity.producerId) {
    queue.sequenceOf = identity.producerId;
    queue.sequence = 0;
  }
  batch.sealed = batch.writer.seal({ ...identity, baseSequence: queue.sequence, transactional: false });
  queue.sequence = (queue.sequence + batch.writer.records) % 2 ** 31;
}

function isUnavailable(error: unknown): error is KafkaAdapterError {
  return error instanceof KafkaAdapterError && error.code === "UNAVAILABLE";
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
