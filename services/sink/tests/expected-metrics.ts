import type { Capture, Score, Spend, Status } from "@leadstream/schemas";
import type { LoggedRecord } from "./random-stream.ts";

/** The metrics once more, in plain code from the records; the views must say the same to the last lead. */
export interface ExpectedLead {
  readonly leadId: string;
  readonly channel: string;
  readonly capturedAt: number;
  readonly mqlAt: number | null;
  readonly suggestedAt: number | null;
  readonly contactedAt: number | null;
  readonly acceptedAt: number | null;
  readonly opportunityAt: number | null;
  readonly wonAt: number | null;
  readonly outcome: string;
  readonly score: number;
  readonly owner: string;
}

interface Counted {
  readonly score: Score;
  readonly event: Capture | Status | null;
}

const first = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.min(...times));

export function expectedLeads(records: readonly LoggedRecord[]): ExpectedLead[] {
  const leads: ExpectedLead[] = [];
  for (const [leadId, events] of countedByLead(records)) {
    const captures = events.filter((each) => each.score.cause === "capture");
    if (captures.length === 0) continue;
    const origin = captures.toSorted(
      (left, right) => left.score.effectiveAt - right.score.effectiveAt || left.score.source.offset - right.score.source.offset,
    )[0]!;
    const at = (test: (score: Score) => boolean): number | null =>
      first(events.filter((each) => test(each.score)).map((each) => each.score.effectiveAt));
    const status = (...kinds: string[]) => at((score) => score.cause === "status" && kinds.includes(score.kind ?? ""));
    const outcomes = events
      .filter((each) => ["won", "lost", "closed", "opportunity", "reopened"].includes(each.score.kind ?? ""))
      .toSorted((left, right) => left.score.effectiveAt - right.score.effectiveAt || left.score.source.offset - right.score.source.offset);
    const wonAt = status("won");
    const latest = outcomes.at(-1)?.score.kind ?? "";
    const scores = records.filter((each) => each.record.type === "Score" && each.record.value.leadId === leadId);
    leads.push({
      leadId,
      channel: (origin.event as Capture).channel,
      capturedAt: origin.score.effectiveAt,
      mqlAt: at((score) => score.band !== "pool"),
      suggestedAt: at((score) => score.band === "sql"),
      contactedAt: status("contacted", "follow_up"),
      acceptedAt: status("sql_accepted"),
      opportunityAt: status("opportunity"),
      wonAt,
      outcome: wonAt !== null ? "won" : ["lost", "closed"].includes(latest) ? latest : "open",
      score: (scores.at(-1)!.record.value as Score).score,
      owner: ownerOf(records, leadId),
    });
  }
  return leads;
}

function ownerOf(records: readonly LoggedRecord[], leadId: string): string {
  const last = records.filter((each) => each.record.type === "Assignment" && each.record.value.leadId === leadId).at(-1);
  return last?.record.type === "Assignment" ? (last.record.value.rep ?? "") : "";
}

/** Counted events by lead, each with the record that it judged. */
function countedByLead(records: readonly LoggedRecord[]): Map<string, Counted[]> {
  const byPlace = new Map(
    records.filter((each) => each.topic === "lead.events").map((each) => [`${each.partition}:${each.offset}`, each.record]),
  );
  const leads = new Map<string, Counted[]>();
  for (const { record } of records) {
    if (record.type !== "Score" || record.value.verdict === "duplicate") continue;
    const { source, leadId } = record.value;
    const cause = byPlace.get(`${source.partition}:${source.offset}`);
    const event = cause?.type === "Capture" || cause?.type === "Status" ? cause.value : null;
    leads.set(leadId, [...(leads.get(leadId) ?? []), { score: record.value, event }]);
  }
  return leads;
}

export interface ExpectedDeal {
  readonly leadId: string;
  readonly at: number;
  readonly amount: number;
  readonly grossProfit: number | null;
}

export function expectedDeals(records: readonly LoggedRecord[]): ExpectedDeal[] {
  return [...countedByLead(records).values()].flat().flatMap(({ score, event }) => {
    if (score.kind !== "won") return [];
    const { amount, grossProfit } = event as Status;
    return [{ leadId: score.leadId, at: score.effectiveAt, amount: amount ?? 0, grossProfit }];
  });
}

export function expectedSpend(records: readonly LoggedRecord[]): Spend[] {
  const events = new Map<string, Spend>();
  for (const { record } of records) {
    if (record.type === "Spend" && !events.has(record.value.eventId)) events.set(record.value.eventId, record.value);
  }
  return [...events.values()];
}

/** Stages of the funnel, implied ones included. */
export function expectedFunnel(leads: readonly ExpectedLead[]): Record<string, number> {
  const won = (lead: ExpectedLead): boolean => lead.wonAt !== null;
  const opportunity = (lead: ExpectedLead): boolean => won(lead) || lead.opportunityAt !== null;
  const accepted = (lead: ExpectedLead): boolean => opportunity(lead) || lead.acceptedAt !== null;
  const suggested = (lead: ExpectedLead): boolean => accepted(lead) || lead.suggestedAt !== null;
  const mql = (lead: ExpectedLead): boolean => suggested(lead) || lead.mqlAt !== null;
  return {
    captured: leads.length,
    mql: leads.filter(mql).length,
    sql_suggested: leads.filter(suggested).length,
    sql_accepted: leads.filter(accepted).length,
    opportunity: leads.filter(opportunity).length,
    won: leads.filter(won).length,
  };
}

/** The value at index floor(q * n) of the sorted ones, as ClickHouse's quantileExact takes it. */
export function quantile(values: readonly number[], level: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(level * sorted.length))]!;
}

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** `2026-01-01` of an instant's month. */
export const monthOf = (at: number): string => `${new Date(at).toISOString().slice(0, 7)}-01`;
