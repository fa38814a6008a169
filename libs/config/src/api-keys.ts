import { hash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { readOrCreateSecret } from "./secret-file.ts";

const SECRET_BYTES = 32;
const PREFIX = "ls_";

/** Whose key it is; of an event's sender the name goes into each record as `producer`. */
export interface Client {
  readonly name: string;
}

const keysFile = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(128).describe("goes into each record as its producer"),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
});

/** API keys by their hash: the file holds no key, and a look-up by hash tells nothing about how close a guess was. */
export class ApiKeys {
  private readonly clients: ReadonlyMap<string, Client>;
  /** Keys that were right, so that a busy client's is hashed once. At most one per client; a wrong key never gets in. */
  private readonly seen = new Map<string, Client>();

  constructor(entries: Iterable<readonly [sha256: string, name: string]>) {
    this.clients = new Map([...entries].map(([sha256, name]) => [sha256, { name }]));
  }

  /** The client of a key, or null. */
  find(key: string): Client | null {
    const seen = this.seen.get(key);
    if (seen !== undefined) return seen;
    const client = this.clients.get(hashOf(key)) ?? null;
    if (client !== null) this.seen.set(key, client);
    return client;
  }
}

export const hashOf = (key: string): string => hash("sha256", key, "hex");

/**
 * Reads `<dataDir>/api-keys.json`. At the first start one key is made, its value written to `<dataDir>/api-key` (0600) and its hash to the
 * list. More keys: add `{ "name", "sha256" }` and start again. Throws ConfigError when the list is none.
 */
export async function openApiKeys(dataDir: string): Promise<ApiKeys> {
  const path = join(dataDir, "api-keys.json");
  const first = await readOrCreateSecret(join(dataDir, "api-key"), () => PREFIX + randomBytes(SECRET_BYTES).toString("base64url"));
  await readOrCreateSecret(path, () => JSON.stringify({ keys: [{ name: "default", sha256: hashOf(first) }] }, null, 2));
  const parsed = keysFile.safeParse(jsonOf(await readFile(path, "utf8")));
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join(".") || "the file").join(", ");
    const remedy = 'Write {"keys": [{"name": …, "sha256": …}]}';
    throw new ConfigError([{ where: path, reason: `is not a list of API keys (${where})`, remedy }]);
  }
  return new ApiKeys(parsed.data.keys.map(({ sha256, name }) => [sha256, name] as const));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
