import { openInbox } from "@leadstream/kafka";
import { AvroReader, AvroWriter, type Decoded, defaultPartitions, topicNames } from "@leadstream/schemas";
import type { Inbox } from "@leadstream/stream";
import type { Cluster } from "../harness/cluster.ts";
import { until } from "../harness/poll.ts";
import { type TouchPlan, TouchSource } from "../scoring/touches.ts";

const FETCH = { maxBytes: 1 << 20, maxWaitMs: 100 };
const ANSWER_LIMIT_MS = 60_000;
/** Before the first answers a few touches go out, one per partition at a time. */
const PROBE_EVERY_MS = 50;

/** Sends touches at fixed instants and reads their committed scores. */
export class OpenLoop {
  private readonly cluster: Cluster;
  private readonly scores: string;
  private readonly source: TouchSource;
  private readonly writer = new AvroWriter();
  private readonly dueMs = new Map<string, number>();
  private latencies: number[] = [];
  private readonly inboxes: Inbox[] = [];
  private readonly readers: Promise<void>[] = [];
  private readonly seenPartitions = new Set<number>();
  private failure: unknown = null;
  private closed = false;

  constructor(cluster: Cluster, scores: string, plan: TouchPlan) {
    this.cluster = cluster;
    this.scores = scores;
    this.source = new TouchSource(plan, defaultPartitions.lead);
    for (let partition = 0; partition < defaultPartitions.lead; partition++) {
      this.readers.push(
        this.read(partition).catch((error: unknown) => {
          this.failure = error;
        }),
      );
    }
  }

  /** Sends a touch now and then until every partition has answered. */
  async untilAnswered(check: () => void): Promise<void> {
    await until("a score from every partition", ANSWER_LIMIT_MS, PROBE_EVERY_MS, async () => {
      check();
      if (this.failure !== null) throw this.failure;
      if (this.seenPartitions.size === defaultPartitions.lead) return true;
      for (let count = 0; count < defaultPartitions.lead; count++) this.sendOne(performance.now());
      return null;
    });
    await this.drained();
  }

  /** Sends `perSecond` for `seconds` and waits for the last score. Resolves with the latency of each touch in ms. */
  async send(perSecond: number, seconds: number): Promise<readonly number[]> {
    this.latencies = [];
    const total = perSecond * seconds;
    const startMs = performance.now();
    let sent = 0;
    while (sent < total) {
      const nowMs = performance.now();
      for (; sent < total && startMs + (sent * 1_000) / perSecond <= nowMs; sent++) this.sendOne(startMs + (sent * 1_000) / perSecond);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await this.drained();
    return this.latencies;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.inboxes.map((inbox) => inbox.close()));
    await Promise.all(this.readers);
  }

  private drained(): Promise<true> {
    return until("the scores of all touches", ANSWER_LIMIT_MS, 5, async () => {
      if (this.failure !== null) throw this.failure;
      return this.dueMs.size === 0 ? true : null;
    });
  }

  private sendOne(dueMs: number): void {
    const { partition, touch } = this.source.next(Date.now());
    this.dueMs.set(touch.eventId, dueMs);
    this.writer.reset();
    this.cluster.registry.wire.write(this.writer, "Touch", touch);
    this.cluster.producer.send(topicNames.leadEvents, partition, touch.leadId, this.writer.slice()).catch((error: unknown) => {
      this.failure = error;
    });
  }

  private async read(partition: number): Promise<void> {
    const inbox = await openInbox(this.cluster.kafka, this.scores, partition);
    this.inboxes.push(inbox);
    const reader = new AvroReader();
    let position = 0;
    while (!this.closed) {
      const chunk = await inbox.fetch(position, FETCH).catch((error: unknown) => {
        if (this.closed) return null;
        throw error;
      });
      if (chunk === null) return;
      const nowMs = performance.now();
      const cursor = chunk.cursor();
      while (cursor.next()) {
        const score = this.cluster.registry.wire.read(reader.window(cursor.buffer, cursor.valueStart, cursor.valueEnd)) as Decoded<"Score">;
        this.answered(score.value.eventId ?? "", nowMs);
        this.seenPartitions.add(partition);
      }
      position = chunk.next;
    }
  }

  private answered(eventId: string, nowMs: number): void {
    const dueMs = this.dueMs.get(eventId);
    if (dueMs === undefined) return;
    this.dueMs.delete(eventId);
    this.latencies.push(nowMs - dueMs);
  }
}
