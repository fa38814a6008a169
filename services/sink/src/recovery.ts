import { type FetchLimits, type Inbox, type LogBounds, StreamError } from "@leadstream/stream";
import { type Block, BlockBuilder } from "./block-builder.ts";
import { decodeMetadata, encodeMetadata, type Intent } from "./intent.ts";
import { mappers } from "./mapper.ts";
import { RecordReader } from "./record-reader.ts";
import { insertTables, type SinkObserver, type SinkPorts } from "./sink-io.ts";

/**
 * Sink step 1: where each partition goes on. Blocks that were announced and not confirmed are built again from the log, compared, inserted
 * under their old token and confirmed.
 */
export async function recoverPartitions(
  ports: SinkPorts,
  inboxes: readonly Inbox[],
  limits: FetchLimits,
  observer: SinkObserver,
): Promise<Map<number, number>> {
  const committed = await ports.offsets.committed(inboxes.map((inbox) => inbox.partition));
  const positions = new Map<number, number>();
  const open = new Map<string, { intent: Intent; own: Inbox[] }>();
  for (const inbox of inboxes) {
    const bounds = await inbox.bounds();
    const offset = committed.get(inbox.partition) ?? null;
    if (offset === null) {
      positions.set(inbox.partition, bounds.logStart);
      continue;
    }
    const metadata = decodeMetadata(offset.metadata);
    check(inbox, bounds, offset.offset, metadata.incarnation);
    positions.set(inbox.partition, offset.offset);
    if (metadata.intent === null) continue;
    const { intent } = metadata;
    const entry = open.get(intent.token) ?? { intent, own: [] };
    entry.own.push(inbox);
    open.set(intent.token, entry);
  }
  for (const { intent, own } of open.values()) {
    const block = await rebuild(ports, intent, own, limits);
    observer.recovered?.(ports.inbox.topic, block);
    await insertTables(ports.store, block, observer); // step 5
    observer.faultPoint?.("step-5-inserted");
    const ends = own.map((inbox) => ({ partition: inbox.partition, offset: endOf(intent, inbox.partition) }));
    const metadata = encodeMetadata({ incarnation: own[0]!.incarnation, intent: null });
    await ports.offsets.commit(ends.map((end) => ({ ...end, metadata }))); // step 6
    observer.faultPoint?.("step-6-confirmed");
    for (const end of ends) positions.set(end.partition, end.offset);
  }
  return positions;
}

function check(inbox: Inbox, bounds: LogBounds, offset: number, incarnation: string): void {
  const place = `${inbox.topic}-${inbox.partition}`;
  if (incarnation !== inbox.incarnation) {
    throw new StreamError(
      "INCARNATION_CHANGED",
      `${place} is not the topic that the sink read: it was deleted and made again`,
      "Rows of the old topic stay in ClickHouse; delete the sink's group offsets to read the new topic from its start",
    );
  }
  if (offset > bounds.lastStableOffset) {
    throw new StreamError(
      "COMMIT_BEYOND_LOG",
      `${place}: committed offset ${offset} lies behind the log's end ${bounds.lastStableOffset}`,
      "The broker lost acknowledged records; restore them, or set the sink's offsets by hand",
    );
  }
  if (offset < bounds.logStart) {
    throw new StreamError(
      "LOG_TRUNCATED",
      `${place}: committed offset ${offset} lies before the log's start ${bounds.logStart}`,
      "Records were deleted before they reached ClickHouse; set the sink's offsets by hand to accept the loss",
    );
  }
}

/** The announced block once more. Its dead letters were acknowledged before it was announced, so they are not sent again. */
async function rebuild(ports: SinkPorts, intent: Intent, own: readonly Inbox[], limits: FetchLimits): Promise<Block> {
  const mapper = mappers.get(intent.mapperVersion);
  if (mapper === undefined) {
    throw new StreamError(
      "LOGIC_CHANGED_WITH_GAP",
      `a block of ${ports.inbox.topic} was announced with mapper version ${intent.mapperVersion}, which this version does not have`,
      "Start the version that announced it once, and let it finish the block",
    );
  }
  const builder = new BlockBuilder(mapper);
  const incarnation = own[0]!.incarnation;
  const reader = new RecordReader(ports.inbox, incarnation, ports.clock);
  for (const range of intent.ranges) {
    const mine = own.find((inbox) => inbox.partition === range.partition);
    // Another member may own the other partitions of the block by now: both insert the same bytes under the same token.
    const inbox = mine ?? (await ports.inbox.open(range.partition));
    try {
      let position = range.from;
      while (position < range.to) {
        const chunk = await inbox.fetch(position, limits);
        await reader.read(chunk.cursor(), range.partition, range.to, builder, []);
        position = chunk.next;
      }
    } finally {
      if (mine === undefined) await inbox.close();
    }
  }
  const block = builder.finish(ports.inbox.topic, incarnation, intent.ranges);
  if (block.intent.count !== intent.count || block.intent.hash !== intent.hash || block.intent.token !== intent.token) {
    throw new StreamError(
      "REPLAY_DIFFERS",
      `${ports.inbox.topic}: ${intent.count} records were announced and ${block.intent.count} come back, or their rows differ`,
      "The log or the mapper changed under an open block; do not go on before it is known which",
    );
  }
  return block;
}

function endOf(intent: Intent, partition: number): number {
  const range = intent.ranges.find((each) => each.partition === partition);
  if (range === undefined) {
    throw new StreamError(
      "STORE_CONFLICT",
      `partition ${partition} carries an announcement that does not name it`,
      "Set the sink's offset of this partition by hand",
    );
  }
  return range.to;
}
