import { join, resolve } from "node:path";
import { RetriableStreamError, type StateStore, type StoreHeader, type StoreWrite, StreamError, type TimerEntry } from "@leadstream/stream";
import {
  type Bytes,
  type Databases,
  DEFAULT_MAP_SIZE_BYTES,
  type Environment,
  openDatabases,
  openEnvironment,
  removeEnvironment,
  tellsDamage,
} from "./environment.ts";
import { decodeHeader, encodeHeader } from "./header-format.ts";
import { EMPTY_LOG, extentOf, putExtent } from "./log-extent.ts";
import { claim, disown, releaseFolder, reserveFolder } from "./ownership.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { MAX_SEGMENT_BYTES } from "./segments.ts";
import { removeLeftovers, StateFiles } from "./state-files.ts";
import { DamagedError, decodeTimer, encodeTimer, seal, unseal } from "./store-format.ts";
import { storeWriter } from "./store-writer.ts";
import { HEADER } from "./write-orders.ts";

export interface StateStoreOptions {
  readonly directory: string;
  /** Name of the fold. */
  readonly name: string;
  readonly partition: number;
  /** Upper limit of what the store keeps beside the states, keys and timers; default 16 GiB of address space. */
  readonly mapSizeBytes?: number;
  /** A file of states that is longer gets no more of them; default and most 32 MiB. */
  readonly segmentBytes?: number;
  /** A write that takes longer is given up, and the process with it: STORE_WRITER_LOST. Default a minute. */
  readonly writeLimitMs?: number;
}

const DEFAULT_WRITE_LIMIT_MS = 60_000;
const KEY_PAGE = 1_000;
const NO_OFFSET = -1;

interface OpenStore extends Databases {
  readonly environment: Environment;
  files: StateFiles;
  /** The thread that writes knows the files as they are. */
  told: boolean;
}

/**
 * A folder per partition, `<directory>/<name>-<partition>`: states in segments that are only appended to, with an index of their places in memory and
 * on the disk; header, owner, timers and the order of keys in an LMDB environment, whose transaction says what of the other files counts. Nothing
 * happens on disk before `open`.
 */
export function openStateStore(options: StateStoreOptions): StateStore {
  return new DiskStateStore(options);
}

/** Takes the folder of a store away, so that it is rebuilt from the log. Throws STORE_LOCKED while a process has it open. */
export async function deleteStateStore(options: StateStoreOptions): Promise<void> {
  const store = new DiskStateStore(options);
  try {
    await store.open();
    await store.close();
  } catch (error) {
    if (!(error instanceof StreamError && (error.code === "STORE_CORRUPT" || error.code === "STORE_LAYOUT"))) throw error;
  }
  removeEnvironment(store.folder);
}

class DiskStateStore implements StateStore {
  readonly folder: string;
  private readonly mapSizeBytes: number;
  private readonly segmentBytes: number;
  private readonly writeLimitMs: number;
  /** The last write; never rejects. */
  private writing: Promise<void> = Promise.resolve();
  /** The thread that writes has the store open, too. */
  private usesWriter = false;
  private opened: OpenStore | null = null;
  /** Version of the header's entry: raised by each opening (a new generation) and each write, so it stands for both. */
  private version = 0;
  private offset = NO_OFFSET;

  constructor(options: StateStoreOptions) {
    this.folder = resolve(join(options.directory, `${options.name}-${options.partition}`));
    this.mapSizeBytes = options.mapSizeBytes ?? DEFAULT_MAP_SIZE_BYTES;
    this.segmentBytes = Math.min(options.segmentBytes ?? MAX_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
    this.writeLimitMs = options.writeLimitMs ?? DEFAULT_WRITE_LIMIT_MS;
  }

  async open(): Promise<StoreHeader | null> {
    const holder = reserveFolder(this.folder);
    if (holder !== null) throw this.locked(holder);
    let environment: Environment | null = null;
    try {
      environment = openEnvironment(this.folder, this.mapSizeBytes);
      const databases = openDatabases(environment);
      const header = environment.transactionSync(() => this.takeOver(databases.meta));
      const extent = extentOf(databases.meta);
      removeLeftovers(this.folder, extent);
      // The version is raised by each opening, so files of this one have names of their own.
      const files = new StateFiles(this.folder, this.version, extent, this.segmentBytes);
      this.opened = { environment, ...databases, files, told: false };
      this.offset = header?.offset ?? NO_OFFSET;
      return header;
    } catch (error) {
      releaseFolder(this.folder);
      await environment?.close();
      throw this.translated(error);
    }
  }

  /** Inside the write transaction: the owner changes, and the version is raised, so that a former owner's next write is refused. */
  private takeOver(meta: Bytes): StoreHeader | null {
    const owner = claim(meta);
    if (owner !== null) throw this.locked(owner);
    const entry = meta.getEntry(HEADER);
    const stored = entry === undefined ? encodeHeader(null) : unseal(HEADER, entry.value);
    const header = decodeHeader(stored);
    this.version = (entry?.version ?? 0) + 1;
    meta.putSync(HEADER, seal(HEADER, stored), this.version);
    if (entry === undefined) putExtent(meta, EMPTY_LOG, this.version);
    return header;
  }

  read(key: string): Buffer | undefined {
    try {
      return this.store().files.read(key);
    } catch (error) {
      throw this.translated(error);
    }
  }

  timers(after: TimerEntry | null, limit: number): TimerEntry[] {
    const { timers } = this.store();
    const range =
      after === null
        ? { limit }
        : { limit, start: encodeTimer(after.due, after.kind, Buffer.from(after.key, "utf8")), exclusiveStart: true };
    const found: TimerEntry[] = [];
    try {
      for (const { key, value } of timers.getRange(range)) {
        unseal(key, value);
        found.push(decodeTimer(key));
      }
    } catch (error) {
      throw this.translated(error);
    }
    return found;
  }

  write(batch: StoreWrite): Promise<void> {
    const written = this.writeNow(batch);
    this.writing = written.catch(() => {});
    return written;
  }

  private async writeNow({ previousOffset, header, changes }: StoreWrite): Promise<void> {
    const opened = this.store();
    const { folder, mapSizeBytes, version } = this;
    if (previousOffset !== this.offset) throw this.conflict(`the store holds offset ${this.offset}, the write expects ${previousOffset}`);
    this.usesWriter = true;
    const outcome = await storeWriter().ask(
      {
        kind: "write",
        folder,
        mapSizeBytes,
        version,
        header: new Uint8Array(seal(HEADER, encodeHeader(header))),
        changes: changes.bytes,
        log: opened.told ? null : opened.files.opening,
      },
      this.writeLimitMs,
    );
    if (outcome.kind === "conflict") throw this.conflict("another process has opened the store since");
    if (outcome.kind === "failed") throw this.failed(outcome.problem, outcome.damaged);
    if (outcome.kind === "closed") throw new Error("a write was answered with the end of another");
    this.version = version + 1;
    this.offset = header.offset;
    opened.told = true;
    opened.files.written(outcome.memory, outcome.retired);
    opened.environment.resetReadTxn();
  }

  *keys(first?: string): Iterable<string> {
    let after: Buffer | null = first === undefined || first === "" ? null : Buffer.from(first, "utf8");
    for (;;) {
      const page = this.keyPage(after);
      for (const key of page) yield key.toString("utf8");
      if (page.length < KEY_PAGE) return;
      after = page.at(-1)!;
    }
  }

  private keyPage(after: Buffer | null): Buffer[] {
    const range = after === null ? { limit: KEY_PAGE } : { limit: KEY_PAGE, start: after, exclusiveStart: true };
    const page: Buffer[] = [];
    try {
      for (const { key, value } of this.store().keys.getRange(range)) {
        unseal(key, value);
        page.push(Buffer.from(key));
      }
    } catch (error) {
      throw this.translated(error);
    }
    return page;
  }

  async clear(): Promise<void> {
    const opened = this.store();
    const { environment, meta, keys, timers } = opened;
    environment.transactionSync(() => {
      if (meta.getEntry(HEADER)?.version !== this.version) throw this.conflict("another process has opened the store since");
      keys.clearSync();
      timers.clearSync();
      this.version += 1;
      putExtent(meta, EMPTY_LOG, this.version);
      meta.putSync(HEADER, seal(HEADER, encodeHeader(null)), this.version);
    });
    this.reread(opened);
    removeLeftovers(this.folder, EMPTY_LOG);
    this.offset = NO_OFFSET;
  }

  /** Whatever the index in memory says: what the disk says counts. */
  private reread(opened: OpenStore): void {
    opened.files.close();
    opened.told = false;
    opened.files = new StateFiles(this.folder, this.version, extentOf(opened.meta), this.segmentBytes);
  }

  async close(): Promise<void> {
    const opened = this.opened;
    if (opened === null) return;
    this.opened = null;
    const { environment, meta, files } = opened;
    try {
      await this.writing;
      files.close();
      if (this.usesWriter) await storeWriter().ask({ kind: "close", folder: this.folder }, this.writeLimitMs);
      this.usesWriter = false;
      environment.transactionSync(() => {
        if (meta.getEntry(HEADER)?.version === this.version) disown(meta);
      });
    } finally {
      await environment.close();
      releaseFolder(this.folder);
    }
  }

  private store(): OpenStore {
    if (this.opened === null) throw new Error(`the store ${this.folder} is not open`);
    return this.opened;
  }

  private locked(owner: ProcessIdentity): StreamError {
    return new StreamError(
      "STORE_LOCKED",
      `the store ${this.folder} is held by process ${owner.pid}`,
      "Stop that process, or give this one its own state directory",
    );
  }

  private conflict(problem: string): StreamError {
    return new StreamError(
      "STORE_CONFLICT",
      `${problem} (${this.folder})`,
      "Restart this process: it then continues from the store as it is",
    );
  }

  /** Nothing of the write is in the store then. A full disk gets space again: the task starts over from what the store holds. */
  private failed(problem: string, damaged: boolean): unknown {
    const cause = damaged ? new DamagedError(problem) : new Error(problem);
    if (damaged || tellsDamage(cause)) return this.translated(cause);
    if (this.opened !== null) this.reread(this.opened);
    return new RetriableStreamError(`the store ${this.folder} cannot be written: ${problem}. Check the space on its disk`, { cause });
  }

  private translated(error: unknown): unknown {
    if (!(error instanceof DamagedError || tellsDamage(error))) return error;
    const problem = `the store ${this.folder} is damaged: ${(error as Error).message}`;
    return new StreamError("STORE_CORRUPT", problem, "Delete that folder: the store is rebuilt from the log", { cause: error });
  }
}
