import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { uniqueName } from "@leadstream/infra-local";
import { type TopicDefinition, topicDefinitions } from "@leadstream/schemas";
import { ensureTopics, type KafkaConnection } from "../src/index.ts";
import { connect, createTopic, withAdmin } from "./servers.ts";

let connection: KafkaConnection;
beforeAll(async () => {
  connection = await connect();
});
afterAll(() => connection.close());

/** All of ours under names of this run. */
function renamed(): TopicDefinition[] {
  const prefix = uniqueName("topics");
  return topicDefinitions.map((definition) => ({ ...definition, name: `${prefix}.${definition.name}` }));
}

describe("topics", () => {
  it("are made as defined, and made once", async () => {
    const definitions = renamed();
    const options = { partitions: { lead: 3, team: 2 }, replicationFactor: 1 };
    await Promise.all([ensureTopics(connection, definitions, options), ensureTopics(connection, definitions, options)]);
    await ensureTopics(connection, definitions, options);
    const names = definitions.map(({ name }) => name);
    const { topics } = await withAdmin((admin) => admin.fetchTopicMetadata({ topics: names }));
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    for (const { name, group } of definitions) expect([name, counts.get(name)]).toEqual([name, { lead: 3, team: 2, other: 4 }[group]]);
    const { resources } = await withAdmin((admin) =>
      admin.describeConfigs({ includeSynonyms: false, resources: names.map((name) => ({ type: 2, name })) }),
    );
    for (const { name, timestamp, retentionMs } of definitions) {
      const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
      const setting = (key: string): string | undefined => entries.find(({ configName }) => configName === key)?.configValue;
      expect([setting("cleanup.policy"), setting("message.timestamp.type"), setting("retention.ms")]).toEqual([
        "delete",
        timestamp,
        String(retentionMs),
      ]);
    }
  });

  it("with another partition count are refused with both counts", async () => {
    const [definition] = renamed();
    await createTopic(2, definition!.name, { "message.timestamp.type": "LogAppendTime" });
    await expect(ensureTopics(connection, [definition!], { replicationFactor: 1 })).rejects.toMatchObject({
      code: "TOPIC_DIFFERS",
      message: expect.stringContaining("has 2 partitions, configured are 4"),
    });
  });

  it("with another clock are refused", async () => {
    const [definition] = renamed();
    await createTopic(4, definition!.name);
    await expect(ensureTopics(connection, [definition!], { replicationFactor: 1 })).rejects.toMatchObject({
      code: "TOPIC_DIFFERS",
      message: expect.stringContaining("message.timestamp.type=CreateTime"),
    });
  });

  it("that the broker cannot make are refused with its reason", async () => {
    const [definition] = renamed();
    await expect(ensureTopics(connection, [definition!], { replicationFactor: 3 })).rejects.toMatchObject({ code: "REFUSED" });
  });
});
