import { z } from "zod";
import { bounds } from "../bounds.ts";
import { because } from "../parse.ts";
import { holdsEmail } from "../text.ts";

const ID = /^[A-Za-z0-9][A-Za-z0-9._:~#=+-]*$/;
const MAP_KEY = /^[\p{L}][\p{L}\p{N} _.-]*$/u;
const ADDRESS_FAULT = because("holds an e-mail address, and this field stays readable", "leave the address out, or give it in contact");

/** Ids become keys and appear in addresses and logs, hence the narrow alphabet (no `@`: an e-mail address is no id). */
const id = (): z.ZodString =>
  z
    .string()
    .min(1)
    .max(bounds.idCharacters)
    .regex(ID, {
      error: because("has characters that an id must not have", "use letters, digits and . _ : ~ # = + - and begin with a letter or digit"),
    });

/** Text that stays readable on the log. */
export const openText = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .refine((text) => text.length > maximum || !holdsEmail(text), { error: ADDRESS_FAULT });

export const moment = () => z.union([z.string().max(40), z.number()]);
export const amount = () => z.union([z.string().max(24), z.number()]);

const scalar = z.union([openText(bounds.mapValueCharacters), z.number().min(-bounds.counter).max(bounds.counter), z.boolean()]);

/** Names to short values: custom fields and properties of a touch. How many there are, and their meaning, is judged by `textMap`. */
export const openMap = () => z.record(z.string().max(bounds.mapKeyCharacters).regex(MAP_KEY), scalar.nullish());

export const eventFields = {
  eventId: id().nullish().describe("Unique per event. A retry must carry the same id; where none is given, one is assigned and returned."),
  occurredAt: moment()
    .nullish()
    .describe("When it happened: ISO 8601 with its zone, or milliseconds since 1970. Default: the moment of receipt."),
  imported: z
    .boolean()
    .nullish()
    .describe("History of another system: counted at its own time, starts no clock. Needs occurredAt. Default: false."),
};

export const contactOfKnownLead = z
  .strictObject({
    email: z.string().max(bounds.emailCharacters).nullish().describe("E-mail address."),
    phone: z.string().max(bounds.phoneCharacters).nullish().describe("Phone number: E.164, or national to `country`."),
    country: z.string().max(bounds.nameCharacters).nullish().describe("Country of a national phone number."),
  })
  .describe("Identifies the lead where no lead id is at hand; not stored.");

export const leadFields = {
  leadId: id()
    .nullish()
    .describe("The lead's id. Where none is given it is derived from the normalised e-mail address, else from the phone number."),
  contact: contactOfKnownLead.nullish(),
};

export const repId = (): z.ZodString => id();
export const counter = (): z.ZodNumber => z.number().int().min(0).max(bounds.counter);
export const currency = () =>
  z
    .string()
    .regex(/^[A-Za-z]{3}$/, { error: because("is no currency", "give the three letters of ISO 4217, for example EUR") })
    .describe("ISO 4217 code.");
