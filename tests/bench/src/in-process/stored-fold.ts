import { BatchCursor, type RecordSegment } from "@leadstream/kafka";
import { openStateStore } from "@leadstream/state";
import { type EngineCounts, FoldEngine, type StateStore, type Topology } from "@leadstream/stream";
import { DiscardingOutbox } from "./discarding-outbox.ts";

export interface StoredFoldSettings {
  readonly directory: string;
  readonly cacheBytes: number;
  /** Records between two writes to the store. */
  readonly storeEvery: number;
}

const BREATHE_EVERY = 256;

/** A service's fold over its real store on the disk, fed from memory: what is left of the service without a broker. The store is written behind, as there. */
export class StoredFold {
  private readonly store: StateStore;
  private readonly outbox: DiscardingOutbox;
  private readonly engine: FoldEngine<unknown, unknown, unknown>;
  private readonly storeEvery: number;
  private writing: Promise<void> = Promise.resolve();
  private sinceWrite = 0;

  private constructor(store: StateStore, outbox: DiscardingOutbox, engine: FoldEngine<unknown, unknown, unknown>, storeEvery: number) {
    this.store = store;
    this.outbox = outbox;
    this.engine = engine;
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
    for (let fed = 1; cursor.next(); fed++) {
      this.engine.accept(cursor);
      if (++this.sinceWrite >= this.storeEvery) await this.write();
      // Answers of the store's thread are heard between records, as in a service.
      else if (fed % BREATHE_EVERY === 0) await new Promise(setImmediate);
    }
  }

  /** Begins the next write as soon as the one before is done. */
  private async write(): Promise<void> {
    await this.writing;
    this.sinceWrite = 0;
    this.outbox.reset();
    this.writing = this.store.write(this.engine.takeWrite()).then(() => this.engine.written());
  }

  /** Writes what is left. */
  async settle(): Promise<void> {
    if (this.engine.storeBehind) await this.write();
    await this.writing;
  }

  async close(): Promise<void> {
    await this.settle();
    await this.store.close();
  }
}
