/**
 * The requests of one transactional producer, one method per step. Protocol 2 where the cluster has switched it on: the broker adds partitions and
 * offsets by itself, each transaction has its own epoch. Protocol 1 otherwise. Refusals that say "in a moment" are repeated within the limit;
 * any other error or a missing answer rejects, and then nothing may be concluded.
 */
import { RetriableStreamError, StreamError } from "@leadstream/stream";
import type { KafkaConnection } from "./connect.ts";
import { Coordinator } from "./coordinator.ts";
import { KafkaAdapterError } from "./errors.ts";
import type { Lane } from "./lane.ts";
import type { LaneBatches } from "./outbox.ts";
import type { Api } from "./protocol/api.ts";
import { type FetchedOffset, offsetFetchApi } from "./protocol/group.ts";
import { type ProducedPartition, produceV9Api, produceV12Api } from "./protocol/produce.ts";
import { isCoordinatorMoved, isFatal, isFenced, type ProtocolErrorName, protocolError, refused } from "./protocol/protocol-errors.ts";
import * as transactions from "./protocol/transactions.ts";
import { Again, type RetryLimits, retry } from "./retry.ts";

export interface TransactionIdentity {
  readonly transactionalId: string;
  readonly groupId: string;
  /** The inbox whose offset the transactions commit. */
  readonly topic: string;
  readonly partition: number;
  /** Everything that the transactions may write to. */
  readonly outputs: readonly TopicPartitions[];
}

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** After this time the broker aborts an abandoned transaction, which blocks readers until then. */
const TRANSACTION_TIMEOUT_MS = 10_000;
const TRANSACTION_PROTOCOL_2 = 2;
const RETRY_DELAYS = { initialDelayMs: 3, maximumDelayMs: 20 };
/** Of the first records of a transaction: the coordinator finishes the one before within some milliseconds. */
const TURN_DELAYS = { initialDelayMs: 1, maximumDelayMs: 4 };
const momentary: readonly ProtocolErrorName[] = ["CONCURRENT_TRANSACTIONS", "REQUEST_TIMED_OUT"];
/** Part of a step's limit after which an offset that is still undecided belongs to a transaction that hangs. */
const HANGS_AFTER_PART = 0.5;

export class TransactionProtocol {
  private readonly connection: KafkaConnection;
  private readonly identity: TransactionIdentity;
  private readonly timeoutMs: number;
  private readonly lane: Lane;
  private readonly transactionCoordinator: Coordinator;
  private readonly groupCoordinator: Coordinator;
  private readonly implicit: boolean;
  private producer: transactions.ProducerIdentity = { producerId: -1, producerEpoch: -1 };
  /** After a fault the leaders may be others. */
  private leadersKnown = false;
  private readonly sequences = new Map<string, number>();

  constructor(connection: KafkaConnection, identity: TransactionIdentity, timeoutMs: number) {
    this.connection = connection;
    this.identity = identity;
    this.timeoutMs = timeoutMs;
    this.lane = connection.lane();
    this.transactionCoordinator = new Coordinator(connection, "transaction", identity.transactionalId);
    this.groupCoordinator = new Coordinator(connection, "group", identity.groupId);
    this.implicit = connection.transactionVersion >= TRANSACTION_PROTOCOL_2;
  }

  /** Step 2: a new epoch; the broker aborts what the predecessor left open. */
  async initialise(): Promise<void> {
    this.lane.reset();
    const { transactionalId } = this.identity;
    const request = { transactionalId, transactionTimeoutMs: TRANSACTION_TIMEOUT_MS };
    const doing = `to initialise the producer ${transactionalId}`;
    const answer = await this.ask(
      this.transactionCoordinator,
      transactions.initProducerIdApi,
      request,
      doing,
      (each) => [each.errorCode],
      true,
    );
    this.producer = { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
    this.sequences.clear();
    this.leadersKnown = false;
  }

  /** Step 3: the committed offset, stable: undecided transactions of the offset are waited for, and one that hangs is ended. */
  committed(acknowledged: number): Promise<{ readonly offset: number; readonly metadata: string } | null> {
    const hangsAtMs = performance.now() + this.timeoutMs * HANGS_AFTER_PART;
    return retry(this.limits(), async () => {
      const found = await this.fetchOffset(true);
      if (found === undefined) return null;
      if (!isUnstable(found.errorCode)) return found.offset < 0 ? null : { offset: found.offset, metadata: found.metadata };
      if (performance.now() < hangsAtMs)
        return new Again(this.fault(`to give the offset of ${this.identity.groupId}`, "UNSTABLE_OFFSET_COMMIT"));
      throw await this.endHanging(acknowledged);
    });
  }

  private async fetchOffset(stable: boolean): Promise<FetchedOffset | undefined> {
    const { groupId, topic, partition } = this.identity;
    const answer = await this.ask(
      this.groupCoordinator,
      offsetFetchApi,
      { groupId, topic, partitions: [partition], stable },
      `to give the offset of ${groupId}`,
      (each) => [each.errorCode, ...each.offsets.map(({ errorCode }) => errorCode).filter((code) => !isUnstable(code))],
      true,
    );
    return answer.offsets[0];
  }

  /**
   * Step 2 has ended what this producer had open, so an offset that stays undecided belongs to a transaction that the broker has ended without
   * writing its markers, and would stay so for ever. A transaction over all that it may have written to gives it markers. They commit it where the
   * offset before it lies below what was acknowledged: the hanging one is what acknowledged it. Otherwise they abort it, and the fold makes the
   * same outputs again.
   */
  private async endHanging(acknowledged: number): Promise<RetriableStreamError> {
    const { transactionalId, outputs } = this.identity;
    const before = await this.fetchOffset(false);
    // Without any commit the broker gives -1, and the first position is 0.
    const commit = Math.max(before?.offset ?? 0, 0) < acknowledged;
    await this.enlist(outputs);
    const request = { transactionalId, ...this.producer, commit };
    const doing = `to end a transaction of ${transactionalId} that hangs`;
    await this.ask(this.transactionCoordinator, transactions.endTxnV3Api, request, doing, (each) => [each.errorCode]);
    return new RetriableStreamError(
      `a transaction of ${transactionalId} hung, ended by the broker without its markers. It is ${commit ? "committed, as it was acknowledged" : "withdrawn, its outputs are made again"}; see "A transaction that hangs" in docs/operations.md`,
    );
  }

  /** Step 7, first half, in protocol 1: name what the transaction will touch. The coordinator takes both requests one after the other. */
  async begin(lanes: readonly LaneBatches[]): Promise<void> {
    if (this.implicit) return;
    const topics = [...Map.groupBy(lanes, ({ topic }) => topic)].map(([topic, each]) => ({
      topic,
      partitions: each.map(({ partition }) => partition),
    }));
    await this.enlist(topics);
  }

  /** The offset belongs to every transaction. */
  private async enlist(topics: readonly TopicPartitions[]): Promise<void> {
    const { transactionalId, groupId } = this.identity;
    const common = { transactionalId, ...this.producer };
    const doing = `to begin a transaction of ${transactionalId}`;
    await settled([
      topics.length === 0
        ? Promise.resolve([])
        : this.ask(this.transactionCoordinator, transactions.addPartitionsApi, { ...common, topics }, doing, (codes) => codes),
      this.ask(this.transactionCoordinator, transactions.addOffsetsApi, { ...common, groupId }, doing, (code) => [code]),
    ]);
  }

  /** Steps 7 and 8 side by side: both belong to the transaction, neither waits for the other. */
  async sendAndCommitOffset(lanes: readonly LaneBatches[], offset: number, metadata: string): Promise<void> {
    await settled([this.produce(lanes), this.commitOffset(offset, metadata)]);
  }

  /** Step 9, once. In protocol 2 the answer brings the next transaction's epoch. */
  async end(): Promise<void> {
    const { transactionalId } = this.identity;
    const api = this.implicit ? transactions.endTxnV5Api : transactions.endTxnV3Api;
    const request = { transactionalId, ...this.producer, commit: true };
    const doing = `to end a transaction of ${transactionalId}`;
    const answer = await this.ask(this.transactionCoordinator, api, request, doing, (each) => [each.errorCode]);
    if (answer.producerId === undefined || answer.producerEpoch === undefined) return;
    this.producer = { producerId: answer.producerId, producerEpoch: answer.producerEpoch };
    this.sequences.clear();
  }

  /** Drops the connections: what was sent and not answered stays unknown. */
  reset(): void {
    this.lane.reset();
  }

  close(): void {
    this.connection.release(this.lane);
  }

  private async commitOffset(offset: number, metadata: string): Promise<void> {
    const { transactionalId, groupId, topic, partition } = this.identity;
    const api = this.implicit ? transactions.txnOffsetCommitV5Api : transactions.txnOffsetCommitV3Api;
    const request = { transactionalId, groupId, ...this.producer, topic, partition, offset, metadata };
    await this.ask(this.groupCoordinator, api, request, `to commit the offset of ${groupId}`, (code) => [code]);
  }

  private async produce(lanes: readonly LaneBatches[]): Promise<void> {
    const byLeader = new Map<number, SealedLane[]>();
    for (const lane of lanes) {
      const leader = await this.connection.leaderOf(lane.topic, lane.partition, !this.leadersKnown);
      const sealed = { ...lane, batches: this.seal(lane) };
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), sealed]);
    }
    this.leadersKnown = true;
    await settled([...byLeader].map(([leader, sealed]) => this.produceTo(leader, sealed)));
  }

  /** A request takes one batch per partition. The first one may be told to wait for the transaction before; the others follow without a gap. */
  private async produceTo(leader: number, lanes: readonly SealedLane[]): Promise<void> {
    const rounds = Math.max(...lanes.map(({ batches }) => batches.length));
    let first = roundOf(lanes, 0);
    await retry({ ...this.limits(), ...TURN_DELAYS }, async () => {
      const refusals = await this.produceRound(leader, first);
      if (refusals.length === 0) return;
      first = first.filter((lane) => refusals.some(({ topic, partition }) => topic === lane.topic && partition === lane.partition));
      return new Again(refused("to take the records of a transaction", "CONCURRENT_TRANSACTIONS"));
    });
    // At most this many unanswered requests of a producer keep their order (the broker's limit is five).
    const window = 4;
    for (let round = 1; round < rounds; round += window) {
      const count = Math.min(window, rounds - round);
      await settled(Array.from({ length: count }, (_, n) => this.produceWhole(leader, roundOf(lanes, round + n))));
    }
  }

  private async produceWhole(leader: number, lanes: readonly SealedBatch[]): Promise<void> {
    const refusals = await this.produceRound(leader, lanes);
    if (refusals.length > 0) throw this.fault("to take the records of a transaction", "CONCURRENT_TRANSACTIONS");
  }

  /** Returns the partitions that ask to wait; throws for any other refusal. */
  private async produceRound(leader: number, lanes: readonly SealedBatch[]): Promise<ProducedPartition[]> {
    const topics = [...Map.groupBy(lanes, ({ topic }) => topic)].map(([topic, partitions]) => ({ topic, partitions }));
    const request = { transactionalId: this.identity.transactionalId, timeoutMs: this.timeoutMs, topics };
    const answers = await this.lane.call(leader, this.implicit ? produceV12Api : produceV9Api, request);
    return answers.filter(({ topic, partition, errorCode }) => {
      const error = protocolError(errorCode);
      if (error === null) return false;
      if (error === "CONCURRENT_TRANSACTIONS") return true;
      throw this.fault(`to take records of ${topic}[${partition}]`, error);
    });
  }

  private seal({ topic, partition, batches }: LaneBatches): Buffer[] {
    const name = `${topic}/${partition}`;
    let baseSequence = this.sequences.get(name) ?? 0;
    const sealed = batches.map((batch) => {
      const bytes = batch.seal({ ...this.producer, baseSequence, transactional: true });
      baseSequence = (baseSequence + batch.records) % 2 ** 31;
      return bytes;
    });
    this.sequences.set(name, baseSequence);
    return sealed;
  }

  private limits(): RetryLimits {
    return { limitMs: this.timeoutMs, ...RETRY_DELAYS };
  }

  /** `patient`: a lost connection is tried again too, because the request changes nothing that a repetition would not. */
  private ask<Request, Answer>(
    coordinator: Coordinator,
    api: Api<Request, Answer>,
    request: Request,
    doing: string,
    codes: (answer: Answer) => readonly number[],
    patient = false,
  ): Promise<Answer> {
    return retry(this.limits(), async () => {
      try {
        const answer = await this.lane.call(await coordinator.node(this.limits()), api, request);
        const error = codes(answer)
          .map(protocolError)
          .find((each) => each !== null);
        if (error === undefined) return answer;
        if (isCoordinatorMoved(error)) coordinator.forget();
        if (isCoordinatorMoved(error) || momentary.includes(error)) return new Again(this.fault(doing, error));
        throw this.fault(doing, error);
      } catch (error) {
        if (!patient || !(error instanceof KafkaAdapterError) || error.code !== "UNAVAILABLE") throw error;
        coordinator.forget();
        return new Again(error);
      }
    });
  }

  private fault(doing: string, error: ProtocolErrorName): Error {
    const { transactionalId } = this.identity;
    if (isFenced(error))
      return new StreamError(
        "FENCED",
        `${transactionalId} was fenced (${error}): another process took its partition over, or a transaction outlived ${TRANSACTION_TIMEOUT_MS} ms`,
        "Stop this process; the supervisor starts it again, and it joins the group anew.",
      );
    if (isFatal(error)) return refused(doing, error);
    return new RetriableStreamError(`the broker refused ${doing}: ${error}`);
  }
}

const isUnstable = (errorCode: number): boolean => protocolError(errorCode) === "UNSTABLE_OFFSET_COMMIT";

interface SealedLane {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly Buffer[];
}
interface SealedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

function roundOf(lanes: readonly SealedLane[], round: number): SealedBatch[] {
  return lanes.flatMap(({ topic, partition, batches }) => {
    const batch = batches[round];
    return batch === undefined ? [] : [{ topic, partition, batch }];
  });
}

/** All of them to the end, so that nothing goes on behind an error; then the first error. */
async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === "rejected") throw result.reason;
}
