import { AvroWriter, defaultPartitions, topicNames } from "@leadstream/schemas";
import type { Cluster } from "../harness/cluster.ts";
import { benchModelFile, readModel } from "./model-file.ts";
import { type TouchPlan, TouchSource } from "./touches.ts";

export interface Prefilled {
  readonly touches: number;
  /** Mean size of a value on the wire. */
  readonly valueBytes: number;
  /** First offset behind the touches, by partition. */
  readonly ends: readonly number[];
  readonly starts: readonly number[];
}

const AT_ONCE = 20_000;

/** Publishes the bench's model into every partition of the inbox. */
export async function publishModel({ producer, registry }: Cluster): Promise<void> {
  const writer = new AvroWriter();
  registry.wire.write(writer, "ModelPublished", readModel(benchModelFile));
  const bytes = writer.slice();
  await Promise.all(
    Array.from({ length: defaultPartitions.lead }, (_, partition) => producer.send(topicNames.leadEvents, partition, null, bytes)),
  );
}

/** Fills the inbox with the model and `count` touches. The inbox is emptied before, so that offsets are counts. */
export async function prefill(cluster: Cluster, plan: TouchPlan, count: number): Promise<Prefilled> {
  await cluster.emptyTopics([topicNames.leadEvents]);
  await publishModel(cluster);
  const ends = await appendTouches(cluster, plan, count);
  return { ...ends, touches: count, starts: ends.ends.map(() => 1) };
}

export async function appendTouches(
  { producer, registry }: Cluster,
  plan: TouchPlan,
  count: number,
): Promise<Pick<Prefilled, "ends" | "valueBytes">> {
  const partitions = defaultPartitions.lead;
  const source = new TouchSource(plan, partitions);
  const writer = new AvroWriter();
  const ends: number[] = new Array<number>(partitions).fill(0);
  let bytes = 0;
  for (let sent = 0; sent < count; ) {
    const waiting: Promise<unknown>[] = [];
    const nowMs = Date.now();
    for (const end = Math.min(count, sent + AT_ONCE); sent < end; sent++) {
      const { partition, touch } = source.next(nowMs - (sent % 2_000));
      writer.reset();
      registry.wire.write(writer, "Touch", touch);
      bytes += writer.position;
      const value = writer.slice();
      waiting.push(
        producer.send(topicNames.leadEvents, partition, touch.leadId, value).then(({ offset }) => {
          ends[partition] = Math.max(ends[partition]!, offset + 1);
        }),
      );
    }
    await Promise.all(waiting);
  }
  return { ends, valueBytes: Math.round(bytes / count) };
}
