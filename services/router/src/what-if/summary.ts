import type { Alert, AlertKind, Assignment, Change } from "@leadstream/schemas";

/** One seller's part. Times in ms. */
export interface RepSummary {
  readonly rep: string;
  readonly team: string | null;
  /** Leases that began. */
  readonly leases: number;
  /** Leads held at once, at most. */
  readonly mostOpen: number;
  readonly contacted: number;
  readonly meanResponseMs: number | null;
  readonly recycled: number;
  readonly won: number;
}

export interface Summary {
  /** Distinct leads that got an owner. */
  readonly leads: number;
  /** Leases that began. */
  readonly leases: number;
  readonly reassigned: number;
  readonly claimed: number;
  /** Leases that ended without a first contact. */
  readonly neverContacted: number;
  /** Requests that every team denied. */
  readonly pooled: number;
  readonly refused: number;
  /** By an owner; deals that history only reports are nobody's. */
  readonly won: number;
  readonly alerts: Readonly<Record<Extract<AlertKind, "response_missed" | "reminder" | "escalation" | "recycle" | "inactive">, number>>;
  readonly meanResponseMs: number | null;
  readonly p50ResponseMs: number | null;
  readonly p90ResponseMs: number | null;
  /** From the request to the lease. */
  readonly p90WaitMs: number | null;
  /** Jain's index over leases per rep: 1 is equal shares, 1/n is all to one of n. */
  readonly fairness: number | null;
  /** Leases of the rep with most minus those of the rep with least. */
  readonly spread: number;
  readonly reps: readonly RepSummary[];
}

export interface Window {
  readonly from: number;
  readonly to: number;
}

const opening: ReadonlySet<Change> = new Set(["assigned", "reassigned", "claimed", "transferred"]);
const working: ReadonlySet<Change> = new Set(["contacted", "followed_up", "accepted"]);

interface OpenLease {
  readonly rep: string;
  readonly since: number;
  readonly counted: boolean;
  contactedAt: number | null;
}

interface RepTally {
  team: string | null;
  leases: number;
  open: number;
  mostOpen: number;
  responses: number[];
  recycled: number;
  won: number;
}

/** What the router's records say of a span of time, from inclusive, to exclusive. Leases are counted where they begin, their contacts and ends with them. */
export function summarise(
  assignments: readonly Assignment[],
  alerts: readonly Alert[],
  roster: ReadonlyMap<string, string>,
  window: Window,
): Summary {
  const tally = new Tally(roster, window);
  for (const assignment of [...assignments].sort(byTime)) tally.see(assignment);
  return tally.summary(alerts);
}

const byTime = (one: Assignment, other: Assignment): number =>
  one.time - other.time ||
  one.source.partition - other.source.partition ||
  one.source.offset - other.source.offset ||
  one.source.n - other.source.n;

class Tally {
  private readonly window: Window;
  private readonly reps = new Map<string, RepTally>();
  private readonly open = new Map<string, OpenLease>();
  private readonly asked = new Map<string, number>();
  private readonly leads = new Set<string>();
  private readonly waits: number[] = [];
  private readonly counts = new Map<Change, number>();
  private neverContacted = 0;

  constructor(roster: ReadonlyMap<string, string>, window: Window) {
    this.window = window;
    for (const [rep, team] of roster) this.tallyOf(rep).team = team;
  }

  private tallyOf(rep: string): RepTally {
    let tally = this.reps.get(rep);
    if (tally === undefined) {
      tally = { team: null, leases: 0, open: 0, mostOpen: 0, responses: [], recycled: 0, won: 0 };
      this.reps.set(rep, tally);
    }
    return tally;
  }

  see(assignment: Assignment): void {
    const { leadId, change, time, rep } = assignment;
    if (time >= this.window.to) return;
    const inside = time >= this.window.from;
    if (inside) this.counts.set(change, (this.counts.get(change) ?? 0) + 1);
    if (change === "requested") this.asked.set(leadId, this.asked.get(leadId) ?? time);
    const lease = this.open.get(leadId);
    if (opening.has(change) && rep !== null) {
      if (lease !== undefined) this.end(leadId, lease, change, inside);
      this.begin(assignment, rep, inside);
    } else if (lease !== undefined && rep === null) this.end(leadId, lease, change, inside);
    else if (lease !== undefined && working.has(change)) lease.contactedAt ??= time;
  }

  private begin({ leadId, time, team }: Assignment, rep: string, counted: boolean): void {
    const tally = this.tallyOf(rep);
    tally.team ??= team;
    tally.open++;
    if (counted) {
      tally.leases++;
      tally.mostOpen = Math.max(tally.mostOpen, tally.open);
      this.leads.add(leadId);
      this.waits.push(time - (this.asked.get(leadId) ?? time));
    }
    this.asked.delete(leadId);
    this.open.set(leadId, { rep, since: time, counted, contactedAt: null });
  }

  private end(leadId: string, lease: OpenLease, change: Change, inside: boolean): void {
    this.open.delete(leadId);
    const tally = this.tallyOf(lease.rep);
    tally.open--;
    this.settle(lease, tally);
    if (inside && change === "recycled") tally.recycled++;
    if (inside && change === "won") tally.won++;
    if (lease.counted && lease.contactedAt === null && change !== "won") this.neverContacted++;
  }

  private settle({ counted, contactedAt, since }: OpenLease, tally: RepTally): void {
    if (counted && contactedAt !== null) tally.responses.push(contactedAt - since);
  }

  summary(alerts: readonly Alert[]): Summary {
    for (const lease of this.open.values()) this.settle(lease, this.tallyOf(lease.rep));
    const { from, to } = this.window;
    const rung = (kind: AlertKind): number => alerts.filter((alert) => alert.kind === kind && alert.time >= from && alert.time < to).length;
    const reps = [...this.reps].map(([rep, tally]) => repSummary(rep, tally)).sort((one, other) => (one.rep < other.rep ? -1 : 1));
    const shares = reps.map(({ leases }) => leases);
    const responses = [...this.reps.values()].flatMap((tally) => tally.responses).sort((one, other) => one - other);
    const count = (change: Change): number => this.counts.get(change) ?? 0;
    return {
      leads: this.leads.size,
      leases: shares.reduce((sum, leases) => sum + leases, 0),
      reassigned: count("reassigned"),
      claimed: count("claimed"),
      neverContacted: this.neverContacted,
      pooled: count("pooled"),
      refused: count("refused"),
      won: reps.reduce((sum, { won }) => sum + won, 0),
      alerts: {
        response_missed: rung("response_missed"),
        reminder: rung("reminder"),
        escalation: rung("escalation"),
        recycle: rung("recycle"),
        inactive: rung("inactive"),
      },
      meanResponseMs: mean(responses),
      p50ResponseMs: quantile(responses, 0.5),
      p90ResponseMs: quantile(responses, 0.9),
      p90WaitMs: quantile(
        this.waits.sort((one, other) => one - other),
        0.9,
      ),
      fairness: jain(shares),
      spread: shares.length === 0 ? 0 : Math.max(...shares) - Math.min(...shares),
      reps,
    };
  }
}

function repSummary(rep: string, { team, leases, mostOpen, responses, recycled, won }: RepTally): RepSummary {
  return { rep, team, leases, mostOpen, contacted: responses.length, meanResponseMs: mean(responses), recycled, won };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);

/** The value at index ⌊q·n⌋ of sorted values, as everywhere in analytics. */
const quantile = (sorted: readonly number[], q: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;

function jain(shares: readonly number[]): number | null {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? null : (sum * sum) / (shares.length * squares);
}
