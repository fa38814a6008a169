import { normaliseCountry } from "./country.ts";
import { type Email, normaliseEmail } from "./email.ts";
import type { FaultList } from "./fault.ts";
import { derivedLeadId } from "./identity.ts";
import { normalisePhone, type Phone } from "./phone.ts";
import type { EdgeContext } from "./ports.ts";
import { line } from "./text.ts";
import { momentOf } from "./time.ts";

type Maybe<T> = T | null | undefined;

/** What every event has. */
export interface EventHead {
  readonly eventId: string;
  readonly occurredAt: number;
  readonly producer: string;
  readonly imported: boolean;
}

interface EventInput {
  readonly eventId?: Maybe<string>;
  readonly occurredAt?: Maybe<string | number>;
  readonly imported?: Maybe<boolean>;
}

export function eventHead(input: EventInput, context: EdgeContext, faults: FaultList): EventHead {
  const imported = input.imported ?? false;
  if (imported && (input.occurredAt ?? null) === null && !faults.has("occurredAt")) {
    faults.add("occurredAt", "is missing from an imported event", "give the time at which it happened");
  }
  return {
    eventId: input.eventId ?? context.newId(),
    occurredAt: readMoment(input.occurredAt, "occurredAt", faults) ?? context.now,
    producer: context.producer,
    imported,
  };
}

export function readMoment(time: Maybe<string | number>, field: string, faults: FaultList): number | null {
  if (time === null || time === undefined) return null;
  const at = momentOf(time);
  if (at === null) {
    faults.add(
      field,
      "is no moment between 1970 and 9999",
      "give ISO 8601 with a zone, as 2026-03-31T09:30:00Z, or milliseconds since 1970",
    );
  }
  return at;
}

/** Text of one line, null when nothing was said; a required one that holds nothing is a fault. */
export function optionalLine(text: Maybe<string>): string | null {
  return text === null || text === undefined ? null : line(text);
}

/** Applies a normaliser that answers null for what it cannot read. */
export function normalised<T>(
  text: Maybe<string>,
  normalise: (text: string) => T | null,
  field: string,
  faults: FaultList,
  reason: string,
  remedy: string,
): T | null {
  if (text === null || text === undefined || text.trim() === "") return null;
  const result = normalise(text);
  if (result === null) faults.add(field, reason, remedy);
  return result;
}

/** A required word of a vocabulary that may be extended: only emptiness is a fault. */
export function requiredWord(text: Maybe<string>, normalise: (text: string) => string | null, field: string, faults: FaultList): string {
  const word = text === null || text === undefined ? null : normalise(text);
  if (word === null && !faults.has(field)) faults.add(field, "holds no letter or digit", "name it in words");
  return word ?? "";
}

export interface ContactPoints {
  readonly email: Email | null;
  readonly phone: Phone | null;
}

export function readContactPoints(
  contact: Maybe<{ readonly email?: Maybe<string>; readonly phone?: Maybe<string> }>,
  country: string | null,
  faults: FaultList,
): ContactPoints {
  return {
    email: normalised(
      contact?.email,
      normaliseEmail,
      "contact.email",
      faults,
      "is no e-mail address",
      "give one address as name@example.com, or leave it out",
    ),
    phone: normalised(
      contact?.phone,
      (text) => normalisePhone(text, country),
      "contact.phone",
      faults,
      country === null
        ? "is no international phone number, and no country is known"
        : `is no phone number that can be dialled from ${country}`,
      "give it in E.164, as +4930123456, or name the country, or leave it out",
    ),
  };
}

export function readCountry(country: Maybe<string>, field: string, faults: FaultList): string | null {
  return normalised(
    country,
    normaliseCountry,
    field,
    faults,
    "is no known country",
    "give an ISO 3166-1 code, as DE, or the English or Chinese name",
  );
}

interface KnownLeadInput extends EventInput {
  readonly leadId?: Maybe<string>;
  readonly contact?: Maybe<{ readonly email?: Maybe<string>; readonly phone?: Maybe<string>; readonly country?: Maybe<string> }>;
}

/** Lead id that was given, or that follows from the contact (touch, status, command). */
export function leadIdOf(input: KnownLeadInput, context: EdgeContext, faults: FaultList): string {
  const country = readCountry(input.contact?.country, "contact.country", faults) ?? context.defaultCountry;
  const points = readContactPoints(input.contact, country, faults);
  return resolveLeadId(input.leadId, points, context, faults);
}

export function resolveLeadId(given: Maybe<string>, points: ContactPoints, context: EdgeContext, faults: FaultList): string {
  const identity = { mailbox: points.email?.mailbox ?? null, phone: points.phone?.number ?? null };
  const id = given ?? derivedLeadId(identity, context.crypto);
  const explained = faults.has("leadId") || faults.has("contact") || faults.has("contact.email") || faults.has("contact.phone");
  if (id === null && !explained) {
    faults.add("leadId", "is missing and cannot be derived", "give leadId, contact.email or contact.phone");
  }
  return id ?? "";
}
