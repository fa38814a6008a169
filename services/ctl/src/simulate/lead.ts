import type { CaptureInput, TouchInput } from "@leadstream/edge";
import { channels, countries, industries, products, titles, touchKinds } from "./catalogue.ts";
import type { Draws } from "./random.ts";

/** A simulated person. `quality` is what scoring has to find out: it shapes profile, touches and outcome, and is never emitted. */
export interface SimulatedLead {
  readonly id: string;
  readonly quality: number;
  readonly channel: string;
  readonly capture: CaptureInput;
  /** Profile facts that come out later, with a touch: need, budget, decision chain. */
  readonly discloses: boolean;
}

export const firstNames = [
  "Ada",
  "Bo",
  "Chen",
  "Dana",
  "Emil",
  "Fatou",
  "Gabriel",
  "Hana",
  "Ivo",
  "Jia",
  "Kofi",
  "Lena",
  "Mei",
  "Nils",
  "Olga",
  "Pia",
];
const familyNames = [
  "Abel",
  "Brandt",
  "Costa",
  "Diaz",
  "Engel",
  "Fischer",
  "Garcia",
  "Huang",
  "Ito",
  "Jansen",
  "Kim",
  "Lopez",
  "Meyer",
  "Novak",
];

/** Nearest to `target` by `fit`, with some noise: good leads tend to have good titles, not always. */
function fitting<T extends { readonly fit: number }>(draw: Draws, items: readonly T[], target: number): T {
  const wanted = draw.share(target, 0.55);
  return items.reduce((best, item) => (Math.abs(item.fit - wanted) < Math.abs(best.fit - wanted) ? item : best));
}

export function simulateLead(draw: Draws, id: string, occurredAt: number): SimulatedLead {
  const channel = draw.weighted(channels);
  const quality = draw.share(channel.quality, 0.5);
  const industry = fitting(draw, industries, quality);
  const title = fitting(draw, titles, quality);
  const country = draw.weighted(countries).code;
  const name = `${draw.pick(firstNames)} ${draw.pick(familyNames)}`;
  const corporate = draw.chance(0.3 + quality * 0.6);
  const domain = corporate ? `${industry.name}-${Math.floor(draw.unit() * 900) + 100}.example` : "gmail.com";
  const disclosesNeed = draw.chance(quality * 0.8);
  const capture: CaptureInput = {
    leadId: id,
    occurredAt,
    channel: channel.name,
    campaign: draw.pick(channel.campaigns),
    keyword: channel.keywords.length > 0 ? draw.pick(channel.keywords) : null,
    capturePoint: draw.pick(["website-form", "wechat-follow", "event-sign-up", "qr-code"]),
    contact: { name, email: `${name.toLowerCase().replace(" ", ".")}.${id.slice(-6)}@${domain}`, company: corporate ? domain : null },
    needDescription: disclosesNeed ? "Looks for a way to call the right leads first." : null,
    profile: {
      title: title.title,
      industry: industry.name,
      country,
      companySize: Math.round(10 ** draw.between(0.8, 1.5 + quality * 2.2)),
      annualRevenue: Math.round(10 ** draw.between(5, 6 + quality * 2.5)),
      productLine: draw.pick(products).name,
      need: disclosesNeed ? "stated" : draw.chance(0.5) ? "potential" : null,
    },
  };
  return { id, quality, channel: channel.name, capture, discloses: draw.chance(quality) };
}

/** One touch of the lead; better leads do more telling things. */
export function simulateTouch(draw: Draws, lead: SimulatedLead, occurredAt: number): TouchInput {
  const reach = lead.quality + draw.between(-0.15, 0.25);
  const kind = draw.weighted(touchKinds.filter((touch) => touch.quality <= reach || touch.quality === 0)).kind;
  const touch: TouchInput = { leadId: lead.id, occurredAt, kind, dwellMs: Math.round(draw.wait(40_000 * (0.5 + lead.quality))) };
  if (lead.discloses && (kind === "demo-request" || kind === "purchase-intent")) {
    touch.profile = {
      need: "stated",
      budget: Math.round(draw.between(50, 900)) * 1_000,
      budgetClear: true,
      decisionChain: draw.chance(0.7) ? "clear" : "unclear",
    };
  }
  return touch;
}

/** Whether the lead buys, once somebody speaks with it. */
export const wins = (draw: Draws, lead: SimulatedLead): boolean => draw.chance(1 / (1 + Math.exp(-(lead.quality * 8 - 5.5))));

/** Deal in currency units: revenue and gross profit. */
export function dealOf(draw: Draws, lead: SimulatedLead): { product: string; amount: number; grossProfit: number } {
  const product = draw.pick(products);
  const amount = Math.round(product.price * draw.between(0.7, 1.3 + lead.quality));
  return { product: product.name, amount, grossProfit: Math.round(amount * draw.between(0.45, 0.7)) };
}
