import type { StateLogOpening } from "./state-log.ts";

/** What the thread that writes is asked to do. Orders for one folder are given one after another. */
export type WriteOrder =
  | {
      readonly kind: "write";
      readonly folder: string;
      readonly mapSizeBytes: number;
      /** Version of the header's entry that must be there; the write raises it by one. */
      readonly version: number;
      /** Sealed. */
      readonly header: Uint8Array<ArrayBuffer>;
      /** Entries of StoreChanges; their buffer goes to the thread. */
      readonly changes: Uint8Array<ArrayBuffer>;
      /** With the first write since the store was opened or a write failed; else null. */
      readonly log: StateLogOpening | null;
    }
  | { readonly kind: "close"; readonly folder: string };

export type WriteOutcome =
  | {
      readonly kind: "done";
      /** Of the index, which may have grown. */
      readonly memory: SharedArrayBuffer;
      /** Slots whose segments are taken away with the next write. */
      readonly retired: readonly number[];
    }
  | { readonly kind: "closed" }
  /** The header has another version; nothing was changed on the disk. */
  | { readonly kind: "conflict" }
  /** Nothing was changed on the disk; the words say why. The index in memory is of no use any more. */
  | { readonly kind: "failed"; readonly problem: string; readonly damaged: boolean };

export interface NumberedOrder {
  readonly number: number;
  readonly order: WriteOrder;
}

export interface NumberedOutcome {
  readonly number: number;
  readonly outcome: WriteOutcome;
}

/** Shared words of both threads: whether the process ends, and how many orders are being carried out. */
export const STOPPING = 0;
export const AT_WORK = 1;
export const SHARED_WORDS = 2;

/** Key of the header in the database `meta`. */
export const HEADER = Buffer.from("header");
