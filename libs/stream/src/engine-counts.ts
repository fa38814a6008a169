/** Counts of what happened to the records of a partition: consumed = folded + dropped + repeated + all dead letters. */
export interface EngineCounts {
  consumed: number;
  folded: number;
  dropped: number;
  repeated: number;
  emitted: number;
  timersFired: number;
  /** States that a walk after a changed shared value changed. */
  revisited: number;
  /** By code. */
  readonly deadLetters: Map<string, number>;
  /** Outputs by what the fold calls them. */
  readonly outcomes: Map<string, number>;
}

export const noCounts = (): EngineCounts => ({
  consumed: 0,
  folded: 0,
  dropped: 0,
  repeated: 0,
  emitted: 0,
  timersFired: 0,
  revisited: 0,
  deadLetters: new Map(),
  outcomes: new Map(),
});
