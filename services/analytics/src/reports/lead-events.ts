import type { LeadEvent } from "@leadstream/domain-scoring";
import { type Capture, type Command, emptyProfile, type Profile, type Status, type Touch } from "@leadstream/schemas";
import type { ReportReader } from "../report-reader.ts";

/** What every event carries, and the profile fields of the event where it said any (`known`). */
interface EventRow extends Profile {
  readonly eventId: string;
  readonly occurredAt: number;
  readonly producer: string;
  readonly imported: boolean;
  readonly known: boolean;
}

const profileColumns = `p.event_id != '' AS known, p.title_class AS titleClass, p.industry AS industry, p.country AS country, p.region AS region,
  p.language AS language, p.company_size AS companySize, p.annual_revenue AS annualRevenue, p.email_kind AS emailKind, p.product_line AS productLine,
  p.need AS need, p.budget AS budget, p.budget_clear AS budgetClear, p.decision_chain AS decisionChain, p.pain_point AS painPoint,
  p.has_contact AS hasContact, p.has_need AS hasNeed, p.tags AS tags, p.custom AS custom`;

/** Events of one table with what they said of the profile. The engine keeps the first record of an event id, which is the one that was counted. */
const eventsOf = (table: string, columns: string): string => `
  SELECT e.event_id AS eventId, toUnixTimestamp64Milli(e.occurred_at) AS occurredAt, e.producer AS producer, e.imported AS imported, ${columns}, ${profileColumns}
  FROM (SELECT * FROM ${table} FINAL WHERE lead_id = {lead: String}) AS e
  LEFT JOIN (SELECT * FROM profiles FINAL WHERE lead_id = {lead: String}) AS p ON p.event_id = e.event_id
  SETTINGS output_format_json_quote_64bit_integers = 0`;

const capturesQuery = eventsOf("captures", "e.channel AS channel, nullIf(e.campaign, '') AS campaign, nullIf(e.account, '') AS account");
const touchesQuery = eventsOf(
  "touches",
  `e.kind AS kind, nullIf(e.channel, '') AS channel, nullIf(e.campaign, '') AS campaign, nullIf(e.content, '') AS content, e.dwell_ms AS dwellMs, e.properties AS properties`,
);
const statusesQuery = eventsOf("statuses", "e.status AS status");
const commandsQuery = eventsOf("commands", "e.command AS command");

/** Of each kind only what scoring reads; the rest is as if it had not been said. */
const notSaid = {
  capture: { keyword: null, capturePoint: null, contentOfInterest: null, matchKeys: [], personal: null },
  status: { rep: null, reason: null, amount: null, grossProfit: null, currency: null, product: null, quality: null, personal: null },
  command: { rep: null, toRep: null, toTeam: null, reason: null, epoch: null },
} as const;

function profileOf(row: EventRow): Profile | null {
  if (!row.known) return null;
  const fields = Object.keys(emptyProfile) as (keyof Profile)[];
  return Object.fromEntries(fields.map((field) => [field, row[field]])) as unknown as Profile;
}

/** The events of a lead by their id, as the scorer read them. */
export async function leadEvents(reader: ReportReader, leadId: string): Promise<ReadonlyMap<string, LeadEvent>> {
  const ask = <T>(query: string): Promise<(EventRow & T)[]> => reader.rows<EventRow & T>(query, { lead: leadId });
  const [captures, touches, statuses, commands] = await Promise.all([
    ask<Pick<Capture, "channel" | "campaign" | "account">>(capturesQuery),
    ask<Pick<Touch, "kind" | "channel" | "campaign" | "content" | "dwellMs" | "properties">>(touchesQuery),
    ask<Pick<Status, "status">>(statusesQuery),
    ask<Pick<Command, "command">>(commandsQuery),
  ]);
  const edge = ({ eventId, occurredAt, producer, imported }: EventRow) => ({ eventId, leadId, occurredAt, producer, imported });
  const events: LeadEvent[] = [
    ...captures.map((row): LeadEvent => {
      const { channel, campaign, account } = row;
      return {
        type: "Capture",
        value: { ...edge(row), channel, campaign, account, ...notSaid.capture, matchKeys: [], profile: profileOf(row) ?? emptyProfile },
      };
    }),
    ...touches.map((row): LeadEvent => {
      const { kind, channel, campaign, content, dwellMs, properties } = row;
      return { type: "Touch", value: { ...edge(row), kind, channel, campaign, content, dwellMs, properties, profile: profileOf(row) } };
    }),
    ...statuses.map(
      (row): LeadEvent => ({
        type: "Status",
        value: { ...edge(row), status: row.status, ...notSaid.status, profile: profileOf(row) },
      }),
    ),
    ...commands.map((row): LeadEvent => ({ type: "Command", value: { ...edge(row), command: row.command, ...notSaid.command } })),
  ];
  return new Map(events.map((event) => [event.value.eventId, event]));
}
