import type { CaseState, Temperature } from "@leadstream/schemas";
import type { FollowUpModes, Policy } from "../policy/policy.ts";

export const nextActions = ["contact_now", "follow_up", "claim", "hand_back", "nurture", "none"] as const;
export type NextActionKind = (typeof nextActions)[number];

/** Where a lead stands, as read from its records. Times are ms since epoch; null: never, or no such clock. */
export interface LeadSituation {
  readonly state: CaseState;
  readonly temperature: Temperature | null;
  /** Present score band. */
  readonly band: string | null;
  /** Last contact or follow-up of the present owner. */
  readonly workedAt: number | null;
  /** Last time the lead itself did something. */
  readonly actedAt: number | null;
  readonly remindAt: number | null;
  readonly escalateAt: number | null;
  readonly recycleAt: number | null;
}

export interface NextActionSettings {
  /** Bands of leads that sales works on. */
  readonly sqlBands: readonly string[];
  readonly mqlBands: readonly string[];
  /** L3: a lead that is silent for so long and below MQL is not ripe. */
  readonly silentAfterMs: number;
  readonly followUp: FollowUpModes;
}

/** Same bands and silence as a policy has by default. */
export const defaultNextActionSettings: NextActionSettings = {
  sqlBands: ["sql", "hot"],
  mqlBands: ["mql", "warm"],
  silentAfterMs: 7 * 86_400_000,
  followUp: { hot: "call", warm: "message", cold: "content" },
};

/** What a published policy says of bands and silence. */
export function nextActionSettings({ bands, inactivity, followUp }: Policy): NextActionSettings {
  return { sqlBands: [...bands.sql], mqlBands: [...bands.mql], silentAfterMs: inactivity.afterMs, followUp };
}

export interface NextAction {
  readonly action: NextActionKind;
  /** Stable name of the rule that says so. */
  readonly rule: string;
  readonly why: string;
  /** How, by temperature (S3); null: nobody is to be contacted, or no temperature is known. */
  readonly mode: string | null;
  /** When the lead's next clock rings, ms since epoch; null: no clock runs. */
  readonly dueAt: number | null;
  /** The reminder is past: others have been told. */
  readonly overdue: boolean;
}

interface Rule {
  readonly id: string;
  readonly action: NextActionKind;
  readonly why: string;
  holds(lead: LeadSituation, now: number, settings: NextActionSettings): boolean;
}

const finished: readonly CaseState[] = ["won", "lost", "closed", "erased"];
const ripe = ({ band }: LeadSituation, { sqlBands }: NextActionSettings): boolean => band !== null && sqlBands.includes(band);
const below = ({ band }: LeadSituation, { sqlBands, mqlBands }: NextActionSettings): boolean =>
  band === null || !(sqlBands.includes(band) || mqlBands.includes(band));
const silent = ({ actedAt, workedAt }: LeadSituation, now: number, { silentAfterMs }: NextActionSettings): boolean =>
  actedAt !== null && now - Math.max(actedAt, workedAt ?? 0) >= silentAfterMs;

/** Read from the top; the first that holds decides. The last one always holds. */
const rules: readonly Rule[] = [
  { id: "finished", action: "none", why: "the lead is won, lost, closed or erased", holds: ({ state }) => finished.includes(state) },
  { id: "being-assigned", action: "none", why: "an owner is being looked for", holds: ({ state }) => state === "requested" },
  {
    id: "first-contact",
    action: "contact_now",
    why: "assigned and not contacted yet",
    holds: ({ state, workedAt }) => state === "leased" && workedAt === null,
  },
  {
    id: "acted-again",
    action: "contact_now",
    why: "it did something since the last contact, and its score is that of an SQL",
    holds: (lead, _now, settings) =>
      (lead.state === "leased" || lead.state === "opportunity") &&
      lead.workedAt !== null &&
      lead.actedAt !== null &&
      lead.actedAt > lead.workedAt &&
      ripe(lead, settings),
  },
  {
    id: "not-ripe",
    action: "hand_back",
    why: "contacted, silent for long, and its score has fallen below MQL",
    holds: (lead, now, settings) => lead.state === "leased" && below(lead, settings) && silent(lead, now, settings),
  },
  {
    id: "cadence",
    action: "follow_up",
    why: "the grade's cadence of follow-ups",
    holds: ({ state }) => state === "leased",
  },
  { id: "open-deal", action: "follow_up", why: "an opportunity is open", holds: ({ state }) => state === "opportunity" },
  {
    id: "unclaimed",
    action: "claim",
    why: "in the pool with the score of an SQL or an MQL",
    holds: (lead, _now, settings) => lead.state === "pool" && !below(lead, settings),
  },
  { id: "below-threshold", action: "nurture", why: "nobody in sales works on it: content and patience", holds: () => true },
];

/** S2: what to do next with a lead at `now`, with the rule that says so. */
export function nextAction(lead: LeadSituation, now: number, settings: NextActionSettings = defaultNextActionSettings): NextAction {
  const { id, action, why } = rules.find((rule) => rule.holds(lead, now, settings))!;
  const clocks = lead.state === "leased" ? [lead.remindAt, lead.escalateAt, lead.recycleAt].filter((time) => time !== null) : [];
  const ahead = clocks.filter((time) => time > now);
  const dueAt = ahead.length > 0 ? Math.min(...ahead) : null;
  const contacts = action === "contact_now" || action === "follow_up";
  const mode = contacts && lead.temperature !== null ? settings.followUp[lead.temperature] : null;
  return { action, rule: id, why, mode, dueAt, overdue: ahead.length < clocks.length };
}
