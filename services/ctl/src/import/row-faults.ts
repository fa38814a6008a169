import type { Fault } from "@leadstream/edge";

/** Faults of one row; the same fault of repeated events stands once. */
export class RowFaults {
  private readonly list: Fault[] = [];
  private readonly seen = new Set<string>();

  get empty(): boolean {
    return this.list.length === 0;
  }

  add(field: string, reason: string, remedy: string): void {
    const key = `${field}\n${reason}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.list.push({ field, reason, remedy });
  }

  all(): readonly Fault[] {
    return this.list;
  }
}
