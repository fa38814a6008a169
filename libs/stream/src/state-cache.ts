import { AvroReader, AvroWriter } from "@leadstream/schemas";
import { unreadableStore } from "./errors.ts";
import { NO_TIMER, type StateCodec } from "./fold.ts";
import { compareKeys } from "./key-order.ts";
import type { StateStore, TimerEntry } from "./ports.ts";
import { SlabKey } from "./slab-key.ts";
import { DIRTY, StateSlab } from "./state-slab.ts";
import { StoreChanges } from "./store-changes.ts";

/** A key in use: its decoded state, or null when there is none. Valid until the next question to the cache. */
export interface CacheEntry<State> {
  readonly key: string;
  state: State | null;
}

/** A place for one decoded state; it is filled anew with another key's. */
class Cell<State> implements CacheEntry<State> {
  key = "";
  state: State | null = null;
  /** null: the state is in no slab, it was only visited. */
  slab: StateSlab | null = null;
  slot = -1;
  /** The slab's bytes are older. */
  changed = false;
  /** An object that may be filled anew. */
  spare: State | null = null;
  /** Of a visited key: whether the store has a state, and its timers as they were stored. */
  visitedStored = false;
  readonly visitedDues: number[] = [];
}

export interface TimerKinds<State> {
  readonly timerKinds: number;
  timerOf(state: State, kind: number): number;
}

/**
 * Decoded states, a power of two: so few that they and their bytes are still near the processor when they are written back (512 took a tenth
 * longer where keys are spread evenly), enough that keys in constant use are seldom decoded.
 */
const CELLS = 128;
/** Of the first write, for each state; later ones know better. */
const FIRST_ENTRY_BYTES = 512;
const SPARE_CHANGES_BYTES = 1 << 12;

/**
 * States of one partition: those used lately are there as bytes, a few hundred of them decoded, the others stay in the store. Two slabs
 * replace a list of uses: when the young one is full the old one is emptied and takes its place. What is not written yet is never dropped.
 */
export class StateCache<State> {
  private young: StateSlab;
  private old: StateSlab;
  private readonly store: StateStore;
  private readonly codec: StateCodec<State> & TimerKinds<State>;
  private readonly slabBytes: number;
  /** The young slab is full when it takes so much: its share, or as much as had to be carried over, so that nothing is carried often. */
  private youngLimit: number;
  private readonly cells: Cell<State>[] = [];
  private readonly visited = new Cell<State>();
  private readonly reader = new AvroReader();
  private readonly writer = new AvroWriter(0);
  /** The key in question. */
  private readonly asked = new SlabKey();
  /** Another one meanwhile. */
  private readonly moved = new SlabKey();
  private passed: TimerEntry[] = [];
  private entryBytes = FIRST_ENTRY_BYTES;
  private dirtyCount = 0;

  constructor(store: StateStore, codec: StateCodec<State> & TimerKinds<State>, capacityBytes: number) {
    this.store = store;
    this.codec = codec;
    this.slabBytes = Math.max(1, capacityBytes >> 1);
    this.youngLimit = this.slabBytes;
    this.young = new StateSlab(codec.timerKinds, this.slabBytes);
    this.old = new StateSlab(codec.timerKinds, this.slabBytes);
  }

  /** The entry of a key; made empty when nobody knows the key. */
  entry(key: string): CacheEntry<State> {
    const found = this.young.find(this.asked.set(key));
    const slot = found >= 0 ? found : this.promote(key);
    return this.use(this.young, slot, key);
  }

  /** The entry of a key without keeping it: for visits of all keys, which must not drive out the ones in use. */
  peek(key: string): CacheEntry<State> {
    const asked = this.asked.set(key);
    const young = this.young.find(asked);
    if (young >= 0) return this.use(this.young, young, key);
    const old = this.old.find(asked);
    return old < 0 ? this.visit(key) : this.use(this.old, old, key);
  }

  /** Decodes, where that is not done. Which cell a slot gets is fixed, so looking for it is one comparison. */
  private use(slab: StateSlab, slot: number, key: string): Cell<State> {
    const index = slot & (CELLS - 1);
    let cell = this.cells[index];
    if (cell === undefined) {
      cell = new Cell<State>();
      this.cells[index] = cell;
    }
    if (cell.slot === slot && cell.slab === slab) return cell;
    this.settle(cell);
    cell.slab = slab;
    cell.slot = slot;
    cell.key = key;
    const start = slab.startOf(slot);
    this.fill(cell, slab.buffer, start, start + slab.lengthOf(slot));
    return cell;
  }

  private fill(cell: Cell<State>, bytes: Buffer, start: number, end: number): void {
    const spare = cell.state ?? cell.spare;
    if (start === end) {
      cell.spare = spare;
      cell.state = null;
      return;
    }
    cell.spare = null;
    try {
      cell.state = this.codec.read(this.reader.window(bytes, start, end), cell.key, spare ?? undefined);
    } catch (cause) {
      throw unreadableStore(cause);
    }
  }

  /** Brings the slab's bytes up to date. */
  private settle(cell: Cell<State>): void {
    if (!cell.changed) return;
    cell.changed = false;
    const { writer } = this;
    const slab = cell.slab!;
    // Straight behind the slab's bytes: most states stay there or move by one copy inside the buffer.
    writer.buffer = slab.buffer;
    const draft = slab.draftOf(cell.slot);
    writer.position = draft;
    if (cell.state !== null) this.codec.write(writer, cell.state);
    slab.buffer = writer.buffer;
    slab.keep(cell.slot, writer.position - draft);
  }

  private settleAll(): void {
    for (const cell of this.cells) if (cell !== undefined) this.settle(cell);
  }

  /** The slot in the young slab of `key`, which was asked for and is not there. */
  private promote(key: string): number {
    const { asked } = this;
    if (this.young.bytes >= this.youngLimit) this.nextSlab();
    const place = this.old.find(asked);
    if (place < 0) return this.fromStore(key);
    const cell = this.cells[place & (CELLS - 1)];
    if (cell !== undefined && cell.slab === this.old && cell.slot === place) this.settle(cell);
    const slot = this.young.adopt(this.old, place, asked);
    this.old.remove(asked);
    return slot;
  }

  private nextSlab(): void {
    this.settleAll();
    const { old, young } = this;
    for (const cell of this.cells) if (cell?.slab === old) cell.slab = null;
    const { bytes } = young;
    for (const slot of old.marked()) young.adopt(old, slot, old.copyKey(slot, this.moved));
    this.youngLimit = Math.max(this.slabBytes, young.bytes - bytes);
    old.clear();
    this.old = young;
    this.young = old;
  }

  private fromStore(key: string): number {
    const { young } = this;
    const bytes = this.store.read(key);
    const slot = young.add(this.asked, NO_TIMER, bytes, 0, bytes?.length);
    if (bytes === undefined) return slot;
    young.markStored(slot);
    const { state } = this.use(young, slot, key);
    for (let kind = 0; kind < this.codec.timerKinds; kind++) {
      const due = this.codec.timerOf(state!, kind);
      young.setDue(slot, kind, due);
      young.setStoredDue(slot, kind, due);
    }
    return slot;
  }

  private visit(key: string): Cell<State> {
    const { visited, codec } = this;
    const bytes = this.store.read(key);
    visited.key = key;
    visited.slab = null;
    visited.visitedStored = bytes !== undefined;
    if (bytes === undefined) this.fill(visited, this.young.buffer, 0, 0);
    else this.fill(visited, bytes, 0, bytes.length);
    for (let kind = 0; kind < codec.timerKinds; kind++)
      visited.visitedDues[kind] = visited.state === null ? NO_TIMER : codec.timerOf(visited.state, kind);
    return visited;
  }

  /** The state of an entry that this cache gave was changed. */
  markDirty(entry: CacheEntry<State>): void {
    const cell = this.kept(entry as Cell<State>);
    const { codec } = this;
    const slab = cell.slab!;
    cell.changed = true;
    for (let kind = 0; kind < codec.timerKinds; kind++) {
      slab.setDue(cell.slot, kind, cell.state === null ? NO_TIMER : codec.timerOf(cell.state, kind));
    }
    this.mark(slab, cell.slot);
  }

  /** The store may still hold the timer that has passed; the next write takes it away and puts the one that holds now. */
  timerPassed(entry: CacheEntry<State>, timer: TimerEntry): void {
    const { slab, slot } = this.kept(entry as Cell<State>);
    this.passed.push(timer);
    slab!.setStoredDue(slot, timer.kind, NO_TIMER);
    this.mark(slab!, slot);
  }

  private mark(slab: StateSlab, slot: number): void {
    if (slab.mark(slot)) this.dirtyCount++;
  }

  /** A cell of a slab for what was only visited. */
  private kept(cell: Cell<State>): Cell<State> {
    if (cell.slab !== null) return cell;
    const { young, codec } = this;
    const slot = young.add(this.moved.set(cell.key), NO_TIMER);
    for (let kind = 0; kind < codec.timerKinds; kind++) {
      young.setDue(slot, kind, cell.visitedDues[kind]!);
      young.setStoredDue(slot, kind, cell.visitedDues[kind]!);
    }
    if (cell.visitedStored) young.markStored(slot);
    const own = this.use(young, slot, cell.key);
    own.state = cell.state;
    own.changed = true;
    cell.state = null;
    return own;
  }

  get unwritten(): number {
    return this.dirtyCount;
  }

  /** Visits the timers of every state that the store does not hold yet. */
  unwrittenTimers(visit: (due: number, key: string, kind: number) => void): void {
    for (const slab of [this.old, this.young]) {
      for (const slot of slab.marked()) {
        for (let kind = 0; kind < slab.timerKinds; kind++) visit(slab.dueOf(slot, kind), slab.keyOf(slot), kind);
      }
    }
  }

  /**
   * The first `limit` keys after `after` in the order of keys: of the store and of states that it does not hold yet, so the answer
   * does not depend on how far the store is behind.
   */
  keysAfter(after: string, limit: number): string[] {
    this.settleAll();
    let keys = new Set<string>();
    for (const key of this.store.keys(after)) {
      if (this.exists(key)) keys.add(key);
      if (keys.size >= limit) break;
    }
    const from = new SlabKey().set(after);
    let last = keys.size < limit ? null : new SlabKey().set([...keys].at(-1)!);
    for (const slab of [this.old, this.young]) {
      for (const slot of slab.marked()) {
        if (slab.lengthOf(slot) === 0 || slab.compareKey(slot, from) <= 0 || (last !== null && slab.compareKey(slot, last) > 0)) continue;
        keys.add(slab.keyOf(slot));
        if (keys.size < limit * 4) continue;
        const first = [...keys].sort(compareKeys).slice(0, limit);
        last = (last ?? new SlabKey()).set(first.at(-1)!);
        keys = new Set(first);
      }
    }
    return [...keys].sort(compareKeys).slice(0, limit);
  }

  /** Of a key that the store has: false when it was forgotten since. */
  private exists(key: string): boolean {
    const asked = this.asked.set(key);
    for (const slab of [this.young, this.old]) {
      const slot = slab.find(asked);
      if (slot >= 0) return slab.lengthOf(slot) > 0;
    }
    return true;
  }

  /** Copies all that is not written, as of `now`; the caller gives it to the store at once and calls `written` when it is done. One write at a time. */
  take(now: number): StoreChanges {
    this.settleAll();
    const states = this.dirtyCount;
    // Room for an eighth more than the last ones took: a buffer that grows is copied each time.
    const changes = new StoreChanges(Math.ceil(states * this.entryBytes * 1.125) + SPARE_CHANGES_BYTES);
    for (const { due, key, kind } of this.passed) {
      const { bytes, length } = this.moved.set(key);
      changes.timerRemoved(due, kind, bytes, 0, length);
    }
    this.passed = [];
    for (const slab of [this.old, this.young]) {
      for (const slot of slab.dirty) {
        if ((slab.marksOf(slot) & DIRTY) === 0) continue;
        slab.copyState(slot, changes);
        slab.copyTimers(slot, now, changes);
      }
      slab.beginWriting();
    }
    this.dirtyCount = 0;
    if (states > 0) this.entryBytes = changes.bytes.length / states;
    return changes;
  }

  written(): void {
    this.old.endWriting();
    this.young.endWriting();
  }
}
