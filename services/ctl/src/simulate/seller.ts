import type { StatusInput } from "@leadstream/edge";
import { lossReasons } from "./catalogue.ts";
import { dealOf, type SimulatedLead, wins } from "./lead.ts";
import type { Draws } from "./random.ts";

/** How a simulated seller works. Delays are means, in milliseconds. */
export interface Diligence {
  readonly answers: number;
  readonly delayMs: number;
}

/** A third answers at once, a third late, a sixth hardly ever: so that reminders, escalations and recycling are seen. */
export function diligenceOf(rep: string, paceMs: number): Diligence {
  let hash = 0;
  for (const character of rep) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  const kind = hash % 6;
  if (kind < 3) return { answers: 0.95, delayMs: paceMs * 0.3 };
  if (kind < 5) return { answers: 0.8, delayMs: paceMs * 1.5 };
  return { answers: 0.15, delayMs: paceMs * 2 };
}

export interface SellerStep {
  readonly delayMs: number;
  readonly input: StatusInput;
}

/** What a seller does with a lead that was given to him: nothing, or calls it and sees it through. */
export function sellerSteps(draw: Draws, lead: SimulatedLead, rep: string, paceMs: number): SellerStep[] {
  const diligence = diligenceOf(rep, paceMs);
  if (!draw.chance(diligence.answers)) return [];
  const steps: SellerStep[] = [];
  let delayMs = 0;
  const step = (meanMs: number, input: Omit<StatusInput, "leadId" | "rep">): void => {
    delayMs += 200 + Math.round(draw.wait(meanMs));
    steps.push({ delayMs, input: { ...input, leadId: lead.id, rep } });
  };
  step(diligence.delayMs, { status: "contacted" });
  if (!draw.chance(0.35 + lead.quality * 0.6)) {
    step(paceMs, { status: "returned", reason: "not-ready", quality: 2 });
    return steps;
  }
  step(paceMs, { status: "sql_accepted" });
  step(paceMs, { status: "opportunity" });
  if (wins(draw, lead)) step(paceMs * 2, { status: "won", currency: "EUR", ...dealOf(draw, lead) });
  else step(paceMs * 2, { status: "lost", reason: draw.pick(lossReasons), quality: Math.ceil(lead.quality * 5) || 1 });
  return steps;
}
