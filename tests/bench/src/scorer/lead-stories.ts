import type { LeadEvent } from "@leadstream/domain-scoring";
import { type Capture, emptyProfile, type Profile, type Status, type StatusKind, type Touch } from "@leadstream/schemas";
import { Lehmer, TouchSource } from "../scoring/touches.ts";

export interface StoryEvent {
  readonly event: LeadEvent;
  /** Log time, ms since epoch. */
  readonly at: number;
}

const titleClasses = ["founder", "director", "manager", "staff", "intern"] as const;
const industries = ["manufacturing", "software", "automotive", "retail", "electronics"] as const;
const regions = ["emea", "americas", "apac"] as const;
const statuses: readonly StatusKind[] = ["contacted", "sql_accepted", "won", "lost"];
const START_MS = 1_790_000_000_000;
/** One in so many events is a seller's. */
const STATUS_EVERY = 40;

/** Ordinary leads, live: each begins with a filled form and goes on with touches; now and then a seller reports. The same seed tells the same story. */
export function leadStories(events: number, leads: number, msPerEvent: number, seed = 5): readonly StoryEvent[] {
  const source = new TouchSource({ leads, keys: "uniform", seed, duplicates: 0.01 }, 1);
  const random = new Lehmer(seed + 1);
  const captured = new Set<string>();
  return Array.from({ length: events }, (_, index) => {
    const at = START_MS + index * msPerEvent;
    const { touch } = source.next(at);
    if (!captured.has(touch.leadId)) {
      captured.add(touch.leadId);
      return { at, event: { type: "Capture", value: captureOf(touch, random) } };
    }
    if (index % STATUS_EVERY === 0) return { at, event: { type: "Status", value: statusOf(touch, random) } };
    return { at, event: { type: "Touch", value: touch } };
  });
}

function captureOf({ eventId, leadId, occurredAt, producer, channel, campaign, content }: Touch, random: Lehmer): Capture {
  const pick = <T>(all: readonly T[]): T => all[random.below(all.length)]!;
  const profile: Profile = {
    ...emptyProfile,
    titleClass: pick(titleClasses),
    industry: pick(industries),
    country: "DE",
    region: pick(regions),
    language: "en",
    companySize: 10 + random.below(990),
    emailKind: random.below(3) === 0 ? "free" : "corporate",
    need: random.below(4) === 0 ? "stated" : null,
    budgetClear: random.below(3) === 0 ? true : null,
    hasContact: true,
  };
  return {
    eventId,
    leadId,
    occurredAt,
    producer,
    imported: false,
    channel: channel ?? "other",
    campaign,
    keyword: "lead scoring",
    capturePoint: "website-form",
    contentOfInterest: content,
    account: null,
    profile,
    matchKeys: ["2f6ae0c1f0c14f53a1f7c6d17f3b1a55"],
    personal: null,
  };
}

function statusOf({ eventId, leadId, occurredAt }: Touch, random: Lehmer): Status {
  const status = statuses[random.below(statuses.length)]!;
  return {
    eventId,
    leadId,
    occurredAt,
    producer: "crm",
    imported: false,
    status,
    rep: `rep-${random.below(16)}`,
    reason: status === "lost" ? "price" : null,
    amount: status === "won" ? 100_000 + random.below(900_000) : null,
    grossProfit: null,
    currency: status === "won" ? "EUR" : null,
    product: null,
    quality: null,
    profile: null,
    personal: null,
  };
}
