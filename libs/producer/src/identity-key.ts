import { randomBytes } from "node:crypto";
import { readOrCreateSecret } from "@leadstream/config";
import { ProducerError } from "./errors.ts";

const KEY_BYTES = 32;

/** The installation's identity key in a file (64 hex digits, mode 0600); made at first use. Two processes at once agree on one. */
export async function openIdentityKey(path: string): Promise<Uint8Array> {
  const text = await readOrCreateSecret(path, () => randomBytes(KEY_BYTES).toString("hex"));
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new ProducerError(
      "IDENTITY_KEY_INVALID",
      `${path} does not hold 64 hex digits`,
      "Restore it from a backup: a new key makes every known person a new lead.",
    );
  }
  return Buffer.from(text, "hex");
}
