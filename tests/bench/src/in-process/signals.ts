import type { LeadAttributes, Signal, Source } from "@leadstream/schemas";

export const anySource: Source = { topic: "lead.events", incarnation: "bench", partition: 0, offset: 0, n: 0, seq: 0 };

/** Nothing said of a lead yet. */
export const blankSignal: Signal = {
  source: anySource,
  time: 0,
  leadId: "",
  kind: "captured",
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
};

export const blankAttributes: LeadAttributes = {
  channel: "website",
  campaign: null,
  region: null,
  country: null,
  productLine: null,
  industry: null,
  titleClass: null,
  language: null,
  companySize: null,
  account: null,
  tags: [],
};
