import { createHmac } from "node:crypto";
import type { EdgeContext, KeyStore } from "../src/index.ts";

/** Keys in memory; a new one after each destruction, as a real store does. */
export function memoryKeys(): KeyStore & { readonly leads: Map<string, string> } {
  const leads = new Map<string, string>();
  const keys = new Map<string, Uint8Array>();
  return {
    leads,
    keyFor(leadId) {
      const keyId = leads.get(leadId) ?? `k${keys.size}`;
      const key = keys.get(keyId) ?? new Uint8Array(32).fill(keys.size + 1);
      leads.set(leadId, keyId);
      keys.set(keyId, key);
      return { keyId, key };
    },
    find: (keyId) => keys.get(keyId) ?? null,
    destroy(leadId) {
      const keyId = leads.get(leadId);
      return leads.delete(leadId) && keys.delete(keyId as string);
    },
  };
}

/** A context that answers the same in every run; its cipher only mirrors bytes, so that a test can look inside. */
export function testContext(overrides: Partial<EdgeContext> = {}): EdgeContext {
  let ids = 0;
  return {
    now: Date.UTC(2026, 2, 31, 9, 30),
    producer: "test",
    defaultCountry: null,
    defaultCurrency: null,
    crypto: {
      hmac: (text) => createHmac("sha256", "test key").update(text).digest("hex").replace(/[01]/g, "a"),
      encrypt: (key, plaintext) => ({ nonce: new Uint8Array(12), ciphertext: mirrored(plaintext, key[0] as number) }),
    },
    keys: memoryKeys(),
    newId: () => `id-${ids++}`,
    ...overrides,
  };
}

export function mirrored(bytes: Uint8Array, mask: number): Uint8Array {
  return bytes.map((byte) => byte ^ mask);
}
