import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";

export interface Phone {
  /** E.164, for example `+8613800138000`. */
  readonly number: string;
  /** Country of the number when it was written internationally; a national number says nothing new. */
  readonly country: string | null;
}

/** Normalises a phone number (C4) that may be national to `country`, or null when it is none. Idempotent on `number`. */
export function normalisePhone(text: string, country: string | null): Phone | null {
  const folded = text.normalize("NFKC").trim();
  const home = country !== null && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const parsed = home === undefined ? parsePhoneNumberFromString(folded) : parsePhoneNumberFromString(folded, home);
  // "Possible" and not "valid": numbering plans grow faster than tables, and a lost lead costs more than a wrong digit.
  if (parsed === undefined) return null;
  // Numbers outside of the plan may lose a prefix each time they are read; one that does not settle at once is none.
  if (!parsed.isValid() && !(parsed.isPossible() && parsePhoneNumberFromString(parsed.number)?.number === parsed.number)) return null;
  return { number: parsed.number, country: folded.startsWith("+") ? (parsed.country ?? null) : null };
}
