import { randomBytes, randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { type Bytes, causeOfFailedCommit, type Environment, openDatabase, openEnvironment, tellsDamage } from "./environment.ts";
import { KEY_BYTES, KeySlots } from "./key-slots.ts";
import { claim, disown, releaseFolder, reserveFolder } from "./ownership.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { DamagedError, seal, unseal } from "./store-format.ts";

export interface LeadKey {
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

interface Creation {
  readonly leadId: string;
  readonly done: (key: LeadKey) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * One key per lead. Keys are made on first use and are on the disk, with their name, before anybody gets them; destroying one overwrites its bytes.
 * One process writes; creations that arrive together share one flush.
 */
export class LmdbKeyStore {
  private readonly folder: string;
  private readonly environment: Environment;
  private readonly slots: KeySlots;
  private readonly meta: Bytes;
  /** lead id → key id; key id → slot. */
  private readonly leads: Bytes;
  private readonly names: Bytes;
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
    this.names = openDatabase(environment, "names");
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
        store.nextSlot = next === undefined ? 0 : Number(unseal(NEXT_SLOT, next).readBigUInt64BE());
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
      this.queue.push({ leadId, done, failed });
    });
    this.pending.set(leadId, creation);
    if (this.queue.length === 1) this.working = this.working.then(() => this.createQueued());
    return creation;
  }

  /** The key of that name, or null when there is none any more. */
  async find(keyId: string): Promise<Buffer | null> {
    this.assertOpen();
    const slot = this.slotOf(Buffer.from(keyId, "utf8"));
    return slot === null ? null : this.guarded(() => this.slots.read(slot));
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
      const name = unseal(leadId, sealed);
      const slot = this.slotOf(name);
      const key = slot === null ? null : this.slots.read(slot);
      return key === null ? null : { keyId: name.toString("utf8"), key };
    });
  }

  private slotOf(name: Buffer): number | null {
    return this.guarded(() => {
      if (name.length === 0) return null;
      const sealed = this.names.get(name);
      return sealed === undefined ? null : Number(unseal(name, sealed).readBigUInt64BE());
    });
  }

  /** First the keys reach the disk, then their names, then the callers. A crash in between leaves slots that no name leads to. */
  private async createQueued(): Promise<void> {
    const creations = this.queue;
    this.queue = [];
    try {
      const bytes = randomBytes(KEY_BYTES * creations.length);
      const firstSlot = this.nextSlot;
      this.nextSlot += creations.length;
      const made = creations.map((creation, index) => {
        const key = bytes.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
        return { creation, slot: firstSlot + index, key, name: randomUUID() };
      });
      this.slots.write(
        firstSlot,
        made.map(({ key }) => key),
      );
      await this.slots.flush();
      await this.environment.transaction(() => {
        for (const { creation, slot, name } of made) {
          putSealed(this.leads, Buffer.from(creation.leadId, "utf8"), Buffer.from(name));
          putSealed(this.names, Buffer.from(name), slotBytes(slot));
        }
        this.meta.putSync(NEXT_SLOT, seal(NEXT_SLOT, slotBytes(this.nextSlot)), 1);
      });
      await this.environment.flushed;
      for (const { creation, key, name } of made) creation.done({ keyId: name, key });
    } catch (error) {
      const cause = await causeOfFailedCommit(error);
      for (const creation of creations) creation.failed(translated(this.folder, cause));
    } finally {
      for (const creation of creations) this.pending.delete(creation.leadId);
    }
  }

  /** First the bytes go, then the names: after a crash in between the names lead to an empty slot, which is no key. */
  private async destroyNow(leadId: string): Promise<boolean> {
    const lead = Buffer.from(leadId, "utf8");
    const sealed = lead.length === 0 ? undefined : this.leads.get(lead);
    if (sealed === undefined) return false;
    const name = this.guarded(() => unseal(lead, Buffer.from(sealed)));
    const slot = this.slotOf(name);
    if (slot !== null) {
      this.slots.erase(slot);
      await this.slots.flush();
    }
    await this.environment.transaction(() => {
      this.leads.removeSync(lead);
      this.names.removeSync(name);
    });
    await this.environment.flushed;
    return slot !== null;
  }
}

function putSealed(database: Bytes, key: Buffer, value: Buffer): void {
  database.putSync(key, seal(key, value));
}

function slotBytes(slot: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(slot));
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
