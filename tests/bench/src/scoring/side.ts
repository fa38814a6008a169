import type { Measured } from "../harness/measured.ts";

/** One of the compared scorers. */
export interface Side {
  readonly name: string;
  /** Topics that it writes, emptied before each run. */
  readonly scores: string;
  readonly signals: string;
  /** Consumer group of a run. */
  groupOf(run: string): string;
  /** Topics that it makes by itself; deleted after the run. */
  ownTopics(run: string): readonly string[];
  /** Starts the process or processes for a run; the same run again continues with what is on the disk and in the broker. */
  start(run: string): Measured;
  /** Deletes the run's local state: the loss of the disk. */
  loseDisk(run: string): void;
}
