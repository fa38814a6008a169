import type { TouchInput } from "@leadstream/edge";
import type { SimulatedLead } from "./lead.ts";
import type { Draws } from "./random.ts";

export interface ReaderStep {
  readonly delayMs: number;
  readonly input: TouchInput;
}

/** What a lead does with a message: nothing, or opens it, perhaps clicks, perhaps comes to the webinar; few have had enough. Delays follow the pace, ms. */
export function readerSteps(draw: Draws, lead: SimulatedLead, template: string, paceMs: number): ReaderStep[] {
  if (!draw.chance(0.35 + lead.quality * 0.4)) return [];
  const steps: ReaderStep[] = [];
  let delayMs = 0;
  const step = (kind: string, meanMs: number): void => {
    delayMs += 200 + Math.round(draw.wait(meanMs));
    steps.push({ delayMs, input: { leadId: lead.id, kind, channel: "email", content: template } });
  };
  step("email-open", paceMs * 0.3);
  if (draw.chance(0.04)) step("unsubscribe", paceMs * 0.1);
  else if (draw.chance(0.25 + lead.quality * 0.4)) {
    step("email-click", paceMs * 0.1);
    if (template.startsWith("webinar") && draw.chance(0.7)) step("webinar", paceMs);
  }
  return steps;
}
