import type { Fault } from "./fault.ts";

/** Secrets and ciphers, given by the shell: the edge itself holds no key and makes no randomness. */
export interface Crypto {
  /** Keyed hash of `text` (HMAC-SHA-256 with the installation's identity key) as base32, lower case, 52 characters. */
  hmac(text: string): string;
  /** AES-256-GCM under a fresh nonce; the ciphertext ends with the 16-byte tag. */
  encrypt(key: Uint8Array, plaintext: Uint8Array): { readonly nonce: Uint8Array; readonly ciphertext: Uint8Array };
}

/** The key that seals one lead's personal data. */
export interface LeadKey {
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Keeps one key per lead outside of Kafka. Destroying it erases what it sealed. */
export interface KeyStore {
  /** The lead's key, made on first use and durable before it is returned. */
  keyFor(leadId: string): LeadKey | Promise<LeadKey>;
  /** The key of that id, or null when it was destroyed. */
  find(keyId: string): Uint8Array | null | Promise<Uint8Array | null>;
  /** Forgets the lead's keys for good; true when there was one. */
  destroy(leadId: string): boolean | Promise<boolean>;
}

/** What the edge needs to know beside the input. */
export interface EdgeContext {
  /** The moment of receipt, ms since epoch; stands for a missing `occurredAt`. */
  readonly now: number;
  /** Who emits: written into each record. */
  readonly producer: string;
  /** ISO 3166-1 alpha-2 country whose national phone numbers are meant when a lead names no country; null = none. */
  readonly defaultCountry: string | null;
  /** ISO 4217 code of amounts that name no currency; null = an amount must name its own. */
  readonly defaultCurrency: string | null;
  readonly crypto: Crypto;
  readonly keys: KeyStore;
  /** A fresh event id (UUIDv7) for events that bring none. */
  newId(): string;
}

/** Either the record that is ready for the log, or every fault that was found. */
export type EdgeResult<T> = { readonly ok: true; readonly record: T } | { readonly ok: false; readonly faults: readonly Fault[] };
