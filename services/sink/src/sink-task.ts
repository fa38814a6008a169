import type { DeadLetter } from "@leadstream/schemas";
import type { Inbox } from "@leadstream/stream";
import { type Block, BlockBuilder } from "./block-builder.ts";
import { encodeMetadata, type OffsetRange } from "./intent.ts";
import { currentMapper } from "./mapper.ts";
import { PartitionFeed } from "./partition-feed.ts";
import { RecordReader } from "./record-reader.ts";
import { recoverPartitions } from "./recovery.ts";
import { insertTables, type SinkObserver, type SinkPorts, type SinkSettings } from "./sink-io.ts";

/** A gathered block, or positions that moved over markers only. */
interface Gathered {
  readonly block: Block | null;
  readonly ranges: readonly OffsetRange[];
  readonly startedMs: number;
  readonly lags: ReadonlyMap<number, number>;
  /** Data records by partition. */
  readonly counts: ReadonlyMap<number, number>;
}

/**
 * The sink protocol for the partitions of one topic that this process owns; step numbers as in docs/guarantees.md.
 * One life: after any fault it is thrown away and a new one begins at step 1.
 */
export class SinkTask {
  private readonly ports: SinkPorts;
  private readonly partitions: readonly number[];
  private readonly settings: SinkSettings;
  private readonly observer: SinkObserver;
  private readonly stop: AbortSignal;
  private readonly stopped: Promise<void>;
  private feeds: PartitionFeed[] = [];
  private failed = false;

  constructor(ports: SinkPorts, partitions: readonly number[], settings: SinkSettings, observer: SinkObserver, stop: AbortSignal) {
    this.ports = ports;
    this.partitions = [...partitions].sort((left, right) => left - right);
    this.settings = settings;
    this.observer = observer;
    this.stop = stop;
    this.stopped = new Promise((resolve) => {
      if (stop.aborted) resolve();
      stop.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Resolves when `stop` is aborted and the block under way is confirmed. Rejects with the fault that ended this life. */
  async run(): Promise<void> {
    const inboxes: Inbox[] = [];
    try {
      for (const partition of this.partitions) inboxes.push(await this.ports.inbox.open(partition));
      const positions = await recoverPartitions(this.ports, inboxes, this.settings, this.observer); // step 1
      this.fault("step-1-recovered");
      this.feeds = inboxes.map((inbox) => new PartitionFeed(inbox, positions.get(inbox.partition)!, this.settings));
      await this.live(inboxes[0]?.incarnation ?? "");
    } finally {
      await Promise.allSettled(this.feeds.length > 0 ? this.feeds.map((feed) => feed.close()) : inboxes.map((inbox) => inbox.close()));
    }
  }

  private async live(incarnation: string): Promise<void> {
    const reader = new RecordReader(this.ports.inbox, incarnation, this.ports.clock, this.ports.guard);
    let forming = this.gather(reader, incarnation);
    for (;;) {
      const gathered = await forming;
      if (gathered === null) return;
      // The next block is read and mapped while this one is inserted; its own steps 4 to 6 wait for this one's.
      forming = this.gather(reader, incarnation);
      forming.catch(() => undefined);
      try {
        await this.write(gathered, incarnation);
      } catch (error) {
        // What is being gathered still uses the feeds: let it end before they are closed.
        this.failed = true;
        await forming.catch(() => undefined);
        throw error;
      }
    }
  }

  /** Steps 2 and 3: null when the task has to stop. */
  private async gather(reader: RecordReader, incarnation: string): Promise<Gathered | null> {
    const { clock } = this.ports;
    const builder = new BlockBuilder(currentMapper);
    const letters: DeadLetter[] = [];
    const counts = new Map<number, number>();
    const from = new Map(this.feeds.map((feed) => [feed.partition, feed.position]));
    let startedMs = -1;
    for (;;) {
      if (this.stop.aborted || this.failed) return null;
      let moved = false;
      for (const feed of this.feeds) {
        if (this.full(builder)) break;
        const chunk = feed.take();
        if (chunk === null || feed.position === from.get(feed.partition)) continue;
        moved = true;
        counts.set(feed.partition, (counts.get(feed.partition) ?? 0) + chunk.records);
        await reader.read(chunk.cursor(), feed.partition, chunk.next, builder, letters);
      }
      if (moved && startedMs < 0) startedMs = clock.now();
      if (startedMs >= 0 && (this.full(builder) || clock.now() - startedMs >= this.settings.blockLingerMs)) break;
      if (!moved) await this.waitForChunk(startedMs);
    }
    if (letters.length > 0) await this.ports.deadLetters.append(letters);
    this.fault("step-2-judged");
    const ranges = this.feeds
      .map((feed) => ({ partition: feed.partition, from: from.get(feed.partition)!, to: feed.position }))
      .filter((range) => range.to > range.from);
    const lags = new Map(this.feeds.map((feed) => [feed.partition, Math.max(0, feed.lastStableOffset - feed.position)]));
    const block = builder.records === 0 ? null : builder.finish(this.ports.inbox.topic, incarnation, ranges);
    this.fault("step-3-formed");
    return { block, ranges, startedMs, lags, counts };
  }

  private full(builder: BlockBuilder): boolean {
    return builder.rows >= this.settings.blockMaxRows || builder.bytes >= this.settings.blockMaxBytes;
  }

  private async waitForChunk(startedMs: number): Promise<void> {
    const timer = new AbortController();
    const { clock } = this.ports;
    const restMs = startedMs < 0 ? this.settings.maxWaitMs : startedMs + this.settings.blockLingerMs - clock.now();
    await Promise.race([...this.feeds.map((feed) => feed.ready()), this.stopped, clock.sleep(Math.max(1, restMs), timer.signal)]);
    timer.abort();
  }

  private async write(gathered: Gathered, incarnation: string): Promise<void> {
    const { block, ranges } = gathered;
    const { offsets, inbox, clock } = this.ports;
    if (block !== null) {
      const announcement = encodeMetadata({ incarnation, intent: block.intent });
      await offsets.commit(ranges.map(({ partition, from }) => ({ partition, offset: from, metadata: announcement }))); // step 4
      this.observer.announced?.(inbox.topic);
      this.fault("step-4-announced");
      await insertTables(this.ports.store, block, this.observer); // step 5
      this.fault("step-5-inserted");
    }
    const plain = encodeMetadata({ incarnation, intent: null });
    await offsets.commit(ranges.map(({ partition, to }) => ({ partition, offset: to, metadata: plain }))); // step 6
    this.observer.confirmed?.(inbox.topic, {
      records: block?.intent.count ?? 0,
      rows: block?.tables.reduce((sum, each) => sum + each.rows, 0) ?? 0,
      durationMs: clock.now() - gathered.startedMs,
      partitions: ranges.map(({ partition, to }) => ({
        partition,
        position: to,
        lag: gathered.lags.get(partition) ?? 0,
        records: gathered.counts.get(partition) ?? 0,
      })),
    });
    this.fault("step-6-confirmed");
  }

  private fault(name: string): void {
    this.observer.faultPoint?.(name);
  }
}
