import { BatchCursor, type RecordSegment } from "@leadstream/kafka";
import { openStateStore } from "@leadstream/state";
import { defaultTaskSettings, type EngineCounts, FoldEngine, type StateStore, StoreQueue, type Topology } from "@leadstream/stream";
import { systemClock } from "@leadstream/telemetry";
import { DiscardingOutbox } from "./discarding-outbox.ts";

export interface StoredFoldSettings {
  readonly directory: string;
  readonly cacheBytes: number;
  /** Records between two writes to the store; without it the store is written when a service would write it. */
  readonly storeEvery?: number;
}

const BREATHE_EVERY = 256;

/** A service's fold over its real store on the disk, fed from memory: what is left of the service without a broker. The store is written behind, as there. */
export class StoredFold {
  private readonly store: StateStore;
  private readonly outbox: DiscardingOutbox;
  private readonly engine: FoldEngine<unknown, unknown, unknown>;
  private readonly queue: StoreQueue;
  private readonly storeEvery: number | undefined;
  private sinceWrite = 0;

  private constructor(store: StateStore, outbox: DiscardingOutbox, engine: FoldEngine<unknown, unknown, unknown>, storeEvery?: number) {
    this.store = store;
    this.outbox = outbox;
    this.engine = engine;
    this.queue = new StoreQueue(store, engine, systemClock, defaultTaskSettings);
    this.storeEvery = storeEvery;
  }

  /** Takes the steps of a start that concern state: lock the store, read its header, make the engine. */
  static async open(topology: Topology, { directory, cacheBytes, storeEvery }: StoredFoldSettings): Promise<StoredFold> {
    const store = openStateStore({ directory, name: topology.name, partition: 0 });
    const header = await store.open();
    const outbox = new DiscardingOutbox();
    const engine = new FoldEngine(topology, { partition: 0, incarnation: "bench" }, store, header, outbox, cacheBytes);
    return new StoredFold(store, outbox, engine, storeEvery);
  }

  get counts(): EngineCounts {
    return this.engine.counts;
  }

  get position(): number {
    return this.engine.position;
  }

  async feed(segments: readonly RecordSegment[]): Promise<void> {
    const cursor = new BatchCursor(segments, 0);
    while (cursor.next()) {
      this.engine.accept(cursor);
      this.sinceWrite++;
      const pause = this.sinceWrite % BREATHE_EVERY === 0;
      if (this.storeEvery === undefined ? pause && this.queue.due() : this.sinceWrite >= this.storeEvery) await this.beginWrite();
      // Answers of the store's thread are heard between records, as in a service.
      else if (pause) await new Promise(setImmediate);
    }
  }

  /** Waits for the write before; nothing where that one has it all. */
  async beginWrite(): Promise<void> {
    if (this.sinceWrite === 0) return;
    this.sinceWrite = 0;
    this.outbox.reset();
    await this.queue.push();
  }

  /** Writes what is left. */
  settle(): Promise<void> {
    return this.queue.drain();
  }

  async close(): Promise<void> {
    await this.settle();
    await this.store.close();
  }
}
