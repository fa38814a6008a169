import { hash, randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { type Bytes, causeOfFailedCommit, type Environment, openDatabase, openEnvironment, tellsDamage } from "./environment.ts";
import { KEY_BYTES, KeySlots } from "./key-slots.ts";
import { claim, disown, releaseFolder, reserveFolder } from "./ownership.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { DamagedError, seal, unseal } from "./store-format.ts";

export interface LeadKey {
  /** Where the key lies, and a digest by which it is known to be that one: a name needs no table. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

export type KeyStoreErrorCode = "KEY_STORE_LOCKED" | "KEY_STORE_DAMAGED" | "KEY_STORE_CLOSED";

/** A fault of the key store; nothing was given out that is not on the disk. */
export class KeyStoreError extends Error {
  override readonly name = "KeyStoreError";
  readonly code: KeyStoreErrorCode;
  constructor(code: KeyStoreErrorCode, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${code}: ${problem}. ${remedy}`, options);
    this.code = code;
  }
}

const NEXT_SLOT = Buffer.from("next-slot");
const KEYS_MAP_SIZE_BYTES = 8 * 2 ** 30;
const MAX_LEAD_ID_BYTES = 1_900;

const SLOT_BYTES = 6;
const SLOT_RADIX = 36;
const DIGEST_CHARACTERS = 16;
/** Eight digits: no slot lies where a file cannot reach. */
const KEY_ID = /^([0-9a-z]{1,8})-[0-9a-f]{16}$/;

interface Creation {
  readonly leadId: string;
  readonly bytes: Buffer;
  readonly done: (key: LeadKey) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * One key per lead. Keys are made on first use and are on the disk, with the lead's entry, before anybody gets them; destroying one overwrites its bytes.
 * One process writes; creations that arrive together share one flush.
 */
export class LmdbKeyStore {
  private readonly folder: string;
  private readonly environment: Environment;
  private readonly slots: KeySlots;
  private readonly meta: Bytes;
  /** lead id → slot. */
  private readonly leads: Bytes;
  private nextSlot = 0;
  private queue: Creation[] = [];
  private readonly pending = new Map<string, Promise<LeadKey>>();
  private working: Promise<void> = Promise.resolve();
  private closed = false;

  private constructor(folder: string, environment: Environment) {
    this.folder = folder;
    this.environment = environment;
    this.meta = openDatabase(environment, "meta", true);
    this.leads = openDatabase(environment, "leads");
    this.slots = new KeySlots(join(folder, "keys.bin"));
  }

  /** Throws KEY_STORE_LOCKED while another process has it open. */
  static async open(options: { readonly directory: string }): Promise<LmdbKeyStore> {
    const folder = resolve(options.directory);
    const holder = reserveFolder(folder);
    if (holder !== null) throw locked(folder, holder);
    let environment: Environment | null = null;
    try {
      environment = openEnvironment(folder, KEYS_MAP_SIZE_BYTES);
      const store = new LmdbKeyStore(folder, environment);
      environment.transactionSync(() => {
        const owner = claim(store.meta);
        if (owner !== null) throw locked(folder, owner);
        const next = store.meta.get(NEXT_SLOT);
        store.nextSlot = next === undefined ? 0 : slotOf(unseal(NEXT_SLOT, next));
      });
      return store;
    } catch (error) {
      releaseFolder(folder);
      await environment?.close();
      throw translated(folder, error);
    }
  }

  /** The lead's key; made when the lead has none or its key was destroyed. Resolves once the key would survive a power cut. */
  async keyFor(leadId: string): Promise<LeadKey> {
    this.assertOpen();
    const bytes = Buffer.from(leadId, "utf8");
    if (bytes.length === 0 || bytes.length > MAX_LEAD_ID_BYTES) throw new RangeError(`leadId must have 1 to ${MAX_LEAD_ID_BYTES} bytes`);
    const waiting = this.pending.get(leadId);
    if (waiting !== undefined) return waiting;
    const known = this.keyOf(bytes);
    if (known !== null) return known;
    const creation = new Promise<LeadKey>((done, failed) => {
      this.queue.push({ leadId, bytes, done, failed });
    });
    this.pending.set(leadId, creation);
    if (this.queue.length === 1) this.working = this.working.then(() => this.createQueued());
    return creation;
  }

  /** The key of that name, or null when there is none any more. */
  async find(keyId: string): Promise<Buffer | null> {
    this.assertOpen();
    const slot = Number.parseInt(KEY_ID.exec(keyId)?.[1] ?? "", SLOT_RADIX);
    if (Number.isNaN(slot)) return null;
    const key = this.guarded(() => this.slots.read(slot));
    return key !== null && nameOf(slot, key) === keyId ? key : null;
  }

  /** Overwrites the lead's key on the disk. Whether there was one. */
  async destroy(leadId: string): Promise<boolean> {
    this.assertOpen();
    const result = this.working.then(() => this.destroyNow(leadId));
    this.working = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.working;
    try {
      await this.environment.flushed;
      this.environment.transactionSync(() => disown(this.meta));
    } finally {
      this.slots.close();
      await this.environment.close();
      releaseFolder(this.folder);
    }
  }

  private assertOpen(): void {
    if (this.closed) throw new KeyStoreError("KEY_STORE_CLOSED", `the key store ${this.folder} is closed`, "Open it again");
  }

  private guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translated(this.folder, error);
    }
  }

  private keyOf(leadId: Buffer): LeadKey | null {
    return this.guarded(() => {
      const sealed = this.leads.get(leadId);
      if (sealed === undefined) return null;
      const slot = slotOf(unseal(leadId, sealed));
      const key = this.slots.read(slot);
      return key === null ? null : { keyId: nameOf(slot, key), key };
    });
  }

  /** First the keys reach the disk, then the leads' entries, then the callers. A crash in between leaves slots that are written anew. */
  private async createQueued(): Promise<void> {
    const creations = this.queue;
    this.queue = [];
    try {
      const bytes = randomBytes(KEY_BYTES * creations.length);
      const firstSlot = this.nextSlot;
      this.nextSlot += creations.length;
      const made = creations.map((creation, index) => {
        const key = bytes.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
        return { creation, slot: firstSlot + index, key };
      });
      this.slots.write(
        firstSlot,
        made.map(({ key }) => key),
      );
      await this.slots.flush();
      await this.environment.transaction(() => {
        for (const { creation, slot } of made) this.leads.putSync(creation.bytes, seal(creation.bytes, slotBytes(slot)));
        this.meta.putSync(NEXT_SLOT, seal(NEXT_SLOT, slotBytes(this.nextSlot)), 1);
      });
      await this.environment.flushed;
      for (const { creation, slot, key } of made) creation.done({ keyId: nameOf(slot, key), key });
    } catch (error) {
      const cause = await causeOfFailedCommit(error);
      for (const creation of creations) creation.failed(translated(this.folder, cause));
    } finally {
      for (const creation of creations) this.pending.delete(creation.leadId);
    }
  }

  /** First the bytes go, then the lead's entry: after a crash in between it leads to an empty slot, which is no key. */
  private async destroyNow(leadId: string): Promise<boolean> {
    const lead = Buffer.from(leadId, "utf8");
    const sealed = lead.length === 0 ? undefined : this.leads.get(lead);
    if (sealed === undefined) return false;
    this.slots.erase(this.guarded(() => slotOf(unseal(lead, sealed))));
    await this.slots.flush();
    await this.environment.transaction(() => this.leads.removeSync(lead));
    await this.environment.flushed;
    return true;
  }
}

/** A slot may be written anew after a crash or a restored backup: the digest tells whose key lies there. */
function nameOf(slot: number, key: Buffer): string {
  return `${slot.toString(SLOT_RADIX)}-${hash("sha256", key, "hex").slice(0, DIGEST_CHARACTERS)}`;
}

function slotOf(bytes: Buffer): number {
  return bytes.readUIntBE(0, SLOT_BYTES);
}

function slotBytes(slot: number): Buffer {
  const bytes = Buffer.allocUnsafe(SLOT_BYTES);
  bytes.writeUIntBE(slot, 0, SLOT_BYTES);
  return bytes;
}

function locked(folder: string, holder: ProcessIdentity): KeyStoreError {
  const problem = `the key store ${folder} is held by process ${holder.pid}`;
  return new KeyStoreError("KEY_STORE_LOCKED", problem, "Stop that process, or give this one its own directory");
}

/** Keys cannot be made again: unlike a state store, a damaged one is not rebuilt. */
function translated(folder: string, error: unknown): unknown {
  if (!(error instanceof DamagedError || tellsDamage(error))) return error;
  const problem = `the key store ${folder} is damaged: ${(error as Error).message}`;
  return new KeyStoreError(
    "KEY_STORE_DAMAGED",
    problem,
    "Restore the folder from a backup: what its keys sealed is unreadable without them",
    {
      cause: error,
    },
  );
}
