import { defaultPartitions, topicDefinitions } from "@leadstream/schemas";

const DAY_MS = 86_400_000;

/** Prints the topic list as it is in schemas/topics.yaml. */
export function listTopics(): void {
  for (const { name, group, key, retentionMs, records } of topicDefinitions) {
    const kept = retentionMs < 0 ? "kept for ever" : `kept ${Math.round(retentionMs / DAY_MS)} days`;
    console.log(`${name.padEnd(18)} key: ${key}; ${defaultPartitions[group]} partitions; ${kept}; ${records.join(", ")}`);
  }
}
