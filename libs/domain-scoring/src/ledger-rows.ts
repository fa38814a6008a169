import type { LedgerRow } from "@leadstream/schemas";

type MutableRow = { -readonly [K in keyof LedgerRow]: LedgerRow[K] };

/** Rows of one decision as they arise, filled anew for each: rows and lists belong to it and hold until it begins again. */
export class LedgerRows {
  private readonly rows: MutableRow[] = [];
  /** Of each length one: the first rows. */
  private readonly lists: (readonly LedgerRow[])[] = [];
  private count = 0;

  /** Without rows. */
  begin(): this {
    this.count = 0;
    return this;
  }

  add(rule: string, kind: LedgerRow["kind"], dimension: LedgerRow["dimension"], points: number, at: number): void {
    const row = this.rows[this.count];
    if (row === undefined) this.rows.push({ rule, kind, dimension, points, at });
    else {
      row.rule = rule;
      row.kind = kind;
      row.dimension = dimension;
      row.points = points;
      row.at = at;
    }
    this.count++;
  }

  taken(): readonly LedgerRow[] {
    let list = this.lists[this.count];
    if (list === undefined) {
      list = this.rows.slice(0, this.count);
      this.lists[this.count] = list;
    }
    return list;
  }
}
