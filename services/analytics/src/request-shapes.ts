import { z } from "zod";
import { acquisitionLevels } from "./reports/acquisition.ts";
import { dimensions } from "./reports/funnel.ts";

const text = (description: string) => z.string().min(1).max(200).optional().describe(description);
const instant = (description: string) =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })])
    .transform((value) => Date.parse(value))
    .optional()
    .describe(description);

const windowShape = {
  from: instant("Begin, inclusive: a day (2026-01-31) or an instant (2026-01-31T08:00:00Z). Default: everything."),
  to: instant("End, exclusive."),
};

const segmentShape = {
  ...windowShape,
  channel: text("Channel of the first capture."),
  campaign: text("Campaign of the first capture."),
  keyword: text("Keyword of the first capture."),
  industry: text("Industry of the profile."),
  region: text("Region of the profile."),
  productLine: text("Product line of the profile."),
  team: text("Team of the case."),
};

const count = (otherwise: number, most: number, description: string) =>
  z.coerce.number().int().min(1).max(most).default(otherwise).describe(description);

export const funnelQuery = z.object({
  ...segmentShape,
  by: z
    .enum(Object.keys(dimensions) as [keyof typeof dimensions])
    .optional()
    .describe("One funnel per value of this dimension, by whole months of capture (D2)."),
});
export const segmentQuery = z.object(segmentShape);
export const channelsQuery = z.object({
  ...windowShape,
  channel: text("Only this channel."),
  level: z
    .enum(Object.keys(acquisitionLevels) as [keyof typeof acquisitionLevels])
    .default("channel")
    .describe("How far to drill down (D3)."),
});
export const volumeQuery = z.object({ ...windowShape, step: z.enum(["day", "week", "month"]).default("day").describe("Width of a step.") });
export const leadsQuery = z.object({
  ...segmentShape,
  owner: text("Present owner."),
  band: text("Present band of the score, such as sql."),
  outcome: z.enum(["open", "won", "lost", "closed"]).optional().describe("Outcome so far."),
  sort: z.enum(["score", "captured", "active"]).default("score").describe("Highest score, newest capture or latest touch first."),
  limit: count(50, 500, "Leads per page."),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0).describe("Leads to skip."),
});
/** Printable, no blanks or slashes at will: what the edge accepts as a lead id. */
export const leadParams = z.object({
  leadId: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\p{L}\p{N}._:@#/+-]+$/u, "has characters that no lead id has")
    .describe("The lead's id."),
});
export const explanationQuery = z.object({ at: instant("What was so at this instant: a day or an instant. Default: now.") });
export const journeyParams = z.object({ journey: z.string().min(1).max(200).describe("The journey's name.") });
export const journeyLeadsQuery = z.object({
  step: text("Only leads for whom this step comes next."),
  limit: count(50, 500, "Leads, who is due first, first."),
});
export const repParams = z.object({ rep: z.string().min(1).max(200).describe("The rep's id.") });
export const repActionsQuery = z.object({ limit: count(50, 500, "Actions, highest score first.") });
export const decisionsQuery = z.object({ limit: count(30, 500, "Decisions, newest first.") });

const EPOCH = 0;
const END = Date.UTC(2199, 0, 1);

/** The asked window, open ends closed. */
export function windowOf(query: { readonly from?: number | undefined; readonly to?: number | undefined }): { from: number; to: number } {
  return { from: query.from ?? EPOCH, to: query.to ?? END };
}
