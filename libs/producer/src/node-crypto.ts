import { createCipheriv, createDecipheriv, createSecretKey, hash, randomFillSync } from "node:crypto";
import type { Crypto } from "@leadstream/edge";
import { base32 } from "./base32.ts";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Longer texts make the buffer grow. */
const HMAC_TEXT_BYTES = 1_024;
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const POOLED_NONCES = 256;
const CIPHER = "aes-256-gcm";

/** What opens a sealed field again. Needs no state, only the lead's key. */
export function decryptPersonal(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(CIPHER, key, nonce);
  const end = ciphertext.length - TAG_BYTES;
  decipher.setAuthTag(ciphertext.subarray(end));
  return Buffer.concat([decipher.update(ciphertext.subarray(0, end)), decipher.final()]);
}

/**
 * The edge's cryptography on Node. The identity key makes lead ids and match keys: every producer of an installation must have the
 * same one, and a new one makes every known person a stranger.
 */
export function createNodeCrypto(identityKey: Uint8Array): Crypto {
  let inner = Buffer.concat([paddedKey(identityKey, 0x36), Buffer.alloc(HMAC_TEXT_BYTES)]);
  const outer = Buffer.concat([paddedKey(identityKey, 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  const nonces = Buffer.alloc(NONCE_BYTES * POOLED_NONCES);
  let nextNonce = nonces.length;
  return {
    // HMAC by its definition over the one-shot hash, in place, with digests as text: half the cost of a Hmac object with a key object, and no
    // memory outside of the heap, which counts at the rate of the edge.
    hmac(text) {
      const needed = BLOCK_BYTES + text.length * MAX_UTF8_BYTES;
      if (needed > inner.length) inner = Buffer.concat([inner], needed);
      const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES, "utf8");
      outer.write(hash("sha256", inner.subarray(0, end), "binary"), BLOCK_BYTES, "latin1");
      return base32(hash("sha256", outer, "binary"));
    },
    encrypt(key, plaintext) {
      if (nextNonce === nonces.length) {
        randomFillSync(nonces);
        nextNonce = 0;
      }
      const nonce = Buffer.from(nonces.subarray(nextNonce, nextNonce + NONCE_BYTES));
      nextNonce += NONCE_BYTES;
      // Given as bytes, the key costs four times as much as through a key object.
      const cipher = createCipheriv(CIPHER, createSecretKey(key), nonce);
      return { nonce, ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) };
    },
  };
}

function paddedKey(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash("sha256", key, "buffer") : key);
  for (let index = 0; index < BLOCK_BYTES; index++) block[index] = (block[index] as number) ^ pad;
  return block;
}
