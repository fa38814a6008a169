import type {
  Alert,
  Assignment,
  Capture,
  Command,
  Correction,
  DeadLetter,
  LeadAttributes,
  ModelPublished,
  PolicyPublished,
  Profile,
  Score,
  ShadowScore,
  Signal,
  Source,
  Spend,
  Status,
  TeamReply,
  TeamRequest,
  Tick,
  Touch,
} from "@leadstream/schemas";
import { emptyProfile, everyLead } from "@leadstream/schemas";

/** 2026-01-01T00:00:00Z: the instant of every record that is built without another one. */
export const EPOCH_MS = 1_767_225_600_000;

/** A valid record where a test says only what matters to it. Same call, same record: ids do not count up. */
export type Build<T> = (change?: Partial<T>) => T;

const origin = { eventId: "event-1", leadId: "lead-1", occurredAt: EPOCH_MS, producer: "website", imported: false } as const;

export const aProfile: Build<Profile> = (change = {}) => ({ ...emptyProfile, ...change });

export const aCapture: Build<Capture> = (change = {}) => ({
  ...origin,
  channel: "website",
  campaign: null,
  keyword: null,
  capturePoint: "website-form",
  contentOfInterest: null,
  account: null,
  profile: aProfile({ titleClass: "director", industry: "manufacturing", country: "DE", region: "dach", hasContact: true }),
  matchKeys: [],
  personal: null,
  ...change,
});

export const aTouch: Build<Touch> = (change = {}) => ({
  ...origin,
  kind: "page-view",
  channel: null,
  campaign: null,
  content: null,
  dwellMs: null,
  properties: {},
  profile: null,
  ...change,
});

export const aStatus: Build<Status> = (change = {}) => ({
  ...origin,
  producer: "crm",
  status: "contacted",
  rep: "rep-1",
  reason: null,
  amount: null,
  grossProfit: null,
  currency: null,
  product: null,
  quality: null,
  profile: null,
  personal: null,
  ...change,
});

export const aCommand: Build<Command> = (change = {}) => ({
  ...origin,
  producer: "crm",
  command: "claim",
  rep: "rep-1",
  toRep: null,
  toTeam: null,
  reason: null,
  epoch: null,
  ...change,
});

export const aSpend: Build<Spend> = (change = {}) => ({
  eventId: "spend-1",
  occurredAt: EPOCH_MS,
  producer: "ad-platform",
  imported: false,
  channel: "paid-search",
  campaign: null,
  keyword: null,
  amount: 10_000,
  currency: "EUR",
  impressions: 1_000,
  clicks: 10,
  kind: "media",
  ...change,
});

export const aTick: Build<Tick> = (change = {}) => ({ writer: "scoring-0", ...change });

export const aModelPublished: Build<ModelPublished> = (change = {}) => ({
  name: "default",
  version: 1,
  fingerprint: "0123456789abcdef",
  document: "{}",
  ...everyLead,
  ...change,
});

export const aPolicyPublished: Build<PolicyPublished> = (change = {}) => ({
  name: "default",
  version: 1,
  fingerprint: "0123456789abcdef",
  document: "{}",
  ...change,
});

export const aSource: Build<Source> = (change = {}) => ({
  topic: "lead.events",
  incarnation: "incarnation-1",
  partition: 0,
  offset: 0,
  n: 0,
  seq: 0,
  ...change,
});

export const aLeadAttributes: Build<LeadAttributes> = (change = {}) => ({
  channel: "website",
  campaign: null,
  region: "dach",
  country: "DE",
  productLine: null,
  industry: "manufacturing",
  titleClass: "director",
  language: null,
  companySize: null,
  account: null,
  tags: [],
  ...change,
});

export const aScore: Build<Score> = (change = {}) => ({
  source: aSource(),
  time: EPOCH_MS,
  leadId: "lead-1",
  eventId: "event-1",
  cause: "touch",
  kind: "page-view",
  occurredAt: EPOCH_MS,
  effectiveAt: EPOCH_MS,
  imported: false,
  verdict: "counted",
  model: "default",
  modelVersion: 1,
  score: 2_000,
  fit: 0,
  engagement: 2_000,
  band: "pool",
  grade: "C",
  temperature: "cold",
  rows: [{ rule: "page-view", kind: "award", dimension: "engagement", points: 2_000, at: EPOCH_MS }],
  ...change,
});

export const aShadowScore: Build<ShadowScore> = (change = {}) => ({
  source: aSource(),
  time: EPOCH_MS,
  leadId: "lead-1",
  eventId: "event-1",
  cause: "touch",
  model: "default",
  modelVersion: 1,
  score: 2_000,
  band: "pool",
  grade: "C",
  shadowModel: "trial",
  shadowVersion: 2,
  shadowScore: 3_000,
  shadowBand: "pool",
  shadowGrade: "C",
  ...change,
});

export const aCorrection: Build<Correction> = (change = {}) => ({
  source: aSource(),
  time: EPOCH_MS,
  leadId: "lead-1",
  eventId: "event-1",
  kind: "missed",
  previousBand: "pool",
  band: "mql",
  toldAt: null,
  happenedAt: EPOCH_MS,
  model: "default",
  modelVersion: 1,
  ...change,
});

export const aSignal: Build<Signal> = (change = {}) => ({
  source: aSource(),
  time: EPOCH_MS,
  leadId: "lead-1",
  kind: "crossed",
  eventId: "event-1",
  imported: false,
  score: 80_000,
  band: "sql",
  previousBand: "mql",
  direction: "up",
  grade: "A",
  temperature: "hot",
  model: "default",
  modelVersion: 1,
  attributes: aLeadAttributes(),
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
  due: EPOCH_MS,
  touch: null,
  currency: null,
  ...change,
});

export const aTeamRequest: Build<TeamRequest> = (change = {}) => ({
  source: aSource({ topic: "lead.signals" }),
  time: EPOCH_MS,
  teamId: "team-1",
  requestId: "lead-1/1",
  leadId: "lead-1",
  kind: "assign",
  rep: null,
  grade: "A",
  tier: null,
  skills: [],
  exclude: [],
  score: 80_000,
  strategy: "round-robin",
  outcome: null,
  whenOut: "wait",
  amount: null,
  ...change,
});

export const aTeamReply: Build<TeamReply> = (change = {}) => ({
  source: aSource({ topic: "team.requests" }),
  time: EPOCH_MS,
  teamId: "team-1",
  requestId: "lead-1/1",
  leadId: "lead-1",
  kind: "granted",
  rep: "rep-1",
  reason: null,
  why: [],
  rosterVersion: 1,
  opensAt: null,
  ...change,
});

export const anAssignment: Build<Assignment> = (change = {}) => ({
  source: aSource({ topic: "lead.signals" }),
  time: EPOCH_MS,
  leadId: "lead-1",
  epoch: 1,
  change: "assigned",
  state: "leased",
  rep: "rep-1",
  previousRep: null,
  team: "team-1",
  pool: null,
  rule: null,
  reason: null,
  why: [],
  commandId: null,
  score: 80_000,
  grade: "A",
  remindAt: null,
  escalateAt: null,
  recycleAt: null,
  leaseUntil: null,
  amount: null,
  policyVersion: 1,
  due: EPOCH_MS,
  collaborators: [],
  formerOwners: [],
  coolDowns: [],
  ...change,
});

export const anAlert: Build<Alert> = (change = {}) => ({
  source: aSource({ topic: "lead.signals" }),
  time: EPOCH_MS,
  leadId: "lead-1",
  kind: "reminder",
  epoch: 1,
  rep: "rep-1",
  team: "team-1",
  due: EPOCH_MS,
  detail: "",
  policyVersion: 1,
  ...change,
});

export const aDeadLetter: Build<DeadLetter> = (change = {}) => ({
  topic: "lead.events",
  partition: 0,
  offset: 0,
  timestamp: EPOCH_MS,
  stage: "scoring",
  code: "AVRO_DECODE",
  detail: "record is truncated",
  producer: "",
  key: null,
  value: null,
  headers: [],
  ...change,
});
