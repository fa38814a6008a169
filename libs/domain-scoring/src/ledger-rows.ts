import type { LedgerRow } from "@leadstream/schemas";

const NO_ROWS: readonly LedgerRow[] = [];

/** Rows of one decision as they arise. One list is reused, so that an event leaves behind only the rows that it has. */
export class LedgerRows {
  private readonly rows: LedgerRow[] = [];
  private count = 0;

  /** Without rows. */
  begin(): this {
    this.count = 0;
    return this;
  }

  push(row: LedgerRow): void {
    this.rows[this.count++] = row;
  }

  /** A list of its own. */
  taken(): readonly LedgerRow[] {
    return this.count === 0 ? NO_ROWS : this.rows.slice(0, this.count);
  }
}
