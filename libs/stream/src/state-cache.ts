import { AvroReader, AvroWriter } from "@leadstream/schemas";
import { type BinaryCodec, NO_TIMER } from "./fold.ts";
import { compareKeys } from "./key-order.ts";
import type { StateStore, StoreWrite, TimerEntry } from "./ports.ts";

/** A key in use: its decoded state, or null when there is none. Valid until the next question to the cache. */
export interface CacheEntry<State> {
  readonly key: string;
  state: State | null;
}

/** What the cache keeps of a key: the decoded state, its bytes, or both when nothing changed since they were made. */
interface Kept<State> extends CacheEntry<State> {
  bytes: Buffer | null;
  dirty: boolean;
  /** Round of decoded states in which it was used last. */
  round: number;
  /** Timers that the store holds (or is about to hold) for it. */
  readonly storedTimers: number[];
  /** Timers of a packed state that differ from those. */
  packedTimers: number[] | null;
}

export interface TimerKinds<State> {
  readonly timerKinds: number;
  timerOf(state: State, kind: number): number;
}

/**
 * States of one partition: the ones used last are decoded in memory, those used lately are there as bytes, the others stay in the store.
 * Two generations replace a list of uses: when the young one is full the old one is dropped. What is not written yet is never dropped.
 * Decoded states go in two rounds likewise: what was not used in the round that ends is packed into bytes, as the store gets them.
 */
export class StateCache<State> {
  private young = new Map<string, Kept<State>>();
  private old = new Map<string, Kept<State>>();
  private dirty = new Map<string, Kept<State>>();
  private writing = new Map<string, Kept<State>>();
  private readonly store: StateStore;
  private readonly codec: BinaryCodec<State> & TimerKinds<State>;
  private readonly generationSize: number;
  private readonly roundSize: number;
  private decoded: Kept<State>[] = [];
  private decodedBefore: Kept<State>[] = [];
  private round = 0;
  /** Decoded states that were packed: filled anew, because objects of middle age are what the collector pays most for. */
  private readonly spares: State[] = [];
  private readonly reader = new AvroReader();
  private readonly writer = new AvroWriter(1 << 16);

  constructor(store: StateStore, codec: BinaryCodec<State> & TimerKinds<State>, capacity: number) {
    this.store = store;
    this.codec = codec;
    this.generationSize = Math.max(1, capacity >> 1);
    // As many decoded states as keys in a generation: packing more of them halves the throughput where the leads in use do not fit.
    this.roundSize = this.generationSize;
  }

  /** The entry of a key; made empty when nobody knows the key. */
  entry(key: string): CacheEntry<State> {
    return this.use(this.young.get(key) ?? this.promote(key));
  }

  /** The entry of a key without keeping it: for visits of all keys, which must not drive out the ones in use. */
  peek(key: string): CacheEntry<State> {
    return this.use(this.young.get(key) ?? this.known(key) ?? this.fromStore(key));
  }

  private known(key: string): Kept<State> | undefined {
    return this.old.get(key) ?? this.unwrittenEntry(key);
  }

  private unwrittenEntry(key: string): Kept<State> | undefined {
    return this.dirty.get(key) ?? this.writing.get(key);
  }

  /**
   * The first `limit` keys after `after` in the order of keys: of the store and of states that it does not hold yet, so the answer
   * does not depend on how far the store is behind.
   */
  keysAfter(after: string, limit: number): string[] {
    let keys = new Set<string>();
    for (const key of this.store.keys(after)) {
      const entry = this.unwrittenEntry(key);
      if (entry === undefined || exists(entry)) keys.add(key);
      if (keys.size >= limit) break;
    }
    let last = keys.size < limit ? null : [...keys].at(-1)!;
    for (const entries of [this.writing, this.dirty]) {
      for (const entry of entries.values()) {
        const { key } = entry;
        if (!exists(entry) || compareKeys(key, after) <= 0 || (last !== null && compareKeys(key, last) > 0)) continue;
        keys.add(key);
        if (keys.size < limit * 4) continue;
        const first = [...keys].sort(compareKeys).slice(0, limit);
        last = first.at(-1)!;
        keys = new Set(first);
      }
    }
    return [...keys].sort(compareKeys).slice(0, limit);
  }

  private promote(key: string): Kept<State> {
    const entry = this.known(key) ?? this.fromStore(key);
    if (this.young.size >= this.generationSize) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, entry);
    return entry;
  }

  /** The entry with its state decoded. */
  private use(entry: Kept<State>): Kept<State> {
    if (entry.round === this.round) return entry;
    entry.round = this.round;
    if (entry.state === null && entry.bytes !== null) {
      entry.state = this.decode(entry.bytes);
      entry.packedTimers = null;
    }
    this.decoded.push(entry);
    if (this.decoded.length >= this.roundSize) this.nextRound();
    return entry;
  }

  private nextRound(): void {
    const ended = this.round++;
    for (const entry of this.decodedBefore) if (entry.round < ended) this.pack(entry);
    if (this.spares.length > this.roundSize) this.spares.length = this.roundSize;
    this.decodedBefore = this.decoded;
    this.decoded = [];
  }

  private pack(entry: Kept<State>): void {
    if (entry.state === null) return;
    entry.bytes ??= this.encode(entry.state);
    if (entry.dirty) entry.packedTimers = entry.storedTimers.map((_, kind) => this.dueOf(entry, kind));
    this.spares.push(entry.state);
    entry.state = null;
  }

  private decode(bytes: Buffer): State {
    return this.codec.read(this.reader.window(bytes, 0, bytes.length), this.spares.pop());
  }

  private encode(state: State): Buffer {
    this.writer.reset();
    this.codec.write(this.writer, state);
    return this.writer.slice();
  }

  private dueOf({ state, bytes, packedTimers, storedTimers }: Kept<State>, kind: number): number {
    if (state !== null) return this.codec.timerOf(state, kind);
    return bytes === null ? NO_TIMER : (packedTimers ?? storedTimers)[kind]!;
  }

  private fromStore(key: string): Kept<State> {
    const { timerKinds } = this.codec;
    const bytes = this.store.read(key);
    const entry: Kept<State> = {
      key,
      state: null,
      bytes: null,
      dirty: false,
      round: -1,
      storedTimers: new Array<number>(timerKinds).fill(NO_TIMER),
      packedTimers: null,
    };
    if (bytes === undefined) return entry;
    const state = this.decode(bytes);
    entry.state = state;
    for (let kind = 0; kind < timerKinds; kind++) entry.storedTimers[kind] = this.codec.timerOf(state, kind);
    return entry;
  }

  /** The state of an entry that this cache gave was changed. */
  markDirty(changed: CacheEntry<State>): void {
    const entry = changed as Kept<State>;
    entry.bytes = null;
    if (entry.dirty) return;
    entry.dirty = true;
    this.dirty.set(entry.key, entry);
  }

  get unwritten(): number {
    return this.dirty.size;
  }

  /** Visits the timers of every state that the store does not hold yet. */
  unwrittenTimers(visit: (due: number, key: string, kind: number) => void): void {
    for (const entries of [this.writing, this.dirty]) {
      for (const entry of entries.values()) {
        if (!exists(entry)) continue;
        for (let kind = 0; kind < this.codec.timerKinds; kind++) visit(this.dueOf(entry, kind), entry.key, kind);
      }
    }
  }

  /** Encodes all that is not written; the caller writes it and then calls `written`. One write at a time. */
  take(): Pick<StoreWrite, "states" | "timersAdded" | "timersRemoved"> {
    const states: [string, Buffer | null][] = [];
    const timersAdded: TimerEntry[] = [];
    const timersRemoved: TimerEntry[] = [];
    const { codec } = this;
    for (const entry of this.dirty.values()) {
      const { key, storedTimers } = entry;
      if (entry.state !== null) entry.bytes ??= this.encode(entry.state);
      states.push([key, entry.bytes]);
      for (let kind = 0; kind < codec.timerKinds; kind++) {
        const due = this.dueOf(entry, kind);
        const stored = storedTimers[kind]!;
        if (due === stored) continue;
        if (stored !== NO_TIMER) timersRemoved.push({ due: stored, key, kind });
        if (due !== NO_TIMER) timersAdded.push({ due, key, kind });
        storedTimers[kind] = due;
      }
      entry.packedTimers = null;
      entry.dirty = false;
    }
    this.writing = this.dirty;
    this.dirty = new Map();
    return { states, timersAdded, timersRemoved };
  }

  written(): void {
    this.writing = new Map();
  }
}

function exists<State>({ state, bytes }: Kept<State>): boolean {
  return state !== null || bytes !== null;
}
