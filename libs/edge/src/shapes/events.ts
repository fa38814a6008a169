import { commandKindSymbols, statusKindSymbols } from "@leadstream/schemas";
import { z } from "zod";
import { bounds } from "../bounds.ts";
import { amount, counter, currency, eventFields, leadFields, moment, openMap, openText, repId } from "./fields.ts";
import { profileShape } from "./profile.ts";

const shortText = () => openText(bounds.shortTextCharacters);

export const contactShape = z
  .strictObject({
    name: z.string().max(bounds.nameCharacters).nullish().describe("Name of the person."),
    email: z.string().max(bounds.emailCharacters).nullish().describe("E-mail address; normalised."),
    phone: z.string().max(bounds.phoneCharacters).nullish().describe("Phone number, E.164 or national to the lead's country; normalised."),
    company: z.string().max(bounds.nameCharacters).nullish().describe("Name of the company."),
    wechat: z.string().max(bounds.nameCharacters).nullish().describe("WeChat or WeCom id."),
    address: z.string().max(bounds.contentCharacters).nullish().describe("Postal address."),
  })
  .describe("Ways to reach the lead. Sealed with the lead's own key before it is stored; never readable on the log.");

export const captureShape = z
  .strictObject({
    ...eventFields,
    leadId: leadFields.leadId,
    channel: shortText()
      .min(1)
      .describe(
        "Where the lead came from: search, paid-search, social, wechat, content, webinar, email, paid-ads, trade-show, event, partner, telemarketing, website … English and Chinese synonyms are understood.",
      ),
    campaign: shortText().nullish().describe("Campaign."),
    keyword: shortText().nullish().describe("Search keyword."),
    capturePoint: shortText().nullish().describe("website-form, wechat-follow, event-sign-up, qr-code …"),
    contentOfInterest: openText(bounds.contentCharacters).nullish().describe("What the lead asked for or read."),
    account: shortText().nullish().describe("Existing account that the lead belongs to."),
    contact: contactShape.nullish(),
    needDescription: z.string().max(bounds.freeTextCharacters).nullish().describe("The need in the lead's own words. Sealed."),
    note: z.string().max(bounds.freeTextCharacters).nullish().describe("Anything else. Sealed."),
    profile: profileShape.nullish(),
  })
  .describe("A lead appears.");

export const touchShape = z
  .strictObject({
    ...eventFields,
    ...leadFields,
    kind: shortText()
      .min(1)
      .describe(
        "page-view, pricing-view, home-view, blog-view, email-open, email-click, download, white-paper, case-collection, webinar, event, demo-request, purchase-intent, wecom-chat, unsubscribe, subscribe …",
      ),
    channel: shortText().nullish().describe("Channel of the touch."),
    campaign: shortText().nullish().describe("Campaign."),
    content: openText(bounds.contentCharacters).nullish().describe("Page, file or mail."),
    dwellMs: z.number().min(0).max(bounds.dwellMs).nullish().describe("How long the lead stayed, in milliseconds."),
    properties: openMap().nullish().describe("More about the touch. Keep personal data out: they stay readable."),
    profile: profileShape.nullish(),
  })
  .describe("A lead does something.");

export const statusShape = z
  .strictObject({
    ...eventFields,
    ...leadFields,
    status: z.enum(statusKindSymbols).describe("What sales did or found."),
    rep: repId().nullish().describe("Seller."),
    reason: shortText().nullish().describe("Why it was lost, returned or rejected: a category, not free text."),
    amount: amount().nullish().describe("Revenue in currency units, at most two decimals."),
    grossProfit: amount().nullish().describe("Gross profit in currency units, at most two decimals; may be negative."),
    currency: currency().nullish(),
    product: shortText().nullish().describe("Product sold."),
    quality: z.number().int().min(1).max(5).nullish().describe("The seller's judgement of the lead, 1 to 5."),
    note: z.string().max(bounds.freeTextCharacters).nullish().describe("Follow-up note. Sealed."),
    profile: profileShape.nullish(),
  })
  .describe("Sales did something.");

export const commandShape = z
  .strictObject({
    ...eventFields,
    ...leadFields,
    command: z.enum(commandKindSymbols).describe("What is asked for."),
    rep: repId().nullish().describe("Who asks, or whose lease it is."),
    toRep: repId().nullish().describe("New owner of a transfer, or the collaborator."),
    toTeam: repId().nullish().describe("New team of a transfer."),
    reason: shortText().nullish().describe("A category, not free text."),
    epoch: z.number().int().min(0).max(bounds.epoch).nullish().describe("Lease that the command refers to; refused when it is stale."),
  })
  .describe("A person asks for a change of ownership, of collaborators, or for erasure.");

export const spendShape = z
  .strictObject({
    ...eventFields,
    date: moment().nullish().describe("The day, as 2026-03-31, or any moment of that UTC day. Either this or occurredAt."),
    channel: shortText().min(1).describe("Channel, in the same words as the leads'."),
    campaign: shortText().nullish().describe("Campaign."),
    keyword: shortText().nullish().describe("Search keyword."),
    amount: amount().describe("Money spent in currency units, at most two decimals."),
    currency: currency().nullish(),
    impressions: counter().nullish().describe("Times shown."),
    clicks: counter().nullish().describe("Times clicked."),
    kind: z.enum(["media", "people", "system", "content"]).nullish().describe("What was paid for. Default: media."),
  })
  .describe("Money spent on a channel during one day.");

export type CaptureInput = z.infer<typeof captureShape>;
export type TouchInput = z.infer<typeof touchShape>;
export type StatusInput = z.infer<typeof statusShape>;
export type CommandInput = z.infer<typeof commandShape>;
export type SpendInput = z.infer<typeof spendShape>;
