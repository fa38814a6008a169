/** The cluster as one process sees it: brokers, leaders, coordinators, and lanes (connections) for the components. */
import { KafkaAdapterError } from "./errors.ts";
import { type Address, type Link, type LinkOptions, openLink, type SaslOptions } from "./kafkajs-link.ts";
import { Lane } from "./lane.ts";
import type { Api } from "./protocol/api.ts";
import { fetchApi, listOffsetsApi } from "./protocol/fetch.ts";
import { joinGroupApi, offsetCommitApi, offsetFetchApi } from "./protocol/group.ts";
import { type CoordinatorType, featuresApi, findCoordinatorApi, type MetadataAnswer, metadataApi } from "./protocol/metadata.ts";
import { produceV9Api } from "./protocol/produce.ts";
import { isCoordinatorMoved, isLeaderMoved, protocolError, refused, unavailable } from "./protocol/protocol-errors.ts";
import { initProducerIdApi } from "./protocol/transactions.ts";
import { Again, type RetryLimits, retry } from "./retry.ts";

export interface KafkaOptions {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: LinkOptions["ssl"];
  readonly sasl?: SaslOptions | undefined;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Attempts after the first one, for connecting and for questions about the cluster. */
  readonly retries: number;
  /** First wait between attempts; doubled each time. */
  readonly initialRetryTimeMs: number;
}

export interface TopicMetadata {
  /** Another id under the same name is another topic. */
  readonly topicId: string;
  /** Leader's node id by partition; -1 while there is none. */
  readonly leaders: readonly number[];
}

const BROKERS_VARIABLE = "LEADSTREAM_KAFKA_BROKERS";
const MAXIMUM_RETRY_DELAY_MS = 1_000;
/** What no part of this package can do without. */
const NEEDED: readonly Api<never, unknown>[] = [
  metadataApi,
  findCoordinatorApi,
  fetchApi,
  listOffsetsApi,
  produceV9Api,
  initProducerIdApi,
  joinGroupApi,
  offsetCommitApi,
  offsetFetchApi,
];

export class KafkaConnection {
  readonly options: KafkaOptions;
  /** Transaction protocol 2 (KIP-890): a late write of an ended transaction is refused by its epoch. */
  transactionVersion = 0;
  private readonly seeds: readonly Address[];
  private readonly topics = new Map<string, TopicMetadata>();
  private readonly refreshing = new Map<string, Promise<MetadataAnswer>>();
  private readonly lanes = new Set<Lane>();
  private nodes = new Map<number, Address>();
  private controller = -1;
  private seed: Link | null = null;
  private opening: Promise<Link> | null = null;
  private closed = false;

  constructor(options: KafkaOptions) {
    this.options = options;
    this.seeds = options.brokers.map(parseAddress);
  }

  /** Total time and delays of repeated questions, from `retries` and `initialRetryTimeMs`. */
  get retryLimits(): RetryLimits {
    const { retries, initialRetryTimeMs } = this.options;
    let limitMs = 0;
    for (let attempt = 0; attempt < retries; attempt++) limitMs += Math.min(initialRetryTimeMs * 2 ** attempt, MAXIMUM_RETRY_DELAY_MS);
    return { limitMs: limitMs + 1, initialDelayMs: initialRetryTimeMs, maximumDelayMs: MAXIMUM_RETRY_DELAY_MS };
  }

  /** Reaches the first broker that answers, learns the cluster. */
  async open(): Promise<void> {
    await retry(this.retryLimits, async () => {
      try {
        const link = await this.anyLink();
        const features = await link.call(featuresApi, null);
        this.transactionVersion = features.get("transaction.version") ?? 0;
        await this.refresh([]);
        return;
      } catch (error) {
        return againWhenUnavailable(error);
      }
    });
  }

  lane(): Lane {
    if (this.closed) throw new KafkaAdapterError("CLOSED", "the Kafka connection is closed", "Open a new one.");
    const lane = new Lane((nodeId) => this.openNode(nodeId));
    this.lanes.add(lane);
    return lane;
  }

  /** Node id of the partition's leader, from memory unless `fresh`. Throws TOPIC_MISSING; UNAVAILABLE while it has no leader. */
  async leaderOf(topic: string, partition: number, fresh = false): Promise<number> {
    const leader = (await this.topic(topic, fresh)).leaders[partition];
    if (leader === undefined)
      throw new KafkaAdapterError(
        "TOPIC_DIFFERS",
        `${topic} has no partition ${partition}`,
        "Configure the count that the topic was made with.",
      );
    if (leader < 0)
      throw new KafkaAdapterError("UNAVAILABLE", `${topic}[${partition}] has no leader`, "Wait for the broker that holds it.");
    return leader;
  }

  async topic(topic: string, fresh = false): Promise<TopicMetadata> {
    const known = this.topics.get(topic);
    if (known !== undefined && !fresh) return known;
    await this.refresh([topic]);
    const found = this.topics.get(topic);
    if (found === undefined) throw new KafkaAdapterError("TOPIC_MISSING", `topic ${topic} does not exist`, "Create it: leadstream topics.");
    return found;
  }

  /** Node id of the coordinator of a group or transactional id, asked now. */
  coordinatorOf(type: CoordinatorType, key: string, limits = this.retryLimits): Promise<number> {
    return retry(limits, async () => {
      try {
        const link = await this.anyLink();
        const answer = await link.call(findCoordinatorApi, { key, type });
        const error = protocolError(answer.errorCode);
        if (error === null) {
          this.nodes.set(answer.nodeId, { host: answer.host, port: answer.port });
          return answer.nodeId;
        }
        if (isCoordinatorMoved(error)) return new Again(unavailable(`to name the coordinator of ${key}`, error));
        throw refused(`to name the coordinator of ${key}`, error);
      } catch (error) {
        return againWhenUnavailable(error);
      }
    });
  }

  /** Asks any broker about the cluster and these topics. */
  async refresh(topics: readonly string[]): Promise<MetadataAnswer> {
    const key = topics.join(",");
    const running = this.refreshing.get(key);
    if (running !== undefined) return running;
    const asking = this.ask(topics).finally(() => this.refreshing.delete(key));
    this.refreshing.set(key, asking);
    return asking;
  }

  /** Sends a request to the controller. */
  async callController<Request, Answer>(api: Api<Request, Answer>, request: Request, timeoutMs?: number): Promise<Answer> {
    await this.refresh([]);
    const lane = this.lane();
    try {
      return await lane.call(this.controller, api, request, timeoutMs);
    } finally {
      this.release(lane);
    }
  }

  release(lane: Lane): void {
    this.lanes.delete(lane);
    lane.close();
  }

  close(): void {
    this.closed = true;
    for (const lane of this.lanes) lane.close();
    this.lanes.clear();
    this.seed?.destroy();
  }

  private async ask(topics: readonly string[]): Promise<MetadataAnswer> {
    const answer = await (await this.anyLink()).call(metadataApi, topics);
    this.nodes = new Map(answer.nodes.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    this.controller = answer.controllerId;
    for (const { name, errorCode, topicId, partitions } of answer.topics) {
      const error = protocolError(errorCode);
      if (error === null || isLeaderMoved(error)) this.topics.delete(name);
      else throw refused(`to describe topic ${name}`, error);
      if (error !== null) continue;
      const leaders: number[] = Array.from({ length: partitions.length }, () => -1);
      for (const { partition, leader } of partitions) leaders[partition] = leader;
      this.topics.set(name, { topicId, leaders });
    }
    return answer;
  }

  private async openNode(nodeId: number): Promise<Link> {
    if (!this.nodes.has(nodeId)) await this.refresh([]);
    const address = this.nodes.get(nodeId);
    if (address === undefined)
      throw new KafkaAdapterError("UNAVAILABLE", `broker ${nodeId} is not in the cluster now`, "Wait until it is back.");
    return openLink(this.options, address, NEEDED);
  }

  /** Some broker of the cluster or of the configured list; opened again when lost. */
  private anyLink(): Promise<Link> {
    if (this.closed) throw new KafkaAdapterError("CLOSED", "the Kafka connection is closed", "Open a new one.");
    if (this.seed?.open) return Promise.resolve(this.seed);
    this.seed?.retire();
    this.opening ??= this.openAny().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async openAny(): Promise<Link> {
    let last: unknown;
    for (const address of [...this.seeds, ...this.nodes.values()]) {
      try {
        const link = await openLink(this.options, address, NEEDED);
        this.seed = link;
        if (this.closed) link.destroy();
        return link;
      } catch (error) {
        last = error;
        if (!(error instanceof KafkaAdapterError) || error.code !== "UNAVAILABLE") throw error;
      }
    }
    const reason = last instanceof KafkaAdapterError && last.cause instanceof Error ? last.cause.message : String(last);
    throw new KafkaAdapterError(
      "UNAVAILABLE",
      `no Kafka broker answers at ${this.options.brokers.join(", ")} (${reason})`,
      `Start Kafka, or set ${BROKERS_VARIABLE} to the brokers' host:port.`,
      { cause: last },
    );
  }
}

/** Connects, or rejects once with UNAVAILABLE that names the brokers and the variable that sets them. */
export async function connectKafka(options: KafkaOptions): Promise<KafkaConnection> {
  const connection = new KafkaConnection(options);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

export function againWhenUnavailable(error: unknown): Again {
  if (error instanceof KafkaAdapterError && error.code === "UNAVAILABLE") return new Again(error);
  throw error;
}

function parseAddress(broker: string): Address {
  const split = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(broker);
  const host = split?.[1] ?? split?.[2];
  if (split === null || host === undefined)
    throw new KafkaAdapterError("UNAVAILABLE", `${broker} is not host:port`, `Correct ${BROKERS_VARIABLE}.`);
  return { host, port: Number(split[3]) };
}
