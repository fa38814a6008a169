import { AvroReader, AvroWriter, type RecordName, type Records, type Source, topicNames } from "@leadstream/schemas";
import { deadLetterOf } from "./dead-letter.ts";
import { DeadLetterGuard } from "./dead-letter-limit.ts";
import { decodeOrJudge } from "./decode.ts";
import { type EngineCounts, noCounts } from "./engine-counts.ts";
import { StreamError } from "./errors.ts";
import { type Emitted, type FoldContext, NO_TIMER } from "./fold.ts";
import { decodePartitionState, encodeCommitMetadata, encodePartitionState, type PartitionState, type Walk } from "./partition-state.ts";
import { partitionOf, partitionsOfSameNumber } from "./partitioner.ts";
import type { Outbox, OutboxLane, RecordCursor, StateStore, StoreHeader, StoreWrite } from "./ports.ts";
import type { RecordPlace } from "./stage.ts";
import { type CacheEntry, StateCache } from "./state-cache.ts";
import { TimerQueue } from "./timer-queue.ts";
import type { Output, Topology } from "./topology.ts";

interface Lane {
  readonly lane: OutboxLane;
  readonly target: string;
  seq: number;
}

type MutableSource = { -readonly [K in keyof Source]: Source[K] };

export interface EngineIdentity {
  readonly partition: number;
  readonly incarnation: string;
}

/**
 * Folds one partition, one record at a time, synchronously and without any I/O but the store's reads.
 * Live processing, catching up, replay checks and the in-memory driver all use this one engine.
 */
export class FoldEngine<Input, State, Shared> implements FoldContext {
  readonly counts: EngineCounts = noCounts();
  /** Offset of the next record. */
  position: number;
  /** Step 5: outputs are counted but not written. */
  suppressed = false;
  private readonly topology: Topology<Input, State, Shared>;
  private readonly identity: EngineIdentity;
  private readonly outbox: Outbox;
  private readonly partition: PartitionState<Shared>;
  private readonly cache: StateCache<State>;
  private readonly timers: TimerQueue;
  private readonly lanes = new Map<string, (Lane | undefined)[]>();
  /** Lanes of outputs that stay in this partition: one look-up on the hot path. */
  private readonly ownLanes = new Map<string, Lane>();
  private readonly place: RecordPlace;
  private readonly source: MutableSource;
  private readonly reader = new AvroReader();
  private readonly writer = new AvroWriter(1 << 16);
  private readonly guard: DeadLetterGuard | null;
  private storedOffset: number;

  constructor(
    topology: Topology<Input, State, Shared>,
    identity: EngineIdentity,
    store: StateStore,
    header: StoreHeader | null,
    outbox: Outbox,
    cacheBytes = 32 << 20,
  ) {
    const { fold, inbox } = topology;
    this.topology = topology;
    this.identity = identity;
    this.outbox = outbox;
    this.position = header?.offset ?? 0;
    this.storedOffset = header?.offset ?? -1;
    this.partition =
      header === null
        ? { now: 0, incoming: new Map(), outgoing: new Map(), shared: fold.shared.initial(), walk: null }
        : decodePartitionState(header.partition, fold.shared);
    this.cache = new StateCache(
      store,
      { ...fold.state, timerKinds: fold.timerKinds, timerOf: (state, kind) => fold.timerOf(state, kind) },
      cacheBytes,
    );
    const { cache } = this;
    this.timers = new TimerQueue({
      stored: (after, limit) => store.timers(after, limit),
      unwritten: (visit) => cache.unwrittenTimers(visit),
    });
    this.place = { partition: identity.partition, partitions: inbox.partitions };
    this.source = { topic: inbox.topic, incarnation: identity.incarnation, partition: identity.partition, offset: 0, n: 0, seq: 0 };
    this.guard =
      topology.deadLetters === null ? null : new DeadLetterGuard(`${inbox.topic}-${identity.partition}`, topology.deadLetters.limit);
  }

  get now(): number {
    return this.partition.now;
  }

  get outgoing(): ReadonlyMap<string, number> {
    for (const lanes of this.lanes.values()) {
      for (const lane of lanes) if (lane !== undefined) this.partition.outgoing.set(lane.target, lane.seq);
    }
    return this.partition.outgoing;
  }

  /** Something was folded that the store was not given yet. */
  get storeBehind(): boolean {
    return this.position !== this.storedOffset;
  }

  /** States that are not in the store's next write yet. */
  get unwritten(): number {
    return this.cache.unwritten;
  }

  /** The state of a key as it is now. */
  stateOf(key: string): State | null {
    return this.cache.entry(key).state;
  }

  /** Folds the cursor's record. Throws UnknownSchemaIdError before anything changed: resolve the id and call again. */
  accept(cursor: RecordCursor): void {
    const { stage, inbox, fold } = this.topology;
    const judged = decodeOrJudge(inbox.wire, stage, this.reader, cursor, this.place);
    this.counts.consumed++;
    this.source.offset = cursor.offset;
    this.source.n = 0;
    if (judged.kind === "drop" || (judged.kind === "dead-letter" && this.topology.deadElsewhere)) this.counts.dropped++;
    else if (judged.kind === "dead-letter") this.setAside(cursor, judged.code, judged.detail);
    else if (this.isNext(fold.sourceOf(judged.value))) this.fold(judged.value, cursor.timestamp);
    this.position = cursor.offset + 1;
  }

  private fold(input: Input, logTime: number): void {
    const { fold } = this.topology;
    const time = fold.timeOf(input, logTime);
    if (time !== null && time > this.partition.now) {
      this.partition.now = time;
      if (this.timers.mayBeDue(time)) this.fireTimers(time);
    }
    const key = fold.keyOf(input);
    if (key === null) this.share(fold.onShared(this, this.partition.shared, input));
    else {
      if (this.partition.walk !== null) this.revisitBefore(key);
      const entry = this.cache.entry(key);
      this.replace(entry, fold.onRecord(this, this.partition.shared, entry.state, input));
    }
    if (this.partition.walk !== null) this.revisitSome(this.partition.walk);
    this.counts.folded++;
    this.guard?.accepted();
  }

  private share(shared: Shared): void {
    const { partition } = this;
    const { revisit } = this.topology.fold;
    if (shared !== partition.shared && revisit !== undefined)
      partition.walk = revisit.wanted(shared) ? { after: "", at: partition.now } : null;
    partition.shared = shared;
  }

  /** The next keys in order, driven by records only: a replay visits the same keys with the same records. */
  private revisitSome(walk: Walk): void {
    const { now, shared } = this.partition;
    const limit = this.topology.fold.revisit!.keysFor(shared, now - walk.at);
    if (limit === 0) return;
    const keys = this.cache.keysAfter(walk.after, limit);
    for (const key of keys) this.visit(key);
    this.partition.walk = keys.length < limit ? null : { after: keys.at(-1)!, at: now };
    this.fireMoved();
  }

  private revisitBefore(key: string): void {
    this.visit(key);
    this.fireMoved();
  }

  private visit(key: string): void {
    const entry = this.cache.peek(key);
    if (entry.state === null) return;
    const after = this.topology.fold.revisit!.visit(this, this.partition.shared, entry.state);
    if (after === null) return;
    this.replace(entry, after);
    this.counts.revisited++;
  }

  /** What a visit moved into the past fires now. */
  private fireMoved(): void {
    if (this.timers.mayBeDue(this.partition.now)) this.fireTimers(this.partition.now);
  }

  private fireTimers(now: number): void {
    const { fold } = this.topology;
    for (let timer = this.timers.popDue(now); timer !== null; timer = this.timers.popDue(now)) {
      const { key, kind, due } = timer;
      if (this.partition.walk !== null) this.visit(key);
      const entry = this.cache.entry(key);
      const { state } = entry;
      const present = state === null ? NO_TIMER : fold.timerOf(state, kind);
      if (state === null || present !== due) {
        this.cache.timerPassed(entry, timer);
        this.timers.set(present, key, kind);
        continue;
      }
      const after = fold.onTimer(this, this.partition.shared, state, kind, due);
      if (after !== null) {
        const next = fold.timerOf(after, kind);
        if (next !== NO_TIMER && next <= due)
          throw new Error(`${fold.name}: timer ${kind} did not move on after it fired; it would fire for ever`);
      }
      this.replace(entry, after);
      this.counts.timersFired++;
    }
  }

  private replace(entry: CacheEntry<State>, state: State | null): void {
    if (state === null && entry.state === null) return;
    entry.state = state;
    this.cache.markDirty(entry);
    if (state === null) return;
    const { fold } = this.topology;
    for (let kind = 0; kind < fold.timerKinds; kind++) {
      const due = fold.timerOf(state, kind);
      if (due !== NO_TIMER) this.timers.set(due, entry.key, kind);
    }
  }

  /** Dense sequence numbers: last + 1 is taken, less is dropped, more stops the stage. */
  private isNext(source: Source | null): boolean {
    if (source === null) return true;
    const key = `${source.topic}/${source.incarnation}/${source.partition}`;
    const expected = (this.partition.incoming.get(key) ?? -1) + 1;
    if (source.seq < expected) {
      this.counts.repeated++;
      return false;
    }
    if (source.seq > expected) {
      throw new StreamError(
        "SEQUENCE_GAP",
        `${this.topology.inbox.topic}-${this.identity.partition} offset ${this.source.offset}: sequence ${source.seq} of ${key} where ${expected} was due: records are missing`,
        "Stop; find out which writer lost records before starting again",
      );
    }
    this.partition.incoming.set(key, source.seq);
    return true;
  }

  emit(output: Emitted): void {
    const outcome = this.suppressed ? null : (this.topology.fold.outcomeOf?.(output) ?? null);
    if (outcome !== null) this.counts.outcomes.set(outcome, (this.counts.outcomes.get(outcome) ?? 0) + 1);
    if (output.key !== "") this.emitTo(this.laneOf(output.topic, output.key), output);
    else for (const target of this.partitionsOf(output.topic)) this.emitTo(this.laneTo(output.topic, target), output);
  }

  /** Where a record goes that has no key, because it concerns the whole partition. */
  private partitionsOf(topic: string): number[] {
    return partitionsOfSameNumber(this.identity.partition, this.topology.inbox.partitions, this.outputOf(topic).partitions);
  }

  private emitTo(lane: Lane, output: Emitted): void {
    this.source.seq = lane.seq++;
    this.counts.emitted++;
    if (!this.suppressed) {
      const value = output.value as unknown as { source: Source };
      value.source = this.source;
      const { writer } = this;
      writer.reset();
      this.topology.inbox.wire.write(writer, output.type, value as Records[RecordName]);
      lane.lane.append(this.partition.now, output.key === "" ? null : output.key, writer.buffer, 0, writer.position);
    }
    this.source.n++;
  }

  private laneOf(topic: string, key: string): Lane {
    const own = this.ownLanes.get(topic);
    if (own !== undefined) return own;
    const { copartitioned, partitions } = this.outputOf(topic);
    return this.laneTo(topic, copartitioned ? this.identity.partition : partitionOf(key, partitions));
  }

  private outputOf(topic: string): Output {
    const output = this.topology.outputs.get(topic);
    if (output !== undefined) return output;
    throw new StreamError("INVALID_TOPOLOGY", `${this.topology.name} emitted to ${topic}`, "Name the topic in the topology's to(...)");
  }

  private laneTo(topic: string, partition: number): Lane {
    const { copartitioned, partitions } = this.outputOf(topic);
    const lanes = this.lanes.get(topic) ?? new Array<Lane | undefined>(partitions).fill(undefined);
    this.lanes.set(topic, lanes);
    if (lanes[partition] !== undefined) return lanes[partition];
    const target = `${topic}/${partition}`;
    const lane: Lane = { lane: this.outbox.lane(topic, partition), target, seq: this.partition.outgoing.get(target) ?? 0 };
    lanes[partition] = lane;
    if (copartitioned) this.ownLanes.set(topic, lane);
    return lane;
  }

  private setAside(cursor: RecordCursor, code: string, detail: string): void {
    const { deadLetters, inbox, name } = this.topology;
    const { partition } = this.identity;
    if (deadLetters === null || this.guard === null) {
      throw new StreamError(
        "UNDECODABLE_INTERNAL_RECORD",
        `${inbox.topic}-${partition} offset ${cursor.offset}: ${code}: ${detail}`,
        "A record inside the stream must be readable: start a version that can read it",
      );
    }
    this.guard.rejected(code);
    if (this.suppressed) return;
    this.counts.deadLetters.set(code, (this.counts.deadLetters.get(code) ?? 0) + 1);
    const letter = deadLetterOf(cursor, { topic: inbox.topic, partition, stage: name, code, detail });
    this.writer.reset();
    inbox.wire.write(this.writer, "DeadLetter", letter);
    const lane = this.outbox.lane(topicNames.deadLetters, partition % deadLetters.output.partitions);
    lane.append(cursor.timestamp, `${inbox.topic}-${partition}-${cursor.offset}`, this.writer.buffer, 0, this.writer.position);
  }

  /** Step 8: the metadata that goes with the offset. */
  commitMetadata(): string {
    return encodeCommitMetadata({
      fingerprint: this.topology.stores.fingerprint,
      incarnation: this.identity.incarnation,
      outgoing: Object.fromEntries(this.outgoing),
    });
  }

  /** Step 10: all that changed since the last call, as one write for the store. Call `written` when it is done. */
  takeWrite(): StoreWrite {
    const { outgoing } = this;
    const { now, incoming, shared, walk } = this.partition;
    const write: StoreWrite = {
      previousOffset: this.storedOffset,
      header: {
        offset: this.position,
        fingerprint: this.topology.stores.fingerprint,
        incarnation: this.identity.incarnation,
        partition: encodePartitionState({ now, incoming, outgoing: new Map(outgoing), shared, walk }, this.topology.fold.shared),
      },
      changes: this.cache.take(now),
    };
    this.storedOffset = this.position;
    return write;
  }

  written(): void {
    this.cache.written();
  }
}
