import type { Clock, StateStore, StoreWrite } from "./ports.ts";

/** The part of an engine that the queue needs. */
export interface StoreSource {
  readonly unwritten: number;
  readonly storeBehind: boolean;
  takeWrite(): StoreWrite;
  written(): void;
}

export interface StoreQueueSettings {
  readonly storeIntervalMs: number;
  readonly storeMaxStates: number;
}

/** Step 10: writes state, timers and offset behind the commit, one write at a time. */
export class StoreQueue {
  private readonly store: StateStore;
  private readonly source: StoreSource;
  private readonly clock: Clock;
  private readonly settings: StoreQueueSettings;
  private writing: Promise<void> = Promise.resolve();
  private failure: unknown = null;
  private lastPushMs: number;

  constructor(store: StateStore, source: StoreSource, clock: Clock, settings: StoreQueueSettings) {
    this.store = store;
    this.source = source;
    this.clock = clock;
    this.settings = settings;
    this.lastPushMs = clock.now();
  }

  /** Enough time passed or enough states changed. */
  due(): boolean {
    if (!this.source.storeBehind) return false;
    return this.clock.now() - this.lastPushMs >= this.settings.storeIntervalMs || this.source.unwritten >= this.settings.storeMaxStates;
  }

  /** Takes all changes and begins to write them; waits for the write before it. The caller has seen to it that they are committed. */
  async push(): Promise<void> {
    await this.settled();
    this.lastPushMs = this.clock.now();
    const write = this.source.takeWrite();
    this.writing = this.store.write(write).then(
      () => this.source.written(),
      (error: unknown) => {
        this.failure = error;
      },
    );
  }

  /** Writes what is left; afterwards S = C. */
  async drain(): Promise<void> {
    if (this.source.storeBehind) await this.push();
    await this.settled();
  }

  private async settled(): Promise<void> {
    await this.writing;
    if (this.failure !== null) throw this.failure;
  }
}
