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
    }
  | { readonly kind: "close"; readonly folder: string };

export type WriteOutcome =
  | { readonly kind: "done" }
  /** The header has another version; nothing was changed. */
  | { readonly kind: "conflict" }
  /** Nothing was changed: the library's words say why. */
  | { readonly kind: "failed"; readonly problem: string };

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
