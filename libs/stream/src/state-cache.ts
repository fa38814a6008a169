import { AvroReader, AvroWriter } from "@leadstream/schemas";
import { type BinaryCodec, NO_TIMER } from "./fold.ts";
import { compareKeys } from "./key-order.ts";
import type { StateStore, StoreWrite, TimerEntry } from "./ports.ts";

/** A state in memory and the timers that the store holds (or is about to hold) for it. */
export interface CacheEntry<State> {
  readonly key: string;
  state: State | null;
  dirty: boolean;
  readonly storedTimers: number[];
}

export interface TimerKinds<State> {
  readonly timerKinds: number;
  timerOf(state: State, kind: number): number;
}

/**
 * States of one partition: the ones lately used are decoded in memory, the others stay in the store.
 * Two generations replace a list of uses: when the young one is full the old one is dropped. What is not written yet is never dropped.
 */
export class StateCache<State> {
  private young = new Map<string, CacheEntry<State>>();
  private old = new Map<string, CacheEntry<State>>();
  private dirty = new Map<string, CacheEntry<State>>();
  private writing = new Map<string, CacheEntry<State>>();
  private readonly store: StateStore;
  private readonly codec: BinaryCodec<State> & TimerKinds<State>;
  private readonly generationSize: number;
  private readonly reader = new AvroReader();
  private readonly writer = new AvroWriter(1 << 16);

  constructor(store: StateStore, codec: BinaryCodec<State> & TimerKinds<State>, capacity: number) {
    this.store = store;
    this.codec = codec;
    this.generationSize = Math.max(1, capacity >> 1);
  }

  /** The entry of a key; made empty when nobody knows the key. */
  entry(key: string): CacheEntry<State> {
    return this.young.get(key) ?? this.promote(key);
  }

  /** The entry of a key without keeping it: for visits of all keys, which must not drive out the ones in use. */
  peek(key: string): CacheEntry<State> {
    return this.young.get(key) ?? this.known(key) ?? this.fromStore(key);
  }

  private known(key: string): CacheEntry<State> | undefined {
    return this.old.get(key) ?? this.unwrittenEntry(key);
  }

  private unwrittenEntry(key: string): CacheEntry<State> | undefined {
    return this.dirty.get(key) ?? this.writing.get(key);
  }

  /**
   * The first `limit` keys after `after` in the order of keys: of the store and of states that it does not hold yet, so the answer
   * does not depend on how far the store is behind.
   */
  keysAfter(after: string, limit: number): string[] {
    let keys = new Set<string>();
    for (const key of this.store.keys(after)) {
      if (this.unwrittenEntry(key)?.state !== null) keys.add(key);
      if (keys.size >= limit) break;
    }
    let last = keys.size < limit ? null : [...keys].at(-1)!;
    for (const entries of [this.writing, this.dirty]) {
      for (const { key, state } of entries.values()) {
        if (state === null || compareKeys(key, after) <= 0 || (last !== null && compareKeys(key, last) > 0)) continue;
        keys.add(key);
        if (keys.size < limit * 4) continue;
        const first = [...keys].sort(compareKeys).slice(0, limit);
        last = first.at(-1)!;
        keys = new Set(first);
      }
    }
    return [...keys].sort(compareKeys).slice(0, limit);
  }

  private promote(key: string): CacheEntry<State> {
    const entry = this.known(key) ?? this.fromStore(key);
    if (this.young.size >= this.generationSize) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, entry);
    return entry;
  }

  private fromStore(key: string): CacheEntry<State> {
    const { timerKinds } = this.codec;
    const bytes = this.store.read(key);
    const storedTimers = new Array<number>(timerKinds).fill(NO_TIMER);
    if (bytes === undefined) return { key, state: null, dirty: false, storedTimers };
    const state = this.codec.read(this.reader.window(bytes, 0, bytes.length));
    for (let kind = 0; kind < timerKinds; kind++) storedTimers[kind] = this.codec.timerOf(state, kind);
    return { key, state, dirty: false, storedTimers };
  }

  markDirty(entry: CacheEntry<State>): void {
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
        if (entry.state === null) continue;
        for (let kind = 0; kind < this.codec.timerKinds; kind++) visit(this.codec.timerOf(entry.state, kind), entry.key, kind);
      }
    }
  }

  /** Encodes all that is not written; the caller writes it and then calls `written`. One write at a time. */
  take(): Pick<StoreWrite, "states" | "timersAdded" | "timersRemoved"> {
    const states: [string, Buffer | null][] = [];
    const timersAdded: TimerEntry[] = [];
    const timersRemoved: TimerEntry[] = [];
    const { codec, writer } = this;
    for (const entry of this.dirty.values()) {
      const { key, state, storedTimers } = entry;
      if (state === null) states.push([key, null]);
      else {
        writer.reset();
        codec.write(writer, state);
        states.push([key, writer.slice()]);
      }
      for (let kind = 0; kind < codec.timerKinds; kind++) {
        const due = state === null ? NO_TIMER : codec.timerOf(state, kind);
        const stored = storedTimers[kind]!;
        if (due === stored) continue;
        if (stored !== NO_TIMER) timersRemoved.push({ due: stored, key, kind });
        if (due !== NO_TIMER) timersAdded.push({ due, key, kind });
        storedTimers[kind] = due;
      }
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
