import type { AvroReader, AvroWriter, RecordName, Records, Source } from "@leadstream/schemas";

/** A record that a fold emits; the runtime adds `source` (cause and sequence number) when it encodes it. */
export type Emitted<N extends RecordName = RecordName> = {
  [K in N]: {
    readonly topic: string;
    readonly type: K;
    readonly key: string;
    readonly value: Omit<Records[K], "source">;
  };
}[N];

/** What a fold may know besides state and input. */
export interface FoldContext<Out extends Emitted = Emitted> {
  /** The partition's clock: the highest log time accepted so far. Never the wall clock. */
  readonly now: number;
  /** Emits a record; order is kept. It is encoded before this returns: the fold may fill the same object anew. */
  emit(output: Out): void;
}

/** How a value is kept in the store: compact binary, written and read by the fold itself. */
export interface BinaryCodec<T> {
  write(writer: AvroWriter, value: T): void;
  read(reader: AvroReader): T;
}

/** How the state of a key is kept. */
export interface StateCodec<State> {
  write(writer: AvroWriter, state: State): void;
  /** May fill `spare` anew, which nobody holds any more, instead of making an object. */
  read(reader: AvroReader, key: string, spare?: State): State;
}

/** No timer of this kind is set. */
export const NO_TIMER = -1;

/**
 * A pure left fold over one inbox, one key at a time.
 * `onRecord` and `onTimer` own the state they are given: they may change it in place and return it; nobody else keeps it.
 * An input is theirs until they return: the next record may be shown in the same object.
 * Same records in the same order give the same outputs and states, byte by byte.
 */
export interface Fold<Input, State, Shared, Out extends Emitted = Emitted> {
  readonly name: string;
  /** Key of the record's state, or null when the record concerns the whole partition (configuration, tick). */
  keyOf(input: Input): string | null;
  /** The record's place in its source's sequence; null for records of the edge. */
  sourceOf(input: Input): Source | null;
  /** Time that the record carries for the partition's clock; null leaves the clock alone. */
  timeOf(input: Input, logTime: number): number | null;
  /** Configuration and whatever else a partition holds once. */
  readonly shared: BinaryCodec<Shared> & { initial(): Shared };
  readonly state: StateCodec<State>;
  /** `state` is null for an unknown key; returning null forgets the key. */
  onRecord(context: FoldContext<Out>, shared: Shared, state: State | null, input: Input): State | null;
  /** A record with a null key; returns what holds from now on. */
  onShared(context: FoldContext<Out>, shared: Shared, input: Input): Shared;
  /** A timer of `state` came due: called once with the due time, before the first record whose time has reached it. */
  onTimer(context: FoldContext<Out>, shared: Shared, state: State, kind: number, due: number): State | null;
  /** Number of timer kinds; kinds are 0 … timerKinds-1. */
  readonly timerKinds: number;
  /** When the timer of `kind` is due, or NO_TIMER. Derived from the state alone. */
  timerOf(state: State, kind: number): number;
  /** What an output is counted as; null = it is not counted. For metrics only. */
  outcomeOf?(output: Out): string | null;
  /** For folds whose timers depend on `shared`. */
  readonly revisit?: Revisit<State, Shared, Out>;
}

/**
 * How states follow a changed `shared`. After `onShared` returned another value every known key is visited once, in the order of keys, some with each
 * record that follows; a key that a record or timer reaches first is visited right before. So no state meets `shared` unvisited, and a timer
 * that a visit moved into the past fires at once.
 */
export interface Revisit<State, Shared, Out extends Emitted = Emitted> {
  /** Whether this value makes a walk; otherwise states meet it as they are, and a walk under way ends. */
  wanted(shared: Shared): boolean;
  /**
   * Keys to visit with a record that comes `elapsedMs` of the partition's time after the change, or after the last record that visited any. It decides
   * which record causes an output: part of the logic and of `shared`, never of a machine's configuration.
   */
  keysFor(shared: Shared, elapsedMs: number): number;
  /** The state in line with `shared` (it may be changed in place), or null when nothing is to change. May be called again for the same key. */
  visit(context: FoldContext<Out>, shared: Shared, state: State): State | null;
}
