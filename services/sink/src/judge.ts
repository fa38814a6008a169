import { type Decoded, topicDefinitions, topicNames } from "@leadstream/schemas";

/**
 * What becomes of a bad record, by topic. The scorer dead-letters what is wrong on lead.events, so the sink only writes it down;
 * marketing.spend is read by nobody else, so the sink dead-letters; inside the stream a hole is a loss, so the sink stops.
 */
export type BadRecordPolicy = "write-down" | "dead-letter" | "stop";

export function badRecordPolicyOf(topic: string): BadRecordPolicy {
  if (topic === topicNames.leadEvents) return "write-down";
  return topic === topicNames.marketingSpend ? "dead-letter" : "stop";
}

export interface Fault {
  readonly code: string;
  readonly detail: string;
}

const typesOf: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  topicDefinitions.map((topic) => [topic.name, new Set<string>(topic.records)]),
);

/** null when the record may become rows of its own tables. Pure; details never hold values of the record. */
export function judge(topic: string, record: Decoded): Fault | null {
  if (typesOf.get(topic)?.has(record.type) !== true) {
    return { code: "WRONG_TYPE", detail: `records of type ${record.type} do not belong on this topic` };
  }
  if (record.type !== "Spend") return null;
  const { eventId, channel, amount, impressions, clicks, currency } = record.value;
  if (eventId === "") return { code: "INVALID_VALUE", detail: "eventId is empty" };
  if (channel === "") return { code: "INVALID_VALUE", detail: "channel is empty" };
  if (currency === "") return { code: "INVALID_VALUE", detail: "currency is empty" };
  if (amount < 0) return { code: "INVALID_VALUE", detail: "amount is negative" };
  if (impressions < 0 || clicks < 0) return { code: "INVALID_VALUE", detail: "impressions or clicks are negative" };
  return null;
}
