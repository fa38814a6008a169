import type { RecordName } from "./generated/codecs.ts";
import { topicFile } from "./generated/topics.ts";

export interface TopicDefinition {
  readonly name: string;
  readonly group: "lead" | "team" | "other";
  readonly key: string;
  readonly timestamp: "LogAppendTime" | "CreateTime";
  readonly retentionMs: number;
  readonly records: readonly RecordName[];
}
export interface TopicFile {
  readonly compatibility: string;
  readonly partitionGroups: { readonly lead: number; readonly team: number; readonly other: number };
  readonly topics: readonly TopicDefinition[];
}

export type TopicName = (typeof topicFile.topics)[number]["name"];

/** Names of all topics, so that no other place spells them. */
export const topicNames = {
  leadEvents: "lead.events",
  leadScores: "lead.scores",
  leadShadowScores: "lead.shadow-scores",
  leadSignals: "lead.signals",
  leadAssignments: "lead.assignments",
  leadAlerts: "lead.alerts",
  leadMessages: "lead.messages",
  teamRequests: "team.requests",
  marketingSpend: "marketing.spend",
  deadLetters: "lead.dead-letters",
} as const satisfies Record<string, TopicName>;

export const topicDefinitions: readonly TopicDefinition[] = topicFile.topics;
export const compatibility: string = topicFile.compatibility;
export const defaultPartitions: TopicFile["partitionGroups"] = topicFile.partitionGroups;

/** Subject of a record type on a topic in the registry (topic-record-name strategy). */
export function subjectOf(topic: string, record: RecordName): string {
  return `${topic}-leadstream.${record}`;
}
