import type { Personal } from "@leadstream/schemas";
import type { Crypto, KeyStore } from "./ports.ts";

/** What is sealed: everything that tells who a lead is, and free text. Absent fields were not said. */
export interface PersonalData {
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly company?: string;
  readonly wechat?: string;
  readonly address?: string;
  readonly title?: string;
  readonly needDescription?: string;
  readonly note?: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Seals personal data with the lead's own key; null when there is nothing to seal. */
export async function sealPersonal(data: PersonalData, leadId: string, keys: KeyStore, crypto: Crypto): Promise<Personal | null> {
  let empty = true;
  for (const _ in data) empty = false;
  if (empty) return null;
  const { keyId, key } = await keys.keyFor(leadId);
  return { keyId, ...crypto.encrypt(key, encoder.encode(JSON.stringify(data))) };
}

/** Reads what `sealPersonal` had sealed, after it was decrypted. Throws on bytes that are no such text. */
export function readPersonalData(plaintext: Uint8Array): PersonalData {
  return JSON.parse(decoder.decode(plaintext)) as PersonalData;
}
