/** Bodies that a website and its forms would send. */
export const workNames = ["touches", "captures", "mixed"] as const;
export type WorkName = (typeof workNames)[number];

export const routes: Readonly<Record<WorkName, string>> = {
  touches: "/v1/touches",
  captures: "/v1/captures",
  mixed: "/v1/events",
};

const kinds = ["page-view", "email-open", "email-click", "download", "webinar", "pricing-view"];
const titles = ["CTO", "Head of Purchasing", "Marketing Manager", "采购经理", "Engineer"];
const countries = ["DE", "CN", "FR", "US", "GB"];

/** A touch of a known lead, about 330 bytes. `number` makes it another event. */
function touch(number: number): object {
  return {
    eventId: `load-${number.toString(36)}-4c1e-8f0a-2b7d93e6a1f5`,
    leadId: `l_${(number % 100_000).toString(36).padStart(26, "0")}`,
    occurredAt: "2026-11-20T09:30:00.000Z",
    kind: kinds[number % kinds.length],
    channel: "paid-search",
    campaign: `campaign-2026-${number % 400}`,
    content: `/resources/article-${number % 10_000}`,
    dwellMs: (number * 7_919) % 90_000,
    properties: { device: "mobile", referrer: "search" },
  };
}

/** A lead that nobody knew, with personal data: two keyed hashes for its identity, a new key, one sealed field. About 700 bytes. */
function capture(number: number): object {
  return {
    eventId: `load-${number.toString(36)}-4c1e-8f0a-2b7d93e6a1f5`,
    occurredAt: "2026-11-20T09:30:00.000Z",
    channel: "paid-search",
    campaign: `campaign-2026-${number % 400}`,
    keyword: "industrial pumps",
    capturePoint: "website-form",
    contentOfInterest: `/resources/article-${number % 10_000}`,
    contact: {
      name: `Maria Keller ${number % 1_000}`,
      email: `maria.keller.${number.toString(36)}@example-works.com`,
      phone: `+4930${String(1_000_000 + (number % 9_000_000))}`,
      company: "Example Works GmbH",
    },
    needDescription: "We look for a supplier of two hundred pumps a year, first delivery in spring.",
    profile: {
      title: titles[number % titles.length],
      industry: "machinery",
      country: countries[number % countries.length],
      companySize: "51-200",
      budget: 250_000,
      need: "stated",
      tags: ["pumps", "spring"],
      custom: { source: "fair" },
    },
  };
}

/** Of ten events one is a capture of a new lead, one a status with a sealed note, eight are touches. */
function mixed(number: number): object {
  if (number % 10 === 0) return { type: "capture", ...capture(number) };
  if (number % 10 === 5) return { type: "status", ...status(number) };
  return { type: "touch", ...touch(number) };
}

/** Sales got on; about 200 bytes. The notes are of few leads, so that their keys exist. */
function status(number: number): object {
  return {
    eventId: `load-${number.toString(36)}-4c1e-8f0a-2b7d93e6a1f5`,
    leadId: `l_${(number % 1_000).toString(36).padStart(26, "0")}`,
    occurredAt: "2026-11-20T09:30:00.000Z",
    status: "contacted",
    rep: `rep-${number % 50}`,
    note: "Spoke on the phone, wants an offer by Friday.",
  };
}

const makers: Readonly<Record<WorkName, (number: number) => object>> = { touches: touch, captures: capture, mixed };

/** The JSON of one request: a single event, or a batch of `batch` events. */
export function bodyOf(work: WorkName, batch: number, firstNumber: number): string {
  if (batch === 1) return JSON.stringify(makers[work](firstNumber));
  return JSON.stringify({ events: Array.from({ length: batch }, (_, index) => makers[work](firstNumber + index)) });
}
