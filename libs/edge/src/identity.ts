import type { Crypto } from "./ports.ts";

/** 128 bits of the keyed hash: enough for a collision to stay out of reach at a billion leads. */
const ID_CHARACTERS = 26;

/** What identifies a person, normalised. */
export interface Identity {
  readonly mailbox: string | null;
  readonly phone: string | null;
}

/** Lead id of a person: the same e-mail address, else the same phone number, gives the same id. Null when neither is known. */
export function derivedLeadId(identity: Identity, crypto: Crypto): string | null {
  const { mailbox, phone } = identity;
  if (mailbox === null && phone === null) return null;
  return `l_${crypto.hmac(mailbox !== null ? `lead-email ${mailbox}` : `lead-phone ${phone}`).slice(0, ID_CHARACTERS)}`;
}

/** Keyed hashes by which duplicates are found (C6); other than the lead id, so that erasing them leaves no trace in it. */
export function matchKeysOf(identity: Identity, crypto: Crypto): string[] {
  const keys: string[] = [];
  if (identity.mailbox !== null) keys.push(`e_${crypto.hmac(`match-email ${identity.mailbox}`).slice(0, ID_CHARACTERS)}`);
  if (identity.phone !== null) keys.push(`p_${crypto.hmac(`match-phone ${identity.phone}`).slice(0, ID_CHARACTERS)}`);
  return keys;
}
