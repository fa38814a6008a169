/** The simulated market: where leads come from, what they are worth, who sells. Made up; figures are plausible, not measured. */
export interface Channel {
  readonly name: string;
  /** Share of all leads. */
  readonly weight: number;
  /** Mean latent quality of its leads, 0 to 1. */
  readonly quality: number;
  /** Spend a day in currency units; 0 for channels that cost people, not media. */
  readonly spendPerDay: number;
  readonly campaigns: readonly string[];
  readonly keywords: readonly string[];
}

export const channels: readonly Channel[] = [
  {
    name: "search",
    weight: 18,
    quality: 0.5,
    spendPerDay: 45,
    campaigns: ["seo-guides", "seo-cases"],
    keywords: ["lead management", "crm automation"],
  },
  {
    name: "paid-search",
    weight: 16,
    quality: 0.45,
    spendPerDay: 420,
    campaigns: ["brand", "competitors", "generic"],
    keywords: ["lead scoring", "sales pipeline", "crm pricing"],
  },
  {
    name: "content",
    weight: 14,
    quality: 0.42,
    spendPerDay: 110,
    campaigns: ["white-paper-manufacturing", "case-collection"],
    keywords: [],
  },
  { name: "webinar", weight: 9, quality: 0.6, spendPerDay: 1000, campaigns: ["webinar-spring", "webinar-scoring"], keywords: [] },
  { name: "wechat", weight: 12, quality: 0.38, spendPerDay: 500, campaigns: ["official-account"], keywords: [] },
  { name: "email", weight: 8, quality: 0.36, spendPerDay: 200, campaigns: ["newsletter", "win-back"], keywords: [] },
  { name: "paid-ads", weight: 10, quality: 0.22, spendPerDay: 1900, campaigns: ["display-broad", "retargeting"], keywords: [] },
  { name: "trade-show", weight: 6, quality: 0.62, spendPerDay: 1600, campaigns: ["hannover", "canton-fair"], keywords: [] },
  { name: "partner", weight: 5, quality: 0.74, spendPerDay: 700, campaigns: ["key-partners"], keywords: [] },
  { name: "telemarketing", weight: 2, quality: 0.2, spendPerDay: 400, campaigns: ["cold-list"], keywords: [] },
];

export const industries: readonly { readonly name: string; readonly fit: number }[] = [
  { name: "manufacturing", fit: 1 },
  { name: "software", fit: 0.8 },
  { name: "logistics", fit: 0.7 },
  { name: "finance", fit: 0.6 },
  { name: "healthcare", fit: 0.5 },
  { name: "retail", fit: 0.4 },
  { name: "education", fit: 0.1 },
];

export const titles: readonly { readonly title: string; readonly fit: number }[] = [
  { title: "Founder", fit: 1 },
  { title: "VP Sales", fit: 0.9 },
  { title: "Director of Marketing", fit: 0.8 },
  { title: "Sales Manager", fit: 0.6 },
  { title: "Marketing Specialist", fit: 0.35 },
  { title: "Intern", fit: 0.02 },
  { title: "Student", fit: 0 },
];

export const countries: readonly { readonly code: string; readonly weight: number }[] = [
  { code: "DE", weight: 20 },
  { code: "FR", weight: 10 },
  { code: "GB", weight: 12 },
  { code: "US", weight: 25 },
  { code: "CN", weight: 22 },
  { code: "JP", weight: 6 },
  { code: "BR", weight: 5 },
];

/** Touches by how much they say about the lead; `quality` is the latent quality from which on they are common. */
export const touchKinds: readonly { readonly kind: string; readonly weight: number; readonly quality: number }[] = [
  { kind: "page-view", weight: 30, quality: 0 },
  { kind: "home-view", weight: 14, quality: 0 },
  { kind: "blog-view", weight: 14, quality: 0 },
  { kind: "email-open", weight: 16, quality: 0 },
  { kind: "email-click", weight: 6, quality: 0.2 },
  { kind: "white-paper", weight: 7, quality: 0.35 },
  { kind: "case-collection", weight: 5, quality: 0.4 },
  { kind: "pricing-view", weight: 6, quality: 0.45 },
  { kind: "webinar", weight: 4, quality: 0.45 },
  { kind: "demo-request", weight: 4, quality: 0.6 },
  { kind: "purchase-intent", weight: 2, quality: 0.7 },
];

export const products: readonly { readonly name: string; readonly price: number }[] = [
  { name: "starter", price: 1_800 },
  { name: "team", price: 6_000 },
  { name: "enterprise", price: 24_000 },
];

export const lossReasons: readonly string[] = ["no-budget", "competitor", "no-need", "timing", "unreachable"];
