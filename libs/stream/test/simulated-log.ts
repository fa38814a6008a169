import {
  type Clock,
  type CommittedOffset,
  type Inbox,
  MemoryBroker,
  MemoryOutbox,
  type MemoryRecord,
  MemoryStateStore,
  memoryChunk,
  RetriableStreamError,
  type StateStore,
  type StoreHeader,
  StreamError,
  type TransactionalWriter,
} from "../src/index.ts";

export type CommitFault = "before-send" | "before-end" | "after-end";

/** One partition with transactions, fencing and injected faults: what the fold protocol needs of a broker, and nothing else. */
export class SimulatedLog {
  readonly broker = new MemoryBroker();
  readonly topic: string;
  committedOffset: CommittedOffset | null = null;
  incarnation = "log-1";
  logStart = 0;
  /** Commits that are to fail, in order of their coming; null lets one pass. */
  faults: (CommitFault | null)[] = [];
  /** Called when a reader asks for more than there is. */
  onIdle: () => void = () => undefined;
  private epoch = 0;

  constructor(topic: string) {
    this.topic = topic;
    this.broker.topic(topic);
    this.broker.topic("lead.signals");
    this.broker.topic("lead.dead-letters");
  }

  get records(): readonly MemoryRecord[] {
    return this.broker.topic(this.topic)[0]!;
  }

  inbox(chunkRecords: number): Inbox {
    return {
      topic: this.topic,
      partition: 0,
      incarnation: this.incarnation,
      bounds: async () => ({ logStart: this.logStart, lastStableOffset: this.records.length }),
      fetch: async (position) => {
        if (position >= this.records.length) this.onIdle();
        await new Promise((resolve) => setImmediate(resolve));
        return memoryChunk(this.records, position, chunkRecords);
      },
      close: async () => undefined,
    };
  }

  writer(): TransactionalWriter {
    const outbox = new MemoryOutbox();
    let epoch = -1;
    return {
      initialise: async () => {
        epoch = ++this.epoch;
      },
      committed: async () => this.committedOffset,
      outbox: () => outbox,
      commit: async (offset, metadata) => {
        const sent = outbox.take();
        const fault = this.faults.shift() ?? null;
        await new Promise((resolve) => setImmediate(resolve));
        if (epoch !== this.epoch) throw new StreamError("FENCED", "another writer took over", "Stop");
        if (fault === "before-send" || fault === "before-end") throw new RetriableStreamError(fault);
        for (const { topic, partition, record } of sent) this.broker.appendBytes(topic, partition, record);
        this.committedOffset = { offset, metadata };
        if (fault === "after-end") throw new RetriableStreamError(fault);
      },
      close: async () => undefined,
    };
  }
}

/** A store that outlives its task, as a folder does: every opening sees what was written before. */
export class SurvivingStore implements StateStore {
  private readonly inner = new MemoryStateStore();
  private opened = false;

  async open(): Promise<StoreHeader | null> {
    if (this.opened) await this.inner.close();
    this.opened = true;
    return this.inner.open();
  }
  read(key: string): Buffer | undefined {
    return this.inner.read(key);
  }
  timers: StateStore["timers"] = (after, limit) => this.inner.timers(after, limit);
  write: StateStore["write"] = (batch) => this.inner.write(batch);
  keys: StateStore["keys"] = (after) => this.inner.keys(after);
  clear: StateStore["clear"] = () => this.inner.clear();
  async close(): Promise<void> {
    this.opened = false;
    await this.inner.close();
  }
}

/** A clock that moves one millisecond per question. */
export class SteppingClock implements Clock {
  time: number;
  constructor(time: number) {
    this.time = time;
  }
  now(): number {
    return this.time++;
  }
  async sleep(): Promise<void> {
    await this.breathe();
  }
  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
