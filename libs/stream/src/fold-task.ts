import { UnknownSchemaIdError } from "@leadstream/schemas";
import { RetriableStreamError, StreamError } from "./errors.ts";
import { FoldEngine } from "./fold-engine.ts";
import type { Clock, Inbox, Outbox, RecordChunk, RecordCursor, TransactionalWriter } from "./ports.ts";
import { checkReplay, planRecovery } from "./recovery.ts";
import { StoreQueue } from "./store-queue.ts";
import { outputPartitions, type Topology } from "./topology.ts";

/** Limits of a task; the defaults of the services' configuration. */
export interface TaskSettings {
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMs: number;
  /** An outbox that holds as much is committed before the chunk is finished. */
  readonly commitMaxRecords: number;
  readonly commitMaxBytes: number;
  /** An offset that moved without outputs is committed after this time at the latest. */
  readonly idleCommitMs: number;
  /** The store follows the commit: at most this much later, at most so many states behind. */
  readonly storeIntervalMs: number;
  readonly storeMaxStates: number;
  /** States kept in memory, as bytes. */
  readonly cacheBytes: number;
  /** Log time may run ahead of the wall clock by so much before the task halts. */
  readonly maxClockLeadMs: number;
}

/** A chunk holds thousands of records: the transaction under way and the group's heartbeat must not wait until all of them are folded. */
const BREATHE_EVERY_RECORDS = 256;
const BREATHE_AFTER_MS = 20;

export const defaultTaskSettings: TaskSettings = {
  fetchMaxBytes: 4 << 20,
  fetchMaxWaitMs: 250,
  commitMaxRecords: 50_000,
  commitMaxBytes: 16 << 20,
  idleCommitMs: 1_000,
  storeIntervalMs: 2_000,
  storeMaxStates: 25_000,
  cacheBytes: 32 << 20,
  maxClockLeadMs: 300_000,
};

/** Named places where a test may kill the process; the names carry the protocol's step numbers. */
export type FaultPoint = (name: string) => void;

/** What a task tells about itself. */
export interface TaskObserver {
  readonly faultPoint?: FaultPoint;
  committed?(report: CommitReport): void;
  restarted?(partition: number, error: Error): void;
}

export interface CommitReport {
  readonly topology: string;
  readonly partition: number;
  readonly position: number;
  readonly lag: number;
  readonly records: number;
  readonly commitMs: number;
  readonly engine: FoldEngine<unknown, unknown, unknown>["counts"];
}

/** The fold protocol for one input partition; step numbers as in docs/guarantees.md. One life: steps 1 to 11, then thrown away. */
export class FoldTask<Input, State, Shared> {
  private readonly topology: Topology<Input, State, Shared>;
  private readonly partition: number;
  private readonly clock: Clock;
  private readonly settings: TaskSettings;
  private readonly observer: TaskObserver;
  private readonly stop: AbortSignal;
  private committing: Promise<void> = Promise.resolve();
  private commitFailure: unknown = null;
  private lastCommitMs = 0;
  private committedPosition = 0;
  private lastStableOffset = 0;
  private lastTickMs: number;
  private tickPending = false;
  private sinceBreath = 0;
  private lastBreathMs = 0;

  constructor(
    topology: Topology<Input, State, Shared>,
    partition: number,
    clock: Clock,
    settings: TaskSettings,
    observer: TaskObserver,
    stop: AbortSignal,
  ) {
    this.topology = topology;
    this.partition = partition;
    this.clock = clock;
    this.settings = settings;
    this.observer = observer;
    this.stop = stop;
    this.lastTickMs = clock.now();
  }

  /** Runs until the signal aborts (then drains until S = C) or something fails. */
  async run(): Promise<void> {
    const { topology, partition } = this;
    const store = topology.stores.store(partition);
    const header = await store.open(); // step 1
    let writer: TransactionalWriter | null = null;
    let inbox: Inbox | null = null;
    try {
      this.fault("step-1-store-locked");
      writer = topology.transactions.writer(partition, outputPartitions(topology as Topology, partition));
      await writer.initialise(); // step 2
      this.fault("step-2-producer-initialised");
      const committed = await writer.committed(header?.offset ?? 0); // step 3
      this.fault("step-3-offset-fetched");
      inbox = await topology.inbox.open(partition);
      const plan = planRecovery({
        inbox: `${inbox.topic}-${partition}`,
        bounds: await inbox.bounds(),
        store: header,
        committed,
        fingerprint: topology.stores.fingerprint,
        incarnation: inbox.incarnation,
      }); // step 4
      this.fault("step-4-checked");
      const engine = new FoldEngine(
        topology,
        { partition, incarnation: inbox.incarnation },
        store,
        header,
        writer.outbox(),
        this.settings.cacheBytes,
      );
      engine.position = plan.from;
      const queue = new StoreQueue(store, engine, this.clock, this.settings);
      await this.catchUp(engine, inbox, queue, plan.to); // step 5
      if (engine.position < plan.to) {
        await queue.drain(); // stopped on the way: S < C, the next life goes on from S
        return;
      }
      checkReplay(`${inbox.topic}-${partition}`, plan, engine.outgoing);
      this.fault("step-5-caught-up");
      this.committedPosition = engine.position;
      await this.live(engine, inbox, writer, queue);
      await queue.drain(); // step 11: S = C before the group is left
      this.fault("step-11-drained");
    } finally {
      await this.committing.catch(() => undefined);
      await Promise.allSettled([inbox?.close(), writer?.close()]);
      await store.close();
    }
  }

  /** Step 5: folds by position, outputs suppressed; nothing is committed. */
  private async catchUp(engine: FoldEngine<Input, State, Shared>, inbox: Inbox, queue: StoreQueue, to: number): Promise<void> {
    engine.suppressed = true;
    while (engine.position < to && !this.stop.aborted) {
      const chunk = await inbox.fetch(engine.position, { maxBytes: this.settings.fetchMaxBytes, maxWaitMs: this.settings.fetchMaxWaitMs });
      const cursor = chunk.cursor();
      while (cursor.next() && cursor.offset < to) {
        const unknown = this.accept(engine, cursor);
        if (unknown !== null) await this.resolveAndAccept(engine, cursor, unknown);
        if (engine.unwritten >= this.settings.storeMaxStates) await queue.push();
        if (++this.sinceBreath >= BREATHE_EVERY_RECORDS) await this.breathe();
      }
      // Markers and aborted records occupy offsets: position, not the last record, ends the loop.
      engine.position = Math.min(chunk.next, to);
      if (queue.due()) await queue.push();
    }
    engine.suppressed = false;
  }

  private async live(
    engine: FoldEngine<Input, State, Shared>,
    inbox: Inbox,
    writer: TransactionalWriter,
    queue: StoreQueue,
  ): Promise<void> {
    const outbox = writer.outbox();
    while (!this.stop.aborted) {
      const chunk = await inbox.fetch(engine.position, { maxBytes: this.settings.fetchMaxBytes, maxWaitMs: this.settings.fetchMaxWaitMs }); // step 6
      if (this.commitFailure !== null) throw this.commitFailure;
      this.observeChunk(chunk);
      await this.foldChunk(engine, chunk, writer, outbox, queue);
      this.checkClock(engine);
      await this.commitWhenDue(engine, writer, outbox);
      if (queue.due()) await this.pushStore(engine, writer, outbox, queue);
      await this.maybeTick(engine);
    }
    await this.settled();
    if (engine.position > this.committedPosition) await this.commit(engine, writer, outbox);
    await this.settled();
  }

  private async foldChunk(
    engine: FoldEngine<Input, State, Shared>,
    chunk: RecordChunk,
    writer: TransactionalWriter,
    outbox: Outbox,
    queue: StoreQueue,
  ): Promise<void> {
    const { commitMaxRecords, commitMaxBytes, storeMaxStates } = this.settings;
    const cursor = chunk.cursor();
    while (cursor.next()) {
      const unknown = this.accept(engine, cursor);
      if (unknown !== null) await this.resolveAndAccept(engine, cursor, unknown);
      if (outbox.records >= commitMaxRecords || outbox.bytes >= commitMaxBytes) {
        await this.commit(engine, writer, outbox);
      }
      // Visits after a change of the shared value touch many states with each record: they must not pile up until the chunk ends.
      if (engine.unwritten >= storeMaxStates) await this.pushStore(engine, writer, outbox, queue);
      if (++this.sinceBreath >= BREATHE_EVERY_RECORDS) await this.breathe();
    }
    engine.position = chunk.next;
    this.fault("step-6-folded");
  }

  private async breathe(): Promise<void> {
    this.sinceBreath = 0;
    if (this.clock.now() - this.lastBreathMs < BREATHE_AFTER_MS) return;
    await this.clock.breathe();
    this.lastBreathMs = this.clock.now();
  }

  /** Step 10, behind a commit of all that the store is to hold. */
  private async pushStore(
    engine: FoldEngine<Input, State, Shared>,
    writer: TransactionalWriter,
    outbox: Outbox,
    queue: StoreQueue,
  ): Promise<void> {
    await this.settled();
    if (engine.position > this.committedPosition) await this.commit(engine, writer, outbox);
    await this.settled();
    await queue.push(); // step 10
    this.fault("step-10-store-queued");
  }

  /** null, or the schema id that has to be resolved before the record can be folded: the hot path stays free of promises. */
  private accept(engine: FoldEngine<Input, State, Shared>, cursor: RecordCursor): number | null {
    try {
      engine.accept(cursor);
      return null;
    } catch (error) {
      if (error instanceof UnknownSchemaIdError) return error.schemaId;
      throw error;
    }
  }

  private async resolveAndAccept(engine: FoldEngine<Input, State, Shared>, cursor: RecordCursor, schemaId: number): Promise<void> {
    await this.topology.inbox.resolveSchema(schemaId);
    engine.accept(cursor);
  }

  private async commitWhenDue(engine: FoldEngine<Input, State, Shared>, writer: TransactionalWriter, outbox: Outbox): Promise<void> {
    if (engine.position === this.committedPosition) return;
    if (outbox.records === 0 && this.clock.now() - this.lastCommitMs < this.settings.idleCommitMs) return;
    await this.commit(engine, writer, outbox);
  }

  /** Steps 7 to 9, begun here and awaited before the next one: the next chunk is folded meanwhile. */
  private async commit(engine: FoldEngine<Input, State, Shared>, writer: TransactionalWriter, outbox: Outbox): Promise<void> {
    await this.settled();
    const { position } = engine;
    const { records } = outbox;
    const startedMs = this.clock.now();
    const committing = writer.commit(position, engine.commitMetadata()).then(() => {
      this.lastCommitMs = this.clock.now();
      this.committedPosition = position;
      this.fault("step-9-committed");
      this.observer.committed?.({
        topology: this.topology.name,
        partition: this.partition,
        position,
        lag: Math.max(0, this.lastStableOffset - position),
        records,
        commitMs: this.lastCommitMs - startedMs,
        engine: engine.counts,
      });
    });
    // A failure is kept and thrown by whoever awaits next; it must not become an unhandled rejection meanwhile.
    this.committing = committing.catch((error: unknown) => {
      this.commitFailure = error;
    });
    this.fault("step-7-commit-begun");
  }

  private async settled(): Promise<void> {
    await this.committing;
    if (this.commitFailure !== null) throw this.commitFailure;
  }

  private observeChunk(chunk: RecordChunk): void {
    this.lastStableOffset = chunk.lastStableOffset;
    if (chunk.records > 0) this.tickPending = false;
  }

  /** At a steady pace, as folds behind know the time from ticks alone; only when everything readable was read, and one at a time. */
  private async maybeTick(engine: FoldEngine<Input, State, Shared>): Promise<void> {
    const { ticks } = this.topology;
    if (ticks === null || this.tickPending || engine.position < this.lastStableOffset) return;
    if (this.clock.now() - this.lastTickMs < ticks.everyMs) return;
    this.tickPending = true;
    this.lastTickMs = this.clock.now();
    await ticks.writer.append(this.partition).catch((error: unknown) => {
      this.tickPending = false;
      throw new RetriableStreamError("the tick was not accepted", { cause: error });
    });
  }

  private checkClock(engine: FoldEngine<Input, State, Shared>): void {
    const lead = engine.now - this.clock.now();
    if (lead <= this.settings.maxClockLeadMs) return;
    throw new StreamError(
      "CLOCK_AHEAD",
      `${this.topology.inbox.topic}-${this.partition}: log time runs ${lead} ms ahead of this machine's clock`,
      "Set the clocks of broker and services (NTP), then start again",
    );
  }

  private fault(name: string): void {
    this.observer.faultPoint?.(`${this.topology.name}/${name}`);
  }
}
