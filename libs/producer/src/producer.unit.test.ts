import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { readOrCreateSecret } from "@leadstream/config";
import { type KeyStore, readPersonalData } from "@leadstream/edge";
import { KafkaAdapterError } from "@leadstream/kafka";
import { AvroReader, type Capture, codecs, type RecordName, WireFormat } from "@leadstream/schemas";
import fc from "fast-check";
import { base32 } from "./base32.ts";
import { createNodeCrypto, decryptPersonal, Emitter, openIdentityKey, type RecordSender, uuidV7Source } from "./index.ts";

const wire = (): WireFormat => new WireFormat((Object.keys(codecs) as RecordName[]).map((name, index) => [name, index + 1] as const));

/** What reached the log, in order; `fail` makes the next sends reject. */
function memoryLog(): RecordSender & { readonly records: { topic: string; key: string; value: Buffer }[]; fail: Error | null } {
  const log = {
    records: [] as { topic: string; key: string; value: Buffer }[],
    fail: null as Error | null,
    async send(topic: string, _partition: number | null, key: string, value: Buffer) {
      if (log.fail !== null) throw log.fail;
      log.records.push({ topic, key, value });
      return { partition: 0, offset: log.records.length - 1 };
    },
  };
  return log;
}

function memoryKeys(): KeyStore & { readonly live: Map<string, Buffer> } {
  const live = new Map<string, Buffer>();
  const ids = new Map<string, string>();
  return {
    live,
    async keyFor(leadId) {
      const keyId = ids.get(leadId) ?? randomBytes(4).toString("hex");
      ids.set(leadId, keyId);
      const key = live.get(keyId) ?? randomBytes(32);
      live.set(keyId, key);
      return { keyId, key };
    },
    find: (keyId) => live.get(keyId) ?? null,
    destroy(leadId) {
      const keyId = ids.get(leadId);
      return ids.delete(leadId) && live.delete(keyId as string);
    },
  };
}

function setUp() {
  const sender = memoryLog();
  const keys = memoryKeys();
  const context = {
    defaultCountry: null,
    defaultCurrency: null,
    crypto: createNodeCrypto(Buffer.alloc(32, 7)),
    keys,
    newId: uuidV7Source(() => 1),
  };
  return { sender, keys, emitter: new Emitter({ sender, wire: wire(), context, now: () => 1000 }) };
}
const decoded = (value: Buffer) => wire().read(new AvroReader(value));
const contact = { email: "ada@example.com" };

describe("cryptography", () => {
  it("gives the HMAC that the library gives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.string({ unit: "binary" }), (key, text) => {
        expect(createNodeCrypto(key).hmac(text)).toBe(base32(createHmac("sha256", key).update(text).digest("binary")));
      }),
    );
  });
  it.each([
    ["", ""],
    ["f", "my"],
    ["fo", "mzxq"],
    ["foo", "mzxw6"],
    ["foobar", "mzxw6ytboi"],
  ])("base32 of %p is that of RFC 4648", (text, expected) => {
    expect(base32(text)).toBe(expected);
  });
  it("opens what it sealed, and nothing that was changed; no nonce comes twice", () => {
    const crypto = createNodeCrypto(randomBytes(32));
    const key = randomBytes(32);
    const nonces = new Set<string>();
    for (let round = 0; round < 1000; round++) {
      const { nonce, ciphertext } = crypto.encrypt(key, Buffer.from("secret"));
      nonces.add(Buffer.from(nonce).toString("hex"));
      expect(Buffer.from(decryptPersonal(key, nonce, ciphertext)).toString()).toBe("secret");
      ciphertext[round % ciphertext.length] = (ciphertext[round % ciphertext.length] as number) ^ 1;
      expect(() => decryptPersonal(key, nonce, ciphertext)).toThrow();
    }
    expect(nonces.size).toBe(1000);
  });
  it("makes ids that rise, also when the clock stands still or goes back", () => {
    const times = [5, 5, 4, 6, ...new Array(9000).fill(6), 7];
    let index = 0;
    const next = uuidV7Source(() => times[index++] as number);
    const ids = times.map(() => next());
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^00000000-0005-7[0-7][0-9a-f]{2}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("emitter", () => {
  it("puts a sealed record under its lead's key", async () => {
    const { sender, keys, emitter } = setUp();
    const outcome = await emitter.emit("capture", { eventId: "e1", channel: "web", contact }, "form");
    const [record] = sender.records;
    const { value } = decoded(record?.value as Buffer) as { value: Capture };
    expect(outcome).toEqual({ ok: true, accepted: { eventId: "e1", leadId: value.leadId, topic: "lead.events", partition: 0, offset: 0 } });
    expect(record?.key).toBe(value.leadId);
    expect(value).toMatchObject({ producer: "form", occurredAt: 1000 });
    const { keyId, nonce, ciphertext } = value.personal ?? { keyId: "", nonce: Buffer.alloc(0), ciphertext: Buffer.alloc(0) };
    expect(readPersonalData(decryptPersonal(keys.live.get(keyId) as Buffer, nonce, ciphertext))).toEqual({ email: "ada@example.com" });
    expect(record?.value.includes("example.com")).toBe(false);
  });

  it("answers each event of a batch and keeps the order of those that are sent", async () => {
    const { sender, emitter } = setUp();
    const outcomes = await emitter.emitAll(
      [
        { kind: "capture", input: { eventId: "a", leadId: "l", channel: "web", contact } },
        { kind: "touch", input: { eventId: "b", leadId: "l" } },
        { kind: "status", input: { eventId: "c", leadId: "l", status: "contacted" } },
        { kind: "spend", input: { eventId: "d", date: "2026-01-01", channel: "SEM", amount: 1, currency: "EUR" } },
      ],
      "test",
    );
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false, true, true]);
    expect(outcomes[1]).toMatchObject({
      eventId: null,
      error: { code: "INVALID_EVENT", faults: [{ field: "kind", reason: "is missing" }] },
    });
    expect(sender.records.map((record) => [record.topic, record.key])).toEqual([
      ["lead.events", "l"],
      ["lead.events", "l"],
      ["marketing.spend", "paid-search"],
    ]);
  });

  it("destroys the key after the erasure is on the log, and seals what follows with a new one", async () => {
    const { sender, keys, emitter } = setUp();
    await emitter.emitAll(
      [
        { kind: "capture", input: { leadId: "l", channel: "web", contact } },
        { kind: "command", input: { leadId: "l", command: "erase" } },
        { kind: "capture", input: { leadId: "l", channel: "web", contact } },
      ],
      "test",
    );
    const keyIds = sender.records.flatMap((record) => {
      const { type, value } = decoded(record.value);
      return type === "Capture" && value.personal !== null ? [value.personal.keyId] : [];
    });
    expect(keyIds).toHaveLength(2);
    expect([...keys.live.keys()]).toEqual([keyIds[1]]);
  });

  it("keeps the key when the erasure did not reach the log", async () => {
    const { sender, keys, emitter } = setUp();
    await emitter.emit("capture", { leadId: "l", channel: "web", contact }, "test");
    sender.fail = new KafkaAdapterError("UNAVAILABLE", "no broker", "wait");
    const outcome = await emitter.emit("command", { eventId: "x", leadId: "l", command: "erase" }, "test");
    expect(outcome).toMatchObject({ ok: false, eventId: "x", error: { code: "UNAVAILABLE" } });
    expect(keys.live.size).toBe(1);
  });

  it.each([
    ["BUFFER_FULL", "BUFFER_FULL"],
    ["RECORD_TOO_LARGE", "EVENT_TOO_LARGE"],
    ["CLOSED", "CLOSED"],
    ["TOPIC_MISSING", "UNAVAILABLE"],
  ] as const)("says %s as %s", async (code, expected) => {
    const { sender, emitter } = setUp();
    sender.fail = new KafkaAdapterError(code, "problem", "remedy");
    expect(await emitter.emit("touch", { leadId: "l", kind: "event" }, "test")).toMatchObject({ ok: false, error: { code: expected } });
  });

  it("does not hide a bug", async () => {
    const { sender, emitter } = setUp();
    sender.fail = new TypeError("bug");
    await expect(emitter.emit("touch", { leadId: "l", kind: "event" }, "test")).rejects.toThrow("bug");
  });
});

describe("secret files", () => {
  const folders: string[] = [];
  const folder = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), "leadstream-producer-"));
    folders.push(path);
    return path;
  };
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((path) => rm(path, { recursive: true })));
  });
  it("are made once, readable by the owner only, and agreed on by all who come at once", async () => {
    const path = join(await folder(), "deep", "identity-key");
    const keys = await Promise.all(new Array(10).fill(0).map(() => openIdentityKey(path)));
    expect(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await openIdentityKey(path)).toEqual(keys[0]);
  });
  it("are refused when they hold something else", async () => {
    const path = join(await folder(), "identity-key");
    await writeFile(path, "");
    await expect(openIdentityKey(path)).rejects.toMatchObject({ code: "IDENTITY_KEY_INVALID" });
    await expect(readOrCreateSecret(join(path, "below"), () => "x")).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});
