import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
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

/** Text of a secret file, trimmed; made by `create` and synced to disk where there is none. */
export async function readOrCreateSecret(path: string, create: () => string): Promise<string> {
  const existing = await readSecret(path);
  if (existing !== null) return existing;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${create()}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // A link fails where another process was faster; then its secret is the one.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await readSecret(path)) as string;
}

async function readSecret(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
