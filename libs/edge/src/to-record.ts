import type { Capture, Command, Spend, Status, Touch } from "@leadstream/schemas";
import { normaliseCapturePoint, normaliseChannel, normaliseTouchKind } from "./channel.ts";
import {
  type ContactPoints,
  eventHead,
  leadIdOf,
  optionalLine,
  readContactPoints,
  readMoment,
  requiredWord,
  resolveLeadId,
} from "./event.ts";
import type { FaultList } from "./fault.ts";
import { matchKeysOf } from "./identity.ts";
import { hundredths } from "./money.ts";
import { parseInput } from "./parse.ts";
import { type PersonalData, sealPersonal } from "./personal.ts";
import type { EdgeContext, EdgeResult } from "./ports.ts";
import { profileCountry, revealedProfile, toProfile } from "./profile.ts";
import { type CaptureInput, captureShape, commandShape, spendShape, statusShape, touchShape } from "./shapes/events.ts";
import { paragraph } from "./text.ts";
import { textMap } from "./text-map.ts";
import { dayOf } from "./time.ts";

/** Capture of a lead: normalised, derived, sealed (C3 to C5). Every fault of the input is reported at once. */
export async function toCapture(input: unknown, context: EdgeContext): Promise<EdgeResult<Capture>> {
  const { value, faults } = parseInput(captureShape, input);
  const head = eventHead(value, context, faults);
  const country = profileCountry(value.profile, faults);
  const points = readContactPoints(value.contact, country ?? context.defaultCountry, faults);
  const leadId = resolveLeadId(value.leadId, points, context, faults);
  const personal = personalOf(value, points);
  const profile = toProfile(value.profile ?? {}, { country, points, needDescribed: personal.needDescription !== undefined }, faults);
  const channel = requiredWord(value.channel, normaliseChannel, "channel", faults);
  if (!faults.empty) return { ok: false, faults: faults.all() };
  const identity = { mailbox: points.email?.mailbox ?? null, phone: points.phone?.number ?? null };
  const sealed = await sealPersonal(personal, leadId, context.keys, context.crypto);
  const record: Capture = {
    eventId: head.eventId,
    leadId,
    occurredAt: head.occurredAt,
    producer: head.producer,
    imported: head.imported,
    channel,
    campaign: optionalLine(value.campaign),
    keyword: optionalLine(value.keyword),
    capturePoint: value.capturePoint ? normaliseCapturePoint(value.capturePoint) : null,
    contentOfInterest: optionalLine(value.contentOfInterest),
    account: optionalLine(value.account),
    profile,
    matchKeys: matchKeysOf(identity, context.crypto),
    personal: sealed,
  };
  return { ok: true, record };
}

function personalOf(input: Partial<CaptureInput>, points: ContactPoints): PersonalData {
  const { contact } = input;
  return said({
    name: optionalLine(contact?.name),
    email: points.email?.address ?? null,
    phone: points.phone?.number ?? null,
    company: optionalLine(contact?.company),
    wechat: optionalLine(contact?.wechat),
    address: optionalLine(contact?.address),
    title: optionalLine(input.profile?.title),
    needDescription: input.needDescription ? paragraph(input.needDescription) : null,
    note: input.note ? paragraph(input.note) : null,
  });
}

function said(fields: { readonly [K in keyof PersonalData]-?: string | null }): PersonalData {
  const data: Record<string, string> = {};
  for (const name in fields) {
    const text = fields[name as keyof PersonalData];
    if (text !== null) data[name] = text;
  }
  return data;
}

/** Something that a lead did. */
export function toTouch(input: unknown, context: EdgeContext): EdgeResult<Touch> {
  const { value, faults } = parseInput(touchShape, input);
  const head = eventHead(value, context, faults);
  const record: Touch = {
    eventId: head.eventId,
    leadId: leadIdOf(value, context, faults),
    occurredAt: head.occurredAt,
    producer: head.producer,
    imported: head.imported,
    kind: requiredWord(value.kind, normaliseTouchKind, "kind", faults),
    channel: value.channel ? normaliseChannel(value.channel) : null,
    campaign: optionalLine(value.campaign),
    content: optionalLine(value.content),
    dwellMs: value.dwellMs === null || value.dwellMs === undefined ? null : Math.floor(value.dwellMs),
    properties: value.properties ? textMap(value.properties, "properties", faults) : {},
    profile: revealedProfile(value.profile, faults),
  };
  return finish(record, faults);
}

/** Something that sales did. Its note is sealed with the lead's key. */
export async function toStatus(input: unknown, context: EdgeContext): Promise<EdgeResult<Status>> {
  const { value, faults } = parseInput(statusShape, input);
  const head = eventHead(value, context, faults);
  const leadId = leadIdOf(value, context, faults);
  const amount = money(value.amount, "amount", false, faults);
  const grossProfit = money(value.grossProfit, "grossProfit", true, faults);
  const currency = currencyOf(value.currency, amount !== null || grossProfit !== null, context, faults);
  const profile = revealedProfile(value.profile, faults);
  if (!faults.empty) return { ok: false, faults: faults.all() };
  const note = value.note ? paragraph(value.note) : null;
  const title = optionalLine(value.profile?.title);
  const personal: PersonalData = { ...(note === null ? {} : { note }), ...(title === null ? {} : { title }) };
  const record: Status = {
    eventId: head.eventId,
    leadId,
    occurredAt: head.occurredAt,
    producer: head.producer,
    imported: head.imported,
    status: value.status!,
    rep: value.rep ?? null,
    reason: optionalLine(value.reason),
    amount,
    grossProfit,
    currency,
    product: optionalLine(value.product),
    quality: value.quality ?? null,
    profile,
    personal: await sealPersonal(personal, leadId, context.keys, context.crypto),
  };
  return { ok: true, record };
}

/** A wish of a person: claim, transfer, hand-back, release, a collaborator, erase. */
export function toCommand(input: unknown, context: EdgeContext): EdgeResult<Command> {
  const { value, faults } = parseInput(commandShape, input);
  const head = eventHead(value, context, faults);
  const { command } = value;
  if (command === "claim" && !value.rep && !faults.has("rep")) faults.add("rep", "is missing", "say who claims the lead");
  if (command === "transfer" && !value.toRep && !value.toTeam && !faults.has("toRep") && !faults.has("toTeam")) {
    faults.add("toRep", "is missing, and so is toTeam", "say to whom the lead goes");
  }
  const aboutCollaborator = command === "add_collaborator" || command === "remove_collaborator";
  if (aboutCollaborator && !value.toRep && !faults.has("toRep")) faults.add("toRep", "is missing", "say who the collaborator is");
  const record: Command = {
    eventId: head.eventId,
    leadId: leadIdOf(value, context, faults),
    occurredAt: head.occurredAt,
    producer: head.producer,
    imported: head.imported,
    command: command!,
    rep: value.rep ?? null,
    toRep: value.toRep ?? null,
    toTeam: value.toTeam ?? null,
    reason: optionalLine(value.reason),
    epoch: value.epoch ?? null,
  };
  return finish(record, faults);
}

/** Money spent on a channel during one UTC day (M7 to M9). */
export function toSpend(input: unknown, context: EdgeContext): EdgeResult<Spend> {
  const { value, faults } = parseInput(spendShape, input);
  const field = value.date === null || value.date === undefined ? "occurredAt" : "date";
  const day = readMoment(value.date ?? value.occurredAt, field, faults);
  if (day === null && faults.empty) faults.add("date", "is missing", "give the day on which the money was spent, as 2026-03-31");
  const amount = money(value.amount, "amount", false, faults);
  const record: Spend = {
    eventId: value.eventId ?? context.newId(),
    occurredAt: dayOf(day ?? 0),
    producer: context.producer,
    imported: value.imported ?? false,
    channel: requiredWord(value.channel, normaliseChannel, "channel", faults),
    campaign: optionalLine(value.campaign),
    keyword: optionalLine(value.keyword),
    amount: amount ?? 0,
    currency: currencyOf(value.currency, true, context, faults) ?? "",
    impressions: value.impressions ?? 0,
    clicks: value.clicks ?? 0,
    kind: value.kind ?? "media",
  };
  return finish(record, faults);
}

function finish<T>(record: T, faults: FaultList): EdgeResult<T> {
  return faults.empty ? { ok: true, record } : { ok: false, faults: faults.all() };
}

/** 10^12 units are 10^14 hundredths: exact in a double. */
const MAXIMUM_HUNDREDTHS = 100_000_000_000_000;

function money(amount: number | string | null | undefined, field: string, negative: boolean, faults: FaultList): number | null {
  if (amount === null || amount === undefined) return null;
  const value = hundredths(amount);
  if (value === null || Math.abs(value) > MAXIMUM_HUNDREDTHS) {
    faults.add(field, "is no amount of money", "give currency units with at most two decimals, up to a million millions");
    return null;
  }
  if (value < 0 && !negative) {
    faults.add(field, "is negative", "give 0 or more");
    return null;
  }
  return value;
}

function currencyOf(currency: string | null | undefined, needed: boolean, context: EdgeContext, faults: FaultList): string | null {
  if (currency !== null && currency !== undefined) return currency.toUpperCase();
  if (!needed) return null;
  if (context.defaultCurrency === null && !faults.has("currency")) {
    faults.add("currency", "is missing beside an amount", "give the three letters of ISO 4217, for example EUR");
  }
  return context.defaultCurrency;
}
