import type { LeadAttributes, Signal, SignalKind, Source, TeamReply, TeamRequest } from "@leadstream/schemas";

export const anySource: Source = { topic: "t", incarnation: "i", partition: 0, offset: 0, n: 0, seq: 0 };

export const attributesOf = (details: Partial<LeadAttributes> = {}): LeadAttributes => ({
  channel: "website",
  campaign: null,
  region: "east",
  country: null,
  productLine: null,
  industry: null,
  titleClass: null,
  language: null,
  companySize: null,
  account: null,
  tags: [],
  ...details,
});

export function signalOf(kind: SignalKind, time: number, details: Partial<Signal> = {}): Signal {
  return {
    source: anySource,
    time,
    leadId: "lead-1",
    kind,
    eventId: null,
    imported: false,
    score: 0,
    band: null,
    previousBand: null,
    direction: "none",
    grade: null,
    temperature: null,
    model: "default",
    modelVersion: 1,
    attributes: null,
    status: null,
    rep: null,
    reason: null,
    amount: null,
    command: null,
    toRep: null,
    toTeam: null,
    epoch: null,
    document: null,
    policyVersion: null,
    due: 0,
    touch: null,
    currency: null,
    ...details,
  };
}

export const replyOf = (kind: TeamReply["kind"], details: Partial<TeamReply> = {}): TeamReply => ({
  source: anySource,
  time: 0,
  teamId: "east",
  requestId: "lead-1#1",
  leadId: "lead-1",
  kind,
  rep: kind === "granted" || kind === "revoked" ? "ann" : null,
  reason: null,
  why: [],
  rosterVersion: 1,
  opensAt: null,
  ...details,
});

export const requestOf = (kind: TeamRequest["kind"], number: number, details: Partial<TeamRequest> = {}): TeamRequest => ({
  source: anySource,
  time: 0,
  teamId: "east",
  requestId: `lead-${number}#1`,
  leadId: `lead-${number}`,
  kind,
  rep: null,
  grade: "C",
  tier: null,
  skills: [],
  exclude: [],
  score: 0,
  strategy: "round-robin",
  outcome: null,
  whenOut: "wait",
  amount: null,
  ...details,
});

/** The journey of L4 without calendar and limit; `details` replace whole fields. */
export const journeyDocument = (details: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "nurture",
  enter: { states: ["nurture"], when: { band: ["mql"] } },
  steps: [
    { id: "thanks", after: "1d", send: "thanks-and-case" },
    {
      id: "blog",
      after: "5d",
      branches: [
        { when: { did: ["email-click"], since: "thanks" }, send: "blog-in-depth" },
        { when: { didNot: ["email-open"], since: "thanks" }, send: "blog-other-subject" },
        { send: "blog" },
      ],
    },
    { id: "invitation", after: "10d", send: { template: "webinar-invitation", channel: "wecom" } },
    { id: "attended", after: "15d", when: { did: ["webinar"], since: "invitation" }, alert: "attended the webinar" },
  ],
  ...details,
});

/** A small policy document; `details` replace whole fields. */
export const policyDocument = (details: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "test",
  assignOn: "sql",
  tierByGrade: { A: "any", B: "any", C: "any" },
  rules: [],
  fallback: { team: "east" },
  currency: { base: "EUR", rates: { USD: 0.5 } },
  clocks: (["A", "B", "C"] as const).map((grade) => ({
    grade,
    first: { target: "2h", remind: "4h", escalate: "24h", recycle: "48h" },
    cadence: { remind: "1d", escalate: "2d", recycle: "3d" },
  })),
  ...details,
});
