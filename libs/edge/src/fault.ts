/** What is wrong with an input, where, and what to do. Never holds the value itself. */
export interface Fault {
  /** Path of the field, for example `contact.email` or `profile.tags[2]`; empty for the whole input. */
  readonly field: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Faults beyond this number are not listed; the last entry then says so. */
export const maximumFaults = 50;

const SHOWN_FIELD_CHARACTERS = 120;

/** A key may be as long as the body allows: a fault shows its beginning. */
export function shownField(field: string): string {
  return field.length <= SHOWN_FIELD_CHARACTERS ? field : `${field.slice(0, SHOWN_FIELD_CHARACTERS)}…`;
}

/** Gathers the faults of one input; one fault for a field is enough. */
export class FaultList {
  private readonly list: Fault[] = [];
  private readonly fields = new Set<string>();
  private omitted = false;

  get empty(): boolean {
    return this.list.length === 0;
  }

  has(field: string): boolean {
    return this.fields.has(field);
  }

  add(field: string, reason: string, remedy: string): void {
    const shown = shownField(field);
    // Where the whole input is of the wrong kind, nothing more can be said of its fields.
    if (this.fields.has(shown) || this.fields.has("")) return;
    this.fields.add(shown);
    if (this.list.length < maximumFaults) this.list.push({ field: shown, reason, remedy });
    else this.omitted = true;
  }

  all(): readonly Fault[] {
    if (!this.omitted) return this.list;
    return [...this.list, { field: "", reason: `more than ${maximumFaults} faults`, remedy: "mend those that are listed and send again" }];
  }
}
