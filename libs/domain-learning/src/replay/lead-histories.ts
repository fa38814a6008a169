import type { LoggedEvent } from "./logged-event.ts";

/** Everything that the log says of one lead, in any order. */
export interface LeadHistory {
  readonly leadId: string;
  readonly events: readonly LoggedEvent[];
}

/** Gathers the events of one partition (or file) by lead. */
export class LeadHistories {
  private readonly leads = new Map<string, LoggedEvent[]>();
  events = 0;

  add(logged: LoggedEvent): void {
    const { leadId } = logged.event.value;
    const known = this.leads.get(leadId);
    if (known === undefined) this.leads.set(leadId, [logged]);
    else known.push(logged);
    this.events++;
  }

  get count(): number {
    return this.leads.size;
  }

  *all(): IterableIterator<LeadHistory> {
    for (const [leadId, events] of this.leads) yield { leadId, events };
  }
}
