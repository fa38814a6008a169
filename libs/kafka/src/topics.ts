/** Creates the topics that are missing and refuses those that differ in what the guarantees rest on. Nothing is altered or deleted here. */
import { defaultPartitions, type TopicDefinition, topicNames } from "@leadstream/schemas";
import type { LogBounds } from "@leadstream/stream";
import { againWhenUnavailable, type KafkaConnection } from "./connect.ts";
import { KafkaAdapterError } from "./errors.ts";
import { partitionBounds } from "./partition-offsets.ts";
import { createTopicsApi, describeTopicsApi, type NewTopic } from "./protocol/metadata.ts";
import { isLeaderMoved, protocolError, refused, unavailable } from "./protocol/protocol-errors.ts";
import { Again, retry } from "./retry.ts";

export interface EnsureTopicsOptions {
  /** Partition count by group, where it differs from the definitions' default. */
  readonly partitions?: Partial<Record<TopicDefinition["group"], number>>;
  readonly replicationFactor: number;
}

const CREATE_TIMEOUT_MS = 10_000;
/** Room for what wraps a record of the edge: a dead letter holds original bytes and headers. */
const MAXIMUM_BATCH_BYTES = 1_048_588;
const MAXIMUM_DEAD_LETTER_BYTES = 4 * MAXIMUM_BATCH_BYTES;
/** Settings that a topic must have as defined: another value breaks a guarantee (clock of the first topic; inboxes are never compacted). */
const checkedSettings = ["message.timestamp.type", "cleanup.policy"] as const;

/** Throws TOPIC_DIFFERS naming topic, both values and the remedy; REFUSED when the broker will not create one. */
export async function ensureTopics(
  connection: KafkaConnection,
  definitions: readonly TopicDefinition[],
  options: EnsureTopicsOptions,
): Promise<void> {
  const wanted = definitions.map((definition) => newTopic(definition, options));
  const names = wanted.map(({ name }) => name);
  const { topics } = await connection.refresh(names);
  const existing = new Set(topics.filter(({ errorCode }) => errorCode === 0).map(({ name }) => name));
  const missing = wanted.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) await create(connection, missing);
  await Promise.all(wanted.map((topic) => checkPartitions(connection, topic)));
  await checkSettings(connection, wanted);
  // A leader is named a moment before it serves.
  for (const { name } of missing) await topicOffsets(connection, name);
}

/** Identity of a topic since its creation; another one means other offsets. Asked of the broker now. */
export async function topicIncarnation(connection: KafkaConnection, topic: string): Promise<string> {
  return (await connection.topic(topic, true)).topicId;
}

/** Log start and last stable offset of every partition, in the order of partitions. */
export async function topicOffsets(connection: KafkaConnection, topic: string): Promise<LogBounds[]> {
  const { leaders } = await connection.topic(topic);
  const lane = connection.lane();
  try {
    return await Promise.all(leaders.map((_, partition) => partitionBounds(connection, lane, topic, partition)));
  } finally {
    connection.release(lane);
  }
}

function newTopic({ name, group, timestamp, retentionMs }: TopicDefinition, options: EnsureTopicsOptions): NewTopic {
  const maximumBytes = name === topicNames.deadLetters ? MAXIMUM_DEAD_LETTER_BYTES : MAXIMUM_BATCH_BYTES;
  return {
    name,
    partitions: options.partitions?.[group] ?? defaultPartitions[group],
    replicationFactor: options.replicationFactor,
    settings: {
      "cleanup.policy": "delete",
      "message.timestamp.type": timestamp,
      "retention.ms": String(retentionMs),
      "retention.bytes": "-1",
      "max.message.bytes": String(maximumBytes),
    },
  };
}

async function create(connection: KafkaConnection, topics: readonly NewTopic[]): Promise<void> {
  await retry(connection.retryLimits, async () => {
    try {
      const answers = await connection.callController(createTopicsApi, { topics, timeoutMs: CREATE_TIMEOUT_MS }, CREATE_TIMEOUT_MS);
      for (const { name, errorCode, message } of answers) {
        const error = protocolError(errorCode);
        if (error === "NOT_CONTROLLER" || error === "REQUEST_TIMED_OUT") return new Again(unavailable(`to create ${name}`, error));
        // Another process was quicker.
        if (error !== null && error !== "TOPIC_ALREADY_EXISTS") throw refused(`to create ${name}${message ? ` (${message})` : ""}`, error);
      }
      return;
    } catch (error) {
      return againWhenUnavailable(error);
    }
  });
}

async function checkPartitions(connection: KafkaConnection, { name, partitions }: NewTopic): Promise<void> {
  const count = await retry(connection.retryLimits, async () => {
    try {
      const { leaders } = await connection.topic(name, true);
      if (leaders.some((leader) => leader < 0))
        return new Again(
          new KafkaAdapterError("UNAVAILABLE", `${name} has partitions without a leader`, "Wait for the brokers that hold them."),
        );
      return leaders.length;
    } catch (error) {
      // Metadata follows creation with a delay.
      if (error instanceof KafkaAdapterError && error.code === "TOPIC_MISSING") return new Again(error);
      return againWhenUnavailable(error);
    }
  });
  if (count !== partitions)
    throw new KafkaAdapterError(
      "TOPIC_DIFFERS",
      `topic ${name} has ${count} partitions, configured are ${partitions}`,
      "The count cannot change, because keys would move: configure the topic's own count, or use another cluster.",
    );
}

async function checkSettings(connection: KafkaConnection, wanted: readonly NewTopic[]): Promise<void> {
  const answers = await connection.callController(describeTopicsApi, { topics: wanted.map(({ name }) => name), settings: checkedSettings });
  for (const { name, errorCode, settings } of answers) {
    const error = protocolError(errorCode);
    if (error !== null && isLeaderMoved(error)) continue;
    if (error !== null) throw refused(`to describe ${name}`, error);
    const topic = wanted.find((each) => each.name === name);
    for (const setting of checkedSettings) {
      const [has, needs] = [settings.get(setting), topic?.settings[setting]];
      if (has === needs) continue;
      throw new KafkaAdapterError(
        "TOPIC_DIFFERS",
        `topic ${name} has ${setting}=${has}, needed is ${needs}`,
        `Set it: kafka-configs.sh --alter --topic ${name} --add-config ${setting}=${needs}.`,
      );
    }
  }
}
