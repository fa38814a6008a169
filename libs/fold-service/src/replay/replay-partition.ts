import { UnknownSchemaIdError } from "@leadstream/schemas";
import {
  FoldEngine,
  type Inbox,
  type RecordCursor,
  type StateStore,
  type StoreHeader,
  StreamError,
  type Topology,
} from "@leadstream/stream";
import { CommittedOutputs, type OutputOrigin } from "./committed-outputs.ts";
import { hashOfStore, type LiveStore } from "./compare-stores.ts";
import { ComparingOutbox, type Difference } from "./comparing-outbox.ts";

export interface ReplaySettings {
  readonly fetchMaxBytes: number;
  readonly fetchMaxWaitMs: number;
  readonly storeMaxStates: number;
  readonly cacheBytes: number;
}

export interface PartitionWish {
  readonly partition: number;
  /** The group's committed offset: outputs of everything below are in the log. */
  readonly committed: number;
  readonly live: LiveStore | null;
  readonly openOutput: (topic: string, partition: number) => Promise<Inbox>;
}

export interface PartitionVerdict {
  readonly partition: number;
  /** Input offset up to which was replayed. */
  readonly upTo: number;
  readonly records: number;
  readonly outputs: number;
  readonly digest: string;
  readonly differences: readonly Difference[];
  /** The live store at its own offset; "not compared" where there is none. */
  readonly state: "same" | "differs" | "not compared";
  /** Offset of the live store; null where it was not compared. */
  readonly storedAt: number | null;
}

/** Folds one input partition from its first record into an empty store and compares everything that comes out with the log. */
export async function replayPartition(one: Topology, wish: PartitionWish, settings: ReplaySettings): Promise<PartitionVerdict> {
  const { partition, committed, live } = wish;
  const inbox = await one.inbox.open(partition);
  const store = one.stores.store(partition);
  const outputs = new Map<string, CommittedOutputs>();
  const origin = { stage: one.name, topic: inbox.topic, incarnation: inbox.incarnation, partition };
  try {
    await refuseTruncated(inbox);
    const targets = targetsOf(one, partition);
    for (const target of targets) outputs.set(nameOf(target.topic, target.partition), await openOutput(one, wish, target, origin));
    const outbox = new ComparingOutbox(targets, (topic, target) => outputs.get(nameOf(topic, target))?.next() ?? Promise.resolve(null));
    await store.open();
    const identity = { partition, incarnation: inbox.incarnation };
    const engine = new FoldEngine(one, identity, store, null, outbox, settings.cacheBytes);
    const replay = new Replay(one, inbox, engine, store, outbox, settings);
    let state: PartitionVerdict["state"] = "not compared";
    if (live !== null && live.header.offset <= committed) {
      await replay.foldTo(live.header.offset);
      state = (await replay.hash()) === live.hash ? "same" : "differs";
    }
    await replay.foldTo(committed);
    await outbox.finish(committed);
    const { consumed } = engine.counts;
    const { compared, differences } = outbox;
    return {
      partition,
      upTo: committed,
      records: consumed,
      outputs: compared,
      digest: outbox.digest(),
      differences,
      state,
      storedAt: live?.header.offset ?? null,
    };
  } finally {
    await Promise.allSettled([inbox.close(), ...[...outputs.values()].map((output) => output.close())]);
    await store.close();
  }
}

class Replay {
  private readonly one: Topology;
  private readonly inbox: Inbox;
  private readonly engine: FoldEngine<unknown, unknown, unknown>;
  private readonly store: StateStore;
  private readonly outbox: ComparingOutbox;
  private readonly settings: ReplaySettings;
  private header: StoreHeader | null = null;

  constructor(
    one: Topology,
    inbox: Inbox,
    engine: FoldEngine<unknown, unknown, unknown>,
    store: StateStore,
    outbox: ComparingOutbox,
    settings: ReplaySettings,
  ) {
    this.one = one;
    this.inbox = inbox;
    this.engine = engine;
    this.store = store;
    this.outbox = outbox;
    this.settings = settings;
  }

  /** By position: markers and aborted records occupy offsets. */
  async foldTo(end: number): Promise<void> {
    const { engine, inbox, outbox, settings } = this;
    while (engine.position < end) {
      const chunk = await inbox.fetch(engine.position, { maxBytes: settings.fetchMaxBytes, maxWaitMs: settings.fetchMaxWaitMs });
      const cursor = chunk.cursor();
      while (cursor.next() && cursor.offset < end) await this.accept(cursor);
      engine.position = Math.min(chunk.next, end);
      await outbox.compare();
      if (engine.unwritten >= settings.storeMaxStates) await this.write();
    }
  }

  /** Hash of the replayed store where it stands now. */
  async hash(): Promise<string> {
    await this.write();
    if (this.header === null) throw new Error("a replayed store was not written");
    return hashOfStore(this.one.fold, this.header, this.store);
  }

  private async accept(cursor: RecordCursor): Promise<void> {
    try {
      this.engine.accept(cursor);
    } catch (error) {
      if (!(error instanceof UnknownSchemaIdError)) throw error;
      await this.one.inbox.resolveSchema(error.schemaId);
      this.engine.accept(cursor);
    }
  }

  private async write(): Promise<void> {
    if (!this.engine.storeBehind) return;
    const write = this.engine.takeWrite();
    await this.store.write(write);
    this.engine.written();
    this.header = write.header;
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}-${partition}`;

/** Every output partition that this input partition may write to; dead letters go to one. */
function targetsOf(one: Topology, partition: number): { topic: string; partition: number }[] {
  const targets = [...one.outputs.values()].flatMap(({ topic, partitions, copartitioned }) =>
    copartitioned ? [{ topic, partition }] : Array.from({ length: partitions }, (_, target) => ({ topic, partition: target })),
  );
  if (one.deadLetters === null) return targets;
  const { topic, partitions } = one.deadLetters.output;
  return [...targets, { topic, partition: partition % partitions }];
}

async function openOutput(
  one: Topology,
  wish: PartitionWish,
  target: { topic: string; partition: number },
  origin: OutputOrigin,
): Promise<CommittedOutputs> {
  return new CommittedOutputs(await wish.openOutput(target.topic, target.partition), one.inbox, origin);
}

async function refuseTruncated(inbox: Inbox): Promise<void> {
  const { logStart } = await inbox.bounds();
  if (logStart === 0) return;
  throw new StreamError(
    "LOG_TRUNCATED",
    `${inbox.topic}-${inbox.partition} begins at ${logStart}: its fold cannot be repeated from the start`,
    "Inboxes must be kept without limit",
  );
}
